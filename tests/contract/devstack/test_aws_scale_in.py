"""Whom AWS ends when desired is lowered, and whom it must not."""

from devstack.aws import machines_on
from devstack.awsfailures import LaunchFailure
from tests.contract.devstack.conftest import Account


def test_with_all_protected_nothing_ends_and_aws_says_why_once(account: Account) -> None:
    account.launch(3)
    account.set_desired(1)
    account.set_desired(1)

    assert (account.desired(), len(account.states())) == (1, 3)
    (told,) = account.activities("Cancelled")
    assert told["Description"] == (
        "Could not scale to desired capacity because all remaining instances are protected from "
        "scale-in."
    )


def test_unprotected_ones_are_chosen_and_no_other(account: Account) -> None:
    first, second, third = account.launch(3)
    account.unprotect(second)
    account.set_desired(1)
    account.wait(lambda: second not in account.states(), "the unprotected one gone")

    assert set(account.states()) == {first, third}
    ended = next(one for one in account.activities() if second in one["Description"])
    assert "shrinking the capacity from 3 to 2." in ended["Cause"]
    assert ended["Cause"].endswith(f"Z instance {second} was selected for termination.")


def test_what_loses_its_protection_later_ends_later(account: Account) -> None:
    first, second = account.launch(2)
    account.set_desired(1)
    account.unprotect(first)
    account.wait(lambda: first not in account.states(), "the unprotected one gone")

    assert list(account.states()) == [second]


def test_a_suspended_terminate_process_ends_nothing(account: Account) -> None:
    account.unprotect(*account.launch(2))
    account.autoscaling.suspend_processes(
        AutoScalingGroupName=account.group, ScalingProcesses=["Terminate"]
    )
    account.set_desired(0)

    assert len(account.states()) == 2


def test_an_instance_ended_by_aws_itself_is_replaced_though_protected(account: Account) -> None:
    (victim,) = account.launch(1)
    account.control.terminate(victim)
    account.wait(lambda: victim not in account.states(), "the instance gone")

    assert account.desired() == 1
    assert list(account.states().values()) == ["Pending"]


def test_a_deleted_groups_machines_are_off(account: Account) -> None:
    instance_ids = account.launch(2)
    account.autoscaling.delete_auto_scaling_group(
        AutoScalingGroupName=account.group, ForceDelete=True
    )

    assert machines_on(account.ec2, instance_ids) == frozenset()


def test_launches_are_spread_over_the_zones(account: Account) -> None:
    account.launch(4)
    found = account.ec2.describe_instances(InstanceIds=list(account.states()))
    zones = [
        instance["Placement"]["AvailabilityZone"]
        for reservation in found["Reservations"]
        for instance in reservation["Instances"]
    ]

    assert sorted(zones) == ["us-east-1a", "us-east-1a", "us-east-1b", "us-east-1b"]


def test_other_bounds_leave_the_desired_capacity_as_it_is_within_them(account: Account) -> None:
    """However many instances there are."""
    account.control.fail_launches(account.group, LaunchFailure.CAPACITY)
    account.set_desired(3)
    account.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=account.group, MinSize=1, MaxSize=5
    )
    assert account.desired() == 3

    account.autoscaling.update_auto_scaling_group(AutoScalingGroupName=account.group, MaxSize=2)
    assert account.desired() == 2
    assert (
        "a user request update of AutoScalingGroup constraints to min: 1, max: 2, desired: 2 "
        "changing the desired capacity from 3 to 2." in account.activities("Failed")[0]["Cause"]
    )

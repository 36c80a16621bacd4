"""Launches fail when a test says so, as AWS's launches fail, and work again when it lets them."""

import pytest

from devstack.awsfailures import LaunchFailure
from devstack.errors import DevstackError
from tests.contract.devstack.conftest import Account

#: Where in its message the kind can be told by.
TELLING = {
    LaunchFailure.CAPACITY: "We currently do not have sufficient c5.large capacity in the "
    "Availability Zone you requested (us-east-1a).",
    LaunchFailure.SPOT: "Could not launch Spot Instances. UnfulfillableCapacity - ",
    LaunchFailure.SPOT_CAPACITY: "There is no Spot capacity available that matches your request.",
    LaunchFailure.SPOT_QUOTA: "MaxSpotInstanceCountExceeded",
    LaunchFailure.QUOTA: "You have requested more vCPU capacity than your current vCPU limit of ",
    LaunchFailure.TEMPLATE: "The specified launch template, with template ID lt-",
    LaunchFailure.IMAGE: "The image id '[ami-00000000000000001]' does not exist",
    LaunchFailure.PERMISSION: "You are not authorized to perform this operation.",
    LaunchFailure.ROLE: "is not authorized to perform: ec2:RunInstances",
}


@pytest.mark.parametrize("kind", list(LaunchFailure))
def test_the_kind_is_told_in_aws_words(account: Account, kind: LaunchFailure) -> None:
    account.control.fail_launches(account.group, kind)
    account.set_desired(2)
    (failed,) = account.activities()

    assert failed["StatusCode"] == "Failed"
    assert TELLING[kind] in failed["StatusMessage"]
    assert failed["StatusMessage"].endswith(" Launching EC2 instance failed.")
    assert failed["Description"] == (
        f"Launching a new EC2 instance.  Status Reason: {failed['StatusMessage']}"
    )
    assert failed["Progress"] == 100
    assert failed["EndTime"]
    assert failed["Cause"].endswith("increasing the capacity from 0 to 2.")


def test_desired_is_raised_and_no_instance_appears(account: Account) -> None:
    account.launch(1)
    account.control.fail_launches(account.group, LaunchFailure.CAPACITY)
    account.set_desired(4)

    assert account.desired() == 4
    assert len(account.states()) == 1


def test_aws_tries_again_by_itself_and_launches_once_it_can(account: Account) -> None:
    account.control.set_pace(retry_seconds=0.2)
    account.control.fail_launches(account.group, LaunchFailure.CAPACITY)
    account.set_desired(2)
    account.wait(lambda: len(account.activities("Failed")) >= 3, "three attempts")
    assert account.states() == {}

    account.control.allow_launches(account.group)
    account.wait(lambda: len(account.states()) == 2, "both instances")
    failures = len(account.activities("Failed"))
    assert len(account.activities()) == failures + 2


def test_a_retry_has_the_difference_for_its_only_cause(account: Account) -> None:
    account.control.set_pace(retry_seconds=0.1)
    account.control.fail_launches(account.group, LaunchFailure.QUOTA)
    account.set_desired(1)
    account.wait(lambda: len(account.activities()) >= 2, "a second attempt")
    retry, first = account.activities()[-2:]

    assert "user request" in first["Cause"]
    assert "user request" not in retry["Cause"]
    assert retry["Cause"].endswith("increasing the capacity from 0 to 1.")


def test_between_two_attempts_there_is_none(account: Account) -> None:
    account.control.fail_launches(account.group, LaunchFailure.CAPACITY)
    account.set_desired(1)
    account.control.allow_launches(account.group)
    account.set_desired(1)

    assert len(account.activities()) == 1
    assert account.states() == {}


def test_a_changed_desired_capacity_is_tried_at_once(account: Account) -> None:
    account.control.fail_launches(account.group, LaunchFailure.CAPACITY)
    account.set_desired(1)
    account.set_desired(2)
    assert len(account.activities("Failed")) == 2

    account.control.allow_launches(account.group)
    account.set_desired(3)
    assert len(account.states()) == 3


def test_only_as_many_attempts_fail_as_told(account: Account) -> None:
    account.control.set_pace(retry_seconds=0.1)
    account.control.fail_launches(account.group, LaunchFailure.SPOT, attempts=2)
    account.set_desired(1)
    account.wait(lambda: len(account.states()) == 1, "the instance")

    assert len(account.activities("Failed")) == 2


def test_lowering_desired_to_what_is_there_ends_the_attempts(account: Account) -> None:
    account.launch(1)
    account.control.fail_launches(account.group, LaunchFailure.CAPACITY)
    account.control.set_pace(retry_seconds=0.1)
    account.set_desired(3)
    account.set_desired(1)
    attempts = len(account.activities("Failed"))
    account.aws.create_group("still-failing", min_size=0, max_size=1)
    other = Account(account.aws, "still-failing")
    other.control.fail_launches(other.group, LaunchFailure.CAPACITY)
    other.set_desired(1)
    account.wait(lambda: len(other.activities()) >= 4, "attempts for another group")

    assert len(account.activities("Failed")) == attempts
    assert len(account.states()) == 1


def test_a_template_that_was_deleted_fails_without_being_told(account: Account) -> None:
    account.ec2.delete_launch_template(LaunchTemplateName=account.group)
    account.set_desired(1)
    (failed,) = account.activities()

    assert failed["StatusCode"] == "Failed"
    assert failed["StatusMessage"].startswith("The specified launch template, with template ID lt-")
    assert failed["StatusMessage"].endswith(", does not exist. Launching EC2 instance failed.")


def test_a_suspended_launch_process_launches_nothing(account: Account) -> None:
    account.autoscaling.suspend_processes(
        AutoScalingGroupName=account.group, ScalingProcesses=["Launch"]
    )
    account.set_desired(1)
    assert (account.states(), account.activities()) == ({}, [])

    account.autoscaling.resume_processes(
        AutoScalingGroupName=account.group, ScalingProcesses=["Launch"]
    )
    assert len(account.states()) == 1


def test_a_control_for_a_group_that_is_not_there_says_so(account: Account) -> None:
    with pytest.raises(DevstackError, match="there is no group 'none'"):
        account.control.fail_launches("none", LaunchFailure.CAPACITY)

"""The groups' adapter against the local AWS: what it reads, writes and says when refused."""

from pathlib import Path

import pytest

from autoscaler.adapters.asg import AutoScalingGroups
from autoscaler.adapters.aws import AwsConnection
from autoscaler.core.model import Lifecycle
from autoscaler.errors import ActionError, GroupDenied, GroupMissing, GroupUnavailable
from devstack.aws import LocalAws
from devstack.awsfailures import LaunchFailure
from tests.builders import at
from tests.contract.autoscaler.aws_account import Account, now, states


def test_what_is_asked_for_is_there_with_its_age_until_it_has_a_node(account: Account) -> None:
    account.groups.set_desired_capacity(account.name, 2)

    seen = account.see()

    assert (seen.desired, seen.size_min, seen.size_max) == (2, 0, 4)
    assert seen.protects_new
    assert seen.suspended == {"AZRebalance"}
    assert states(seen) == [Lifecycle.PENDING] * 2
    assert all(one.protected and one.launched_at is not None for one in seen.instances)
    assert all(one.notice is None for one in seen.instances)

    first = seen.instances[0].instance_id
    account.aws.launched(first)
    again = {one.instance_id: one for one in account.see(joined=[first]).instances}
    assert again[first].lifecycle is Lifecycle.IN_SERVICE
    assert again[first].launched_at is None


def test_several_groups_are_read_together_and_keep_our_order(account: Account) -> None:
    """AWS lists groups by name, whatever the order in which they are asked for."""
    names = sorted((account.name, account.another_group("z"), account.another_group("0")))
    ours = list(reversed(names))
    account.groups.set_desired_capacity(account.name, 1)
    groups = AutoScalingGroups(account.connection, ours)

    seen = groups.observe(now())

    assert [group.name for group in seen] == ours
    assert {group.name: len(group.instances) for group in seen}[account.name] == 1


def test_our_mark_is_read_back_with_its_time_and_taken_off(account: Account) -> None:
    account.groups.set_desired_capacity(account.name, 1)
    instance_id = account.see().instances[0].instance_id

    account.groups.mark(instance_id, at(5))
    account.groups.mark(instance_id, at(7))
    assert account.see().marks[instance_id] == at(7)

    account.groups.unmark(instance_id)
    account.groups.unmark(instance_id)
    assert instance_id not in account.see().marks


def test_that_very_instance_goes_and_desired_goes_with_it(account: Account) -> None:
    first, second, third = account.launch(3)

    account.groups.terminate(account.name, second)

    after = account.see()
    left = {one.instance_id for one in after.instances if one.lifecycle is not Lifecycle.LEAVING}
    assert after.desired == 2
    assert left == {first, third}


def test_an_instance_is_replaced_where_desired_stays(account: Account) -> None:
    first, second = account.launch(2)

    account.groups.terminate(account.name, first, decrement=False)

    after = account.see()
    assert after.desired == 2
    assert first not in {one.instance_id for one in after.instances}
    assert second in {one.instance_id for one in after.instances}
    assert len(after.instances) == 2


def test_to_end_an_instance_twice_shrinks_the_group_once(account: Account) -> None:
    first, _ = account.launch(2)
    account.control.set_pace(terminating_seconds=0)

    for _ in range(3):
        account.groups.terminate(account.name, first)

    assert account.see().desired == 1


def test_to_end_an_instance_that_is_still_going_shrinks_the_group_once(account: Account) -> None:
    first, _ = account.launch(2)
    account.control.set_pace(terminating_seconds=60)

    for _ in range(2):
        account.groups.terminate(account.name, first)

    seen = account.see()
    assert seen.desired == 1
    assert sorted(states(seen), key=str) == [Lifecycle.IN_SERVICE, Lifecycle.LEAVING]


def test_beyond_the_groups_maximum_aws_refuses_and_says_why(account: Account) -> None:
    with pytest.raises(ActionError, match=r"SetDesiredCapacity.*above max value 4") as raised:
        account.groups.set_desired_capacity(account.name, 5)

    assert raised.value.stage == "aws"


def test_what_somebody_else_raised_meanwhile_is_not_lowered(account: Account) -> None:
    account.groups.set_desired_capacity(account.name, 3)

    account.groups.set_desired_capacity(account.name, 2)

    assert account.see().desired == 3


def test_a_request_that_aws_does_not_fulfil_is_taken_back_and_no_instance_goes(
    account: Account,
) -> None:
    account.launch(1)
    account.control.fail_launches(account.name, LaunchFailure.CAPACITY)
    account.groups.set_desired_capacity(account.name, 3)

    account.groups.lower_desired_capacity(account.name, 1)

    seen = account.see()
    assert (seen.desired, states(seen)) == (1, [Lifecycle.IN_SERVICE])


def test_a_request_that_was_fulfilled_after_all_is_not_taken_back(account: Account) -> None:
    account.launch(2)

    with pytest.raises(ActionError, match="has 2 instances by now"):
        account.groups.lower_desired_capacity(account.name, 1)

    assert account.see().desired == 2


def test_where_an_instance_is_not_protected_no_request_is_taken_back(account: Account) -> None:
    (instance_id,) = account.launch(1)
    account.control.fail_launches(account.name, LaunchFailure.CAPACITY)
    account.groups.set_desired_capacity(account.name, 3)
    account.autoscaling.set_instance_protection(
        AutoScalingGroupName=account.name, InstanceIds=[instance_id], ProtectedFromScaleIn=False
    )

    with pytest.raises(ActionError, match=f"{instance_id} is not protected"):
        account.groups.lower_desired_capacity(account.name, 1)

    assert account.see().desired == 3


def test_a_group_that_is_not_there_is_named_with_the_mend(account: Account) -> None:
    with pytest.raises(GroupMissing, match=r"no Auto Scaling group 'none' in us-east-1; mend"):
        AutoScalingGroups(account.connection, [account.name, "none"]).observe(now())


def test_without_credentials_the_mend_is_to_give_some(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(GroupDenied, match="no credentials; give"):
        AutoScalingGroups(AwsConnection("us-east-1", aws.endpoint), ["any"]).observe(now())


def test_an_aws_that_does_not_answer_is_unavailable(connection: AwsConnection) -> None:
    """Port 9 of loopback, where nothing listens."""
    nowhere = AwsConnection(connection.region, "http://127.0.0.1:9")

    with pytest.raises(GroupUnavailable, match="Could not connect"):
        AutoScalingGroups(nowhere, ["any"]).observe(now())

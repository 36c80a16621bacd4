"""Launches that fail in the local AWS, as the adapter tells them; and calls that AWS refuses."""

import pytest

from autoscaler.core.model import FailureKind
from autoscaler.errors import ActionError, GroupDenied, GroupUnavailable
from devstack.awsfailures import LaunchFailure
from devstack.awsfaults import Fault
from tests.contract.autoscaler.aws_account import Account, now, wait

KINDS = {
    LaunchFailure.CAPACITY: FailureKind.CAPACITY,
    LaunchFailure.SPOT: FailureKind.SPOT,
    LaunchFailure.SPOT_CAPACITY: FailureKind.SPOT,
    LaunchFailure.SPOT_QUOTA: FailureKind.QUOTA,
    LaunchFailure.QUOTA: FailureKind.QUOTA,
    LaunchFailure.TEMPLATE: FailureKind.TEMPLATE,
    LaunchFailure.IMAGE: FailureKind.TEMPLATE,
    LaunchFailure.PERMISSION: FailureKind.PERMISSION,
    LaunchFailure.ROLE: FailureKind.PERMISSION,
}


@pytest.mark.parametrize("failure", LaunchFailure)
def test_a_launch_that_fails_is_told_with_its_kind(
    account: Account, failure: LaunchFailure
) -> None:
    account.control.fail_launches(account.name, failure)
    account.groups.set_desired_capacity(account.name, 2)

    seen = account.see()

    assert (seen.desired, seen.present_count) == (2, 0)
    assert {one.kind for one in seen.failures} == {KINDS[failure]}
    assert all(abs((now() - one.at).total_seconds()) < 60 for one in seen.failures)


def test_each_attempt_is_a_failure_of_its_own_oldest_first_and_told_again_each_time(
    account: Account,
) -> None:
    account.control.set_pace(retry_seconds=0.05)
    account.control.fail_launches(account.name, LaunchFailure.CAPACITY)
    account.groups.set_desired_capacity(account.name, 1)
    wait(lambda: len(account.see().failures) >= 3, "three attempts")
    account.control.set_pace(retry_seconds=60)

    first, second = account.see().failures, account.see().failures

    assert [one.at for one in first] == sorted(one.at for one in first)
    assert len({one.activity_id for one in first}) == len(first)
    assert second[: len(first)] == first


def test_when_a_launch_succeeds_at_last_the_failures_before_it_are_still_told(
    account: Account,
) -> None:
    account.control.set_pace(retry_seconds=0.05)
    account.control.fail_launches(account.name, LaunchFailure.CAPACITY, attempts=1)
    account.groups.set_desired_capacity(account.name, 1)

    wait(lambda: account.see().present_count == 1, "the second attempt")

    assert len(account.see().failures) == 1


def test_a_group_that_lacks_nothing_is_asked_for_its_activities_once(account: Account) -> None:
    for _ in range(3):
        account.see()

    assert len(account.calls("DescribeScalingActivities")) == 1


def test_throttled_calls_are_tried_again_within_a_bound(account: Account) -> None:
    for call in ("DescribeAutoScalingGroups", "SetDesiredCapacity"):
        account.control.fault_calls(call, 1)

    assert account.see().desired == 0
    account.groups.set_desired_capacity(account.name, 1)

    assert account.see().desired == 1


def test_an_aws_that_throttles_on_and_on_is_unavailable_and_the_call_is_named(
    account: Account,
) -> None:
    call = "DescribeScalingActivities"
    account.control.fault_calls(call, 100)
    try:
        with pytest.raises(GroupUnavailable, match=f"AWS throttles {call}, at attempt 4 too"):
            account.see()
    finally:
        account.control.fault_calls(call, 0)


def test_a_change_that_aws_does_not_take_is_worth_another_try(account: Account) -> None:
    account.control.fault_calls("SetDesiredCapacity", 100, Fault.UNAVAILABLE)
    try:
        with pytest.raises(ActionError, match="SetDesiredCapacity") as raised:
            account.groups.set_desired_capacity(account.name, 1)
    finally:
        account.control.fault_calls("SetDesiredCapacity", 0)

    assert raised.value.retryable


def test_a_right_that_is_wanting_is_told_with_the_call(account: Account) -> None:
    account.control.fault_calls("DescribeTags", 1, Fault.DENIED)
    with pytest.raises(GroupDenied, match="AWS refuses DescribeTags: UnauthorizedOperation"):
        account.see()

    account.control.fault_calls("SetDesiredCapacity", 1, Fault.DENIED)
    with pytest.raises(ActionError, match="AWS refuses SetDesiredCapacity") as raised:
        account.groups.set_desired_capacity(account.name, 1)
    assert not raised.value.retryable

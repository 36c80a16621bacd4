"""Lifecycle hooks: read seldom, completed and extended each by name."""

import pytest

from autoscaler.adapters.asg_hooks import Hooks
from autoscaler.errors import ActionError
from tests.builders import EPOCH, at
from tests.unit.autoscaler.adapters.stubbed_aws import GROUP, StubbedAws

GONE = "No active Lifecycle Action found with instance ID i-1"


@pytest.fixture
def aws() -> StubbedAws:
    return StubbedAws()


@pytest.fixture
def hooks(aws: StubbedAws) -> Hooks:
    return Hooks(aws.clients["autoscaling"])


def describe(aws: StubbedAws, *names: str) -> None:
    found = [
        {
            "LifecycleHookName": name,
            "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
            "HeartbeatTimeout": 60,
        }
        for name in names
    ]
    reply = {"LifecycleHooks": found}
    aws.answer("autoscaling", "describe_lifecycle_hooks", reply, AutoScalingGroupName=GROUP)


def expect(aws: StubbedAws, operation: str, name: str, **more: str) -> None:
    asked = {"AutoScalingGroupName": GROUP, "LifecycleHookName": name, "InstanceId": "i-1"}
    aws.answer("autoscaling", operation, {}, **asked, **more)


def names(found: tuple[object, ...]) -> list[str]:
    return [hook.name for hook in found]


def test_hooks_are_read_again_only_after_some_minutes(aws: StubbedAws, hooks: Hooks) -> None:
    describe(aws, "one")
    describe(aws, "two")

    assert names(hooks.of(GROUP, EPOCH)) == ["one"]
    assert names(hooks.of(GROUP, at(299))) == ["one"]
    assert names(hooks.of(GROUP, at(300))) == ["two"]


def test_a_clock_that_was_set_back_does_not_keep_them_for_ever(
    aws: StubbedAws, hooks: Hooks
) -> None:
    describe(aws, "one")
    describe(aws, "two")

    hooks.of(GROUP, at(1000))
    assert names(hooks.of(GROUP, EPOCH)) == ["two"]


def test_every_hook_is_completed(aws: StubbedAws, hooks: Hooks) -> None:
    describe(aws, "one", "two")
    for name in ("one", "two"):
        expect(aws, "complete_lifecycle_action", name, LifecycleActionResult="CONTINUE")

    hooks.complete(GROUP, "i-1")
    aws.assert_all_asked()


def test_a_hook_that_holds_no_more_is_completed_and_the_others_still_are(
    aws: StubbedAws, hooks: Hooks
) -> None:
    describe(aws, "one", "two")
    aws.refuse("autoscaling", "complete_lifecycle_action", "ValidationError", GONE)
    expect(aws, "complete_lifecycle_action", "two", LifecycleActionResult="CONTINUE")

    hooks.complete(GROUP, "i-1")
    aws.assert_all_asked()


def test_every_hook_is_extended_and_one_that_holds_no_more_is_no_error(
    aws: StubbedAws, hooks: Hooks
) -> None:
    describe(aws, "one", "two")
    hooks.of(GROUP, EPOCH)
    expect(aws, "record_lifecycle_action_heartbeat", "one")
    aws.refuse("autoscaling", "record_lifecycle_action_heartbeat", "ValidationError", GONE)

    hooks.extend(GROUP, "i-1")
    aws.assert_all_asked()


def test_any_other_refusal_is_an_error_that_names_the_call(aws: StubbedAws, hooks: Hooks) -> None:
    describe(aws, "one")
    aws.refuse("autoscaling", "complete_lifecycle_action", "AccessDenied")

    with pytest.raises(ActionError, match="refuses CompleteLifecycleAction") as raised:
        hooks.complete(GROUP, "i-1")
    assert not raised.value.retryable


def test_hooks_that_cannot_be_read_are_an_error_of_the_action(
    aws: StubbedAws, hooks: Hooks
) -> None:
    aws.refuse("autoscaling", "describe_lifecycle_hooks", "Throttling")

    with pytest.raises(ActionError, match="throttles DescribeLifecycleHooks"):
        hooks.complete(GROUP, "i-1")

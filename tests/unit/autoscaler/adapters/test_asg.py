"""Several groups as one picture, and each change safe to repeat."""

import pytest

from autoscaler.adapters.asg import AutoScalingGroups
from autoscaler.adapters.notices import NoticeBoard
from autoscaler.core.model import Hook, Lifecycle, Notice, NoticeKind
from autoscaler.errors import ActionError, GroupMissing, GroupUnavailable, MalformedReply
from tests.builders import EPOCH, at
from tests.unit.autoscaler.adapters.stubbed_aws import (
    GROUP,
    StubbedAws,
    a_description,
    a_machine,
    a_member,
    an_activity,
)

GONE = "Instance Id not found - No managed instance found for instance ID: i-1"


@pytest.fixture
def aws() -> StubbedAws:
    return StubbedAws()


@pytest.fixture
def groups(aws: StubbedAws) -> AutoScalingGroups:
    return AutoScalingGroups(aws, [GROUP])


def expect_picture(aws: StubbedAws, *described: dict[str, object], **marks: str) -> None:
    """The calls of the first observation of groups that lack nothing."""
    aws.groups(*described)
    aws.instances(*(a_machine(number) for number in range(1, 6)))
    aws.marks(**marks)
    for _ in described:
        aws.activities()


def expect_desired(aws: StubbedAws, desired: int) -> None:
    asked = {"AutoScalingGroupName": GROUP, "DesiredCapacity": desired, "HonorCooldown": False}
    aws.answer("autoscaling", "set_desired_capacity", {}, **asked)


def expect_termination(aws: StubbedAws, *, decrement: bool = True) -> None:
    asked = {"InstanceId": "i-1", "ShouldDecrementDesiredCapacity": decrement}
    aws.answer("autoscaling", "terminate_instance_in_auto_scaling_group", {}, **asked)


def test_all_groups_are_read_in_one_call_and_stay_in_our_order(aws: StubbedAws) -> None:
    groups = AutoScalingGroups(aws, ["spot", "on-demand"])
    described = (a_description(a_member(1), name="on-demand"), a_description(name="spot"))
    aws.groups(*described, AutoScalingGroupNames=["spot", "on-demand"])
    aws.instances(a_machine(1))
    aws.marks(i_1="2026-03-01T12:00:05+00:00")
    aws.activities()
    aws.activities()

    seen = groups.observe(EPOCH)

    assert [group.name for group in seen] == ["spot", "on-demand"]
    assert [len(group.instances) for group in seen] == [0, 1]
    assert all(group.marks == {"i-1": at(5)} for group in seen)
    aws.assert_all_asked()


def test_a_group_that_is_not_there_is_named_with_the_mend(aws: StubbedAws) -> None:
    aws.groups(a_description(name="spot"))

    with pytest.raises(GroupMissing, match=r"no Auto Scaling group 'none' in us-east-1; mend"):
        AutoScalingGroups(aws, ["spot", "none"]).observe(EPOCH)


def test_launch_times_are_told_of_instances_that_have_no_ready_node(
    aws: StubbedAws, groups: AutoScalingGroups
) -> None:
    expect_picture(aws, a_description(a_member(1), a_member(2)))

    first, second = groups.observe(EPOCH, joined=["i-1"])[0].instances

    assert first.launched_at is None
    assert second.launched_at == at(-60)


def test_failed_launches_are_told_while_instances_are_waited_for(
    aws: StubbedAws, groups: AutoScalingGroups
) -> None:
    aws.groups(a_description(desired=1))
    aws.marks()
    aws.activities(an_activity(1))

    assert [one.activity_id for one in groups.observe(EPOCH)[0].failures] == ["a-1"]


def test_hooks_are_read_only_where_one_holds_an_instance(
    aws: StubbedAws, groups: AutoScalingGroups
) -> None:
    hook = {
        "LifecycleHookName": "drain",
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "HeartbeatTimeout": 60,
    }
    expect_picture(aws, a_description(a_member(1)))
    assert groups.observe(EPOCH)[0].hooks == ()

    aws.groups(a_description(a_member(1, "Terminating:Wait"), desired=0))
    aws.marks()
    aws.answer("autoscaling", "describe_lifecycle_hooks", {"LifecycleHooks": [hook]})
    seen = groups.observe(at(10))[0]

    assert seen.instances[0].lifecycle is Lifecycle.HELD
    assert [one.name for one in seen.hooks] == ["drain"]
    assert all(isinstance(one, Hook) for one in seen.hooks)


def test_notices_of_both_kinds_stand_at_their_instances_the_graver_first(aws: StubbedAws) -> None:
    board = NoticeBoard()
    board.put("i-1", Notice(NoticeKind.REBALANCE, at(-30)))
    board.put("i-2", Notice(NoticeKind.REBALANCE, at(-30)))
    groups = AutoScalingGroups(aws, [GROUP], board)
    aws.groups(a_description(a_member(1), a_member(2), a_member(3)))
    aws.instances(a_machine(1, spot=True), a_machine(2, spot=True), a_machine(3))
    aws.marks()
    marked = {"Code": "marked-for-termination", "UpdateTime": at(-5)}
    asked = [{"Name": "instance-id", "Values": ["i-1", "i-2"]}]
    reply = {"SpotInstanceRequests": [{"InstanceId": "i-1", "Status": marked}]}
    aws.answer("ec2", "describe_spot_instance_requests", reply, Filters=asked)
    aws.activities()

    notices = [instance.notice for instance in groups.observe(EPOCH)[0].instances]

    assert notices == [
        Notice(NoticeKind.SPOT_INTERRUPTION, at(-5)),
        Notice(NoticeKind.REBALANCE, at(-30)),
        None,
    ]


def test_it_knows_which_instances_it_held_when_it_last_looked(
    aws: StubbedAws, groups: AutoScalingGroups
) -> None:
    expect_picture(aws, a_description(a_member(1)))
    assert not groups.holds("i-1")

    groups.observe(EPOCH)

    assert groups.holds("i-1")
    assert not groups.holds("i-2")


@pytest.mark.parametrize(
    ("service", "operation", "call"),
    [
        ("autoscaling", "describe_auto_scaling_groups", "DescribeAutoScalingGroups"),
        ("ec2", "describe_instances", "DescribeInstances"),
        ("ec2", "describe_tags", "DescribeTags"),
        ("autoscaling", "describe_scaling_activities", "DescribeScalingActivities"),
    ],
)
def test_whichever_call_fails_no_group_is_told_and_the_call_is_named(
    aws: StubbedAws, groups: AutoScalingGroups, service: str, operation: str, call: str
) -> None:
    answers = {
        "describe_auto_scaling_groups": lambda: aws.groups(a_description(a_member(1))),
        "describe_instances": lambda: aws.instances(a_machine(1)),
        "describe_tags": aws.marks,
        "describe_scaling_activities": aws.activities,
    }
    for one, answer in answers.items():
        if one == operation:
            aws.refuse(service, operation, "Throttling", "Rate exceeded")
            break
        answer()

    with pytest.raises(GroupUnavailable, match="Rate exceeded") as raised:
        groups.observe(EPOCH)
    assert str(raised.value).startswith(f"AWS throttles {call},")


def test_desired_is_raised_without_waiting_for_the_groups_cooldown(
    aws: StubbedAws, groups: AutoScalingGroups
) -> None:
    aws.groups(a_description(desired=2))
    expect_desired(aws, 5)

    groups.set_desired_capacity(GROUP, 5)
    aws.assert_all_asked()


@pytest.mark.parametrize("by_now", [5, 9])
def test_what_others_raised_meanwhile_is_never_lowered(
    aws: StubbedAws, groups: AutoScalingGroups, by_now: int
) -> None:
    """No call is expected after the look: AWS would choose the victims."""
    aws.groups(a_description(desired=by_now))

    groups.set_desired_capacity(GROUP, 5)


def test_after_desired_was_raised_activities_are_read_though_nothing_is_missing(
    aws: StubbedAws, groups: AutoScalingGroups
) -> None:
    expect_picture(aws, a_description(a_member(1)))
    groups.observe(EPOCH)
    aws.groups(a_description(desired=0))
    expect_desired(aws, 1)
    groups.set_desired_capacity(GROUP, 1)

    aws.groups(a_description(a_member(1)))
    aws.marks()
    aws.activities(an_activity(1))
    assert len(groups.observe(at(10))[0].failures) == 1


def test_beyond_the_maximum_aws_refuses_and_time_will_not_mend_it(
    aws: StubbedAws, groups: AutoScalingGroups
) -> None:
    aws.groups(a_description())
    aws.refuse("autoscaling", "set_desired_capacity", "ValidationError", "above max value 4")

    with pytest.raises(ActionError, match="above max value 4") as raised:
        groups.set_desired_capacity(GROUP, 5)
    assert not raised.value.retryable


def test_a_request_that_is_not_fulfilled_is_taken_back(
    aws: StubbedAws, groups: AutoScalingGroups
) -> None:
    aws.groups(a_description(a_member(1), a_member(2, "Terminating"), desired=4))
    expect_desired(aws, 1)

    groups.lower_desired_capacity(GROUP, 1)
    aws.assert_all_asked()


@pytest.mark.parametrize("by_now", [0, 1])
def test_a_request_that_is_taken_back_already_is_left(
    aws: StubbedAws, groups: AutoScalingGroups, by_now: int
) -> None:
    aws.groups(a_description(desired=by_now))

    groups.lower_desired_capacity(GROUP, 1)


@pytest.mark.parametrize(
    ("described", "why"),
    [
        (a_description(a_member(1), a_member(2, "Pending"), desired=3), "has 2 instances by now"),
        (a_description(a_member(1, protected=False), desired=3), "i-1 is not protected"),
        (
            a_description(a_member(1), desired=3, protects_new=False),
            "does not protect new instances",
        ),
    ],
    ids=["one launched meanwhile", "one is not protected", "new ones are not"],
)
def test_where_aws_could_find_a_victim_desired_is_not_lowered(
    aws: StubbedAws, groups: AutoScalingGroups, described: dict[str, object], why: str
) -> None:
    aws.groups(described)

    with pytest.raises(ActionError, match=why):
        groups.lower_desired_capacity(GROUP, 1)


def test_a_group_that_cannot_be_looked_at_again_is_not_changed(
    aws: StubbedAws, groups: AutoScalingGroups
) -> None:
    aws.refuse("autoscaling", "describe_auto_scaling_groups", "Throttling")

    with pytest.raises(ActionError, match="throttles DescribeAutoScalingGroups") as raised:
        groups.set_desired_capacity(GROUP, 5)
    assert raised.value.retryable


@pytest.mark.parametrize("decrement", [True, False])
def test_that_very_instance_is_ended_with_or_without_another_in_its_place(
    aws: StubbedAws, groups: AutoScalingGroups, *, decrement: bool
) -> None:
    expect_termination(aws, decrement=decrement)

    groups.terminate(GROUP, "i-1", decrement=decrement)
    aws.assert_all_asked()


@pytest.mark.parametrize(
    "described",
    [
        a_description(),
        a_description(a_member(1, "Terminating")),
        a_description(a_member(1, "Terminating:Wait")),
    ],
    ids=["gone", "going", "held"],
)
def test_to_end_an_instance_that_is_going_already_is_a_success(
    aws: StubbedAws, groups: AutoScalingGroups, described: dict[str, object]
) -> None:
    aws.refuse("autoscaling", "terminate_instance_in_auto_scaling_group", "ValidationError", GONE)
    aws.groups(described)

    groups.terminate(GROUP, "i-1")
    aws.assert_all_asked()


def test_a_throttled_termination_is_told_as_such(
    aws: StubbedAws, groups: AutoScalingGroups
) -> None:
    aws.refuse("autoscaling", "terminate_instance_in_auto_scaling_group", "Throttling")

    with pytest.raises(ActionError, match="throttles TerminateInstance") as raised:
        groups.terminate(GROUP, "i-1")
    assert raised.value.retryable


def test_an_instance_that_stays_was_refused(aws: StubbedAws, groups: AutoScalingGroups) -> None:
    aws.refuse(
        "autoscaling",
        "terminate_instance_in_auto_scaling_group",
        "ValidationError",
        "Currently, desiredSize equals minSize (1).",
    )
    aws.groups(a_description(a_member(1)))

    with pytest.raises(ActionError, match="desiredSize equals minSize"):
        groups.terminate(GROUP, "i-1")


def test_a_reply_that_lacks_something_is_none_of_the_groups(aws: StubbedAws) -> None:
    described = a_description(a_member(1))
    del described["NewInstancesProtectedFromScaleIn"]
    aws.groups(described)

    with pytest.raises(MalformedReply, match="DescribeAutoScalingGroups cannot be read"):
        AutoScalingGroups(aws, [GROUP]).observe(EPOCH)

"""AWS's descriptions in the core's terms."""

from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest

from autoscaler.adapters.asg_replies import (
    InstanceFacts,
    facts_of,
    failure_of,
    group_of,
    hooks_of,
    interruptions_of,
    lifecycle,
    marks_of,
)
from autoscaler.core.model import (
    FailureKind,
    Group,
    Hook,
    Instance,
    Lifecycle,
    Notice,
    NoticeKind,
)
from tests.builders import at
from tests.unit.autoscaler.adapters.stubbed_aws import (
    a_description,
    a_machine,
    a_member,
    an_activity,
)


def test_a_group_is_read_with_its_instances_and_what_protects_them() -> None:
    described = a_description(a_member(1), a_member(2, "Pending", protected=False), desired=3)

    assert group_of(described) == Group(
        name="nomad-clients",
        desired=3,
        size_min=0,
        size_max=20,
        instances=(
            Instance("i-1", Lifecycle.IN_SERVICE, protected=True),
            Instance("i-2", Lifecycle.PENDING, protected=False),
        ),
        marks={},
        suspended=frozenset({"AZRebalance"}),
        protects_new=True,
    )
    assert not group_of(a_description(protects_new=False)).protects_new


def test_a_group_without_what_aws_always_sends_is_not_guessed() -> None:
    described = a_description()
    del described["NewInstancesProtectedFromScaleIn"]

    with pytest.raises(KeyError):
        group_of(described)


@pytest.mark.parametrize(
    ("state", "ours"),
    [
        ("Pending", Lifecycle.PENDING),
        ("Pending:Wait", Lifecycle.PENDING),
        ("Pending:Proceed", Lifecycle.PENDING),
        ("InService", Lifecycle.IN_SERVICE),
        ("Terminating:Wait", Lifecycle.HELD),
        ("Terminating", Lifecycle.LEAVING),
        ("Terminating:Proceed", Lifecycle.LEAVING),
        ("Terminated", Lifecycle.LEAVING),
        ("Detaching", Lifecycle.LEAVING),
        ("Detached", Lifecycle.LEAVING),
        ("EnteringStandby", Lifecycle.ASIDE),
        ("Standby", Lifecycle.ASIDE),
        ("Warmed:Running", Lifecycle.ASIDE),
        ("Quarantined", Lifecycle.PENDING),
    ],
)
def test_aws_states_are_five_of_ours(state: str, ours: Lifecycle) -> None:
    assert lifecycle(state) is ours


def test_a_failed_launch_is_told_with_its_kind_and_aws_own_words() -> None:
    failure = failure_of(an_activity(7, started=-30))

    assert failure is not None
    assert (failure.activity_id, failure.at, failure.kind) == ("a-7", at(-30), FailureKind.SPOT)
    assert failure.detail.startswith("There is no Spot capacity")


def test_the_words_are_cut_and_the_description_stands_in_where_there_are_none() -> None:
    long = failure_of(an_activity(message="x" * 1000))
    bare = an_activity(description="Launching a new EC2 instance.  Status Reason: AccessDenied")
    del bare["StatusMessage"]
    told = failure_of(bare)

    assert long is not None
    assert len(long.detail) == 256
    assert told is not None
    assert told.kind is FailureKind.PERMISSION
    assert told.detail.endswith("AccessDenied")


@pytest.mark.parametrize(
    "activity",
    [
        an_activity(status="Successful", message=""),
        an_activity(status="InProgress", message=""),
        an_activity(description="Terminating EC2 instance: i-1"),
        an_activity(status="Cancelled", message="The group was made smaller."),
    ],
    ids=["successful", "in progress", "a termination", "cancelled by a smaller group"],
)
def test_what_is_no_failed_launch_is_none(activity: dict[str, object]) -> None:
    assert failure_of(activity) is None


@pytest.mark.parametrize(
    "message",
    ["VcpuLimitExceeded", "Never heard of this. Launching EC2 instance failed."],
    ids=["a known text", "AWS says that it failed"],
)
def test_a_launch_that_was_cancelled_for_an_error_failed(message: str) -> None:
    assert failure_of(an_activity(status="Cancelled", message=message)) is not None


def test_instants_are_in_utc_whatever_the_sdk_made_of_them() -> None:
    there = timezone(timedelta(hours=5))
    failure = failure_of(an_activity(started=at(-30).astimezone(there)))

    assert failure is not None
    assert failure.at.tzinfo is UTC


def test_only_hooks_on_termination_hold_an_instance() -> None:
    hook = {
        "LifecycleHookName": "drain",
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "HeartbeatTimeout": 300,
    }
    other = hook | {"LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}

    assert hooks_of([hook, other]) == (Hook("drain", timedelta(minutes=5)),)


def test_what_ec2_knows_of_instances() -> None:
    reservations = [{"Instances": [a_machine(1)]}, {"Instances": [a_machine(2, spot=True)]}]
    plain = InstanceFacts(launched_at=at(-60), spot=False)

    assert facts_of(reservations) == {"i-1": plain, "i-2": replace(plain, spot=True)}


def test_a_mark_without_a_zone_is_in_utc_and_one_that_is_no_time_is_none_of_ours() -> None:
    tags = [
        {"ResourceId": "i-1", "Value": "2026-03-01T12:00:05+00:00"},
        {"ResourceId": "i-2", "Value": "2026-03-01T12:00:05"},
        {"ResourceId": "i-3", "Value": "by hand"},
    ]

    assert marks_of(tags) == {"i-1": at(5), "i-2": at(5)}


def test_only_requests_that_are_marked_are_notices() -> None:
    def a_request(number: int, code: str) -> dict[str, object]:
        return {"InstanceId": f"i-{number}", "Status": {"Code": code, "UpdateTime": at(3)}}

    requests = [
        a_request(1, "fulfilled"),
        a_request(2, "marked-for-termination"),
        a_request(3, "marked-for-stop"),
        a_request(4, "instance-terminated-by-user"),
    ]
    notice = Notice(NoticeKind.SPOT_INTERRUPTION, at(3))

    assert interruptions_of(requests) == {"i-2": notice, "i-3": notice}

"""
AWS's descriptions of groups, activities, hooks and instances, as the core's values.

Pure: it decides nothing and calls nobody.  What an answer lacks raises ``KeyError``, ``TypeError``
or ``ValueError``.  Imports core.model and the table of failure texts beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from autoscaler.adapters.asg_failures import classify
from autoscaler.core.model import (
    FailureKind,
    Group,
    Hook,
    Instance,
    LaunchFailure,
    Lifecycle,
    Notice,
    NoticeKind,
)

_LEAVING = ("Terminating", "Terminated", "Detaching", "Detached")
_ASIDE = ("Standby", "EnteringStandby", "Warmed")
_TERMINATION = "autoscaling:EC2_INSTANCE_TERMINATING"
#: A Spot request says so from two minutes before EC2 takes the instance.
_INTERRUPTED = frozenset({"marked-for-termination", "marked-for-stop"})
#: So ends AWS's message on every launch that EC2 refused.
_FAILED = "Launching EC2 instance failed"
_DETAIL_CHARACTERS_MAX = 256


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """What EC2 knows of an instance that never changes."""

    launched_at: datetime
    spot: bool


def group_of(described: Mapping[str, Any]) -> Group:
    """A group with its instances; marks, failures and hooks are not in AWS's description."""
    return Group(
        name=described["AutoScalingGroupName"],
        desired=int(described["DesiredCapacity"]),
        size_min=int(described["MinSize"]),
        size_max=int(described["MaxSize"]),
        instances=tuple(
            Instance(
                instance_id=instance["InstanceId"],
                lifecycle=lifecycle(instance["LifecycleState"]),
                protected=bool(instance["ProtectedFromScaleIn"]),
            )
            for instance in described["Instances"]
        ),
        marks={},
        suspended=frozenset(one["ProcessName"] for one in described["SuspendedProcesses"]),
        protects_new=bool(described["NewInstancesProtectedFromScaleIn"]),
    )


def lifecycle(state: str) -> Lifecycle:
    """AWS's states, with their ``:Wait`` and ``:Proceed``, in five."""
    if state == "Terminating:Wait":
        return Lifecycle.HELD
    if state.startswith(_LEAVING):
        return Lifecycle.LEAVING
    if state.startswith(_ASIDE):
        return Lifecycle.ASIDE
    return Lifecycle.IN_SERVICE if state == "InService" else Lifecycle.PENDING


def is_over(activity: Mapping[str, Any]) -> bool:
    """Whether nothing of the activity can change any more."""
    return activity["StatusCode"] in ("Successful", "Failed", "Cancelled")


def failure_of(activity: Mapping[str, Any]) -> LaunchFailure | None:
    """What went wrong, where the activity is a launch that ended without an instance."""
    if not activity["Description"].startswith("Launching"):
        return None
    said = activity.get("StatusMessage") or activity["Description"]
    kind = classify(said)
    # A launch is cancelled, too, when the group is made smaller before it ends: no failure.
    went_wrong = kind is not FailureKind.OTHER or _FAILED in said
    status = activity["StatusCode"]
    if status != "Failed" and not (status == "Cancelled" and went_wrong):
        return None
    return LaunchFailure(
        activity_id=activity["ActivityId"],
        at=started_at(activity),
        kind=kind,
        detail=said[:_DETAIL_CHARACTERS_MAX],
    )


def started_at(activity: Mapping[str, Any]) -> datetime:
    """When the activity began."""
    began: datetime = activity["StartTime"]
    return began.astimezone(UTC)


def hooks_of(described: Iterable[Mapping[str, Any]]) -> tuple[Hook, ...]:
    """The hooks on termination; those on launch hold nothing that works."""
    return tuple(
        Hook(hook["LifecycleHookName"], timedelta(seconds=int(hook["HeartbeatTimeout"])))
        for hook in described
        if hook["LifecycleTransition"] == _TERMINATION
    )


def facts_of(reservations: Iterable[Mapping[str, Any]]) -> dict[str, InstanceFacts]:
    """By instance id."""
    return {
        instance["InstanceId"]: InstanceFacts(
            launched_at=instance["LaunchTime"].astimezone(UTC),
            spot=instance.get("InstanceLifecycle") == "spot",
        )
        for reservation in reservations
        for instance in reservation["Instances"]
    }


def marks_of(tags: Iterable[Mapping[str, Any]]) -> dict[str, datetime]:
    """
    The times of our marks, by instance id.

    A value that is no time is not of our writing, so its node counts as somebody else's.
    """
    marks = {}
    for tag in tags:
        try:
            at = datetime.fromisoformat(tag["Value"])
        except ValueError:
            continue
        marks[tag["ResourceId"]] = at if at.tzinfo else at.replace(tzinfo=UTC)
    return marks


def interruptions_of(requests: Iterable[Mapping[str, Any]]) -> dict[str, Notice]:
    """The notices among Spot requests, by instance id."""
    return {
        request["InstanceId"]: Notice(
            NoticeKind.SPOT_INTERRUPTION, request["Status"]["UpdateTime"].astimezone(UTC)
        )
        for request in requests
        if request["Status"]["Code"] in _INTERRUPTED
    }

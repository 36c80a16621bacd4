"""
What AWS Auto Scaling refuses and moto lets through, in AWS's own words.

Moto 5.2 sets a desired capacity outside the group's bounds, shrinks a group below its minimum, and
answers HTTP 500 where AWS says that a group or an instance is not there.  An autoscaler tested
against that would never meet its limits.  Pure; may import the standard library only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupSize:
    """What the rules need to know of a group."""

    name: str
    min_size: int
    max_size: int
    desired: int
    instances: frozenset[str]


#: These name a group that has to be there.
_OF_A_GROUP = frozenset(
    {
        "SetDesiredCapacity",
        "PutLifecycleHook",
        "DescribeLifecycleHooks",
        "DeleteLifecycleHook",
        "CompleteLifecycleAction",
        "RecordLifecycleActionHeartbeat",
    }
)


def refusal(action: str, parameters: Mapping[str, str], groups: Iterable[GroupSize]) -> str | None:
    """The message of the ValidationError with which AWS answers, or None where it obeys."""
    if action == "TerminateInstanceInAutoScalingGroup":
        return _refuse_termination(parameters, groups)
    if action not in _OF_A_GROUP:
        return None
    name = parameters.get("AutoScalingGroupName", "")
    group = next((group for group in groups if group.name == name), None)
    if group is None:
        return f"AutoScalingGroup name not found - AutoScalingGroup: {name} not found"
    return _refuse_capacity(parameters, group) if action == "SetDesiredCapacity" else None


def _refuse_capacity(parameters: Mapping[str, str], group: GroupSize) -> str | None:
    desired = int(parameters["DesiredCapacity"])
    if desired > group.max_size:
        bound = f"above max value {group.max_size}"
    elif desired < group.min_size:
        bound = f"below min value {group.min_size}"
    else:
        return None
    return f"New SetDesiredCapacity value {desired} is {bound} for the AutoScalingGroup."


def _refuse_termination(parameters: Mapping[str, str], groups: Iterable[GroupSize]) -> str | None:
    instance = parameters.get("InstanceId", "")
    group = next((group for group in groups if instance in group.instances), None)
    if group is None:
        return f"Instance Id not found - No managed instance found for instance ID: {instance}"
    shrinks = parameters.get("ShouldDecrementDesiredCapacity", "").lower() == "true"
    if shrinks and group.desired <= group.min_size:
        return (
            f"Currently, desiredSize equals minSize ({group.min_size}). Terminating instance "
            "without replacement will violate group's min size constraint. Either set "
            "shouldDecrementDesiredCapacity flag to false or lower group's min size."
        )
    return None

"""
Why a scaling activity began, in AWS's words.

Pure; may import the standard library only.
"""

from datetime import datetime

#: What AWS says of a desired capacity that the call has changed; the braces are for its bounds.
_ASKED = {
    "CreateAutoScalingGroup": "a user request created an AutoScalingGroup",
    "UpdateAutoScalingGroup": "a user request update of AutoScalingGroup constraints to "
    "min: {min_size}, max: {max_size}, desired: {desired}",
}
_EXPLICITLY = "a user request explicitly set group desired capacity"

PROTECTED = (
    "Could not scale to desired capacity because all remaining instances are protected from "
    "scale-in."
)
UNHEALTHY_MACHINE = (
    "an instance was taken out of service in response to an EC2 health check indicating it has "
    "been terminated or stopped."
)
UNHEALTHY_STATUS = (
    "an instance was taken out of service in response to EC2 instance status checks failure."
)
UNHEALTHY_BY_USER = "an instance was taken out of service in response to a user health-check."


def at(now: datetime, what: str) -> str:
    """One sentence of a cause."""
    return f"At {now:%Y-%m-%dT%H:%M:%SZ} {what}"


def joined(*sentences: str) -> str:
    """Sentences as AWS strings them together, the empty ones left out."""
    return "  ".join(sentence for sentence in sentences if sentence)


def asked(action: str, before: int, desired: int, bounds: tuple[int, int]) -> str:
    """That a call has changed the desired capacity of a group with these bounds."""
    how = _ASKED.get(action, _EXPLICITLY)
    how = how.format(min_size=bounds[0], max_size=bounds[1], desired=desired)
    return f"{how} changing the desired capacity from {before} to {desired}."


def started(present: int, desired: int) -> str:
    return (
        "an instance was started in response to a difference between desired and actual capacity, "
        f"increasing the capacity from {present} to {desired}."
    )


def surplus(present: int) -> str:
    return (
        "an instance was taken out of service in response to a difference between desired and "
        f"actual capacity, shrinking the capacity from {present} to {present - 1}."
    )


def selected(instance_id: str) -> str:
    return f"instance {instance_id} was selected for termination."


def user_terminated(instance_id: str, desired: int, *, shrinks: bool) -> str:
    """``desired`` is the capacity before the call."""
    taken = f"instance {instance_id} was taken out of service in response to a user request"
    if shrinks:
        return f"{taken}, shrinking the capacity from {desired} to {desired - 1}."
    return f"{taken}."

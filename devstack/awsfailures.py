"""
Why AWS cannot launch an instance, in its own words.

The texts are those that DescribeScalingActivities shows; AWS gives no code beside them, so whoever
tells the kinds apart has only these.  May import the standard library only.
"""

from dataclasses import dataclass
from enum import StrEnum

#: With this AWS ends the status message of every launch that failed.
FAILED = "Launching EC2 instance failed."


class LaunchRefused(Exception):
    """EC2 itself refuses to launch, with its message: the template is gone, say."""


class LaunchFailure(StrEnum):
    """What stands in the way of a launch; AWS has several texts for some kinds."""

    #: InsufficientInstanceCapacity.
    CAPACITY = "capacity"
    #: UnfulfillableCapacity of an EC2 Fleet.
    SPOT = "spot"
    #: The same from RunInstances.
    SPOT_CAPACITY = "spot-capacity"
    #: MaxSpotInstanceCountExceeded: a quota, and Spot's.
    SPOT_QUOTA = "spot-quota"
    #: VcpuLimitExceeded.
    QUOTA = "quota"
    #: InvalidLaunchTemplateId.NotFound.
    TEMPLATE = "template"
    #: InvalidAMIID.NotFound.
    IMAGE = "image"
    #: UnauthorizedOperation.
    PERMISSION = "permission"
    #: AccessDenied, which names the user and the call.
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What AWS was about to launch, and where."""

    instance_type: str
    zone: str
    other_zones: tuple[str, ...]
    template_id: str
    image_id: str
    account: str


def status_message(kind: LaunchFailure, wanted: Wanted) -> str:
    """The StatusMessage of the failed activity."""
    return f"{reason(kind, wanted)} {FAILED}"


def reason(kind: LaunchFailure, wanted: Wanted) -> str:
    """EC2's own message for the kind."""
    role = f"arn:aws:sts::{wanted.account}:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling"
    texts = {
        LaunchFailure.CAPACITY: _no_capacity(wanted),
        LaunchFailure.SPOT: "Could not launch Spot Instances. UnfulfillableCapacity - Unable to "
        "fulfill capacity due to your request configuration. Please adjust your request and try "
        "again.",
        LaunchFailure.SPOT_CAPACITY: "There is no Spot capacity available that matches your "
        "request.",
        LaunchFailure.SPOT_QUOTA: "Could not launch Spot Instances. MaxSpotInstanceCountExceeded "
        "- Max spot instance count exceeded.",
        LaunchFailure.QUOTA: "You have requested more vCPU capacity than your current vCPU limit "
        "of 32 allows for the instance bucket that the specified instance type belongs to. Please "
        "visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this "
        "limit.",
        LaunchFailure.TEMPLATE: "The specified launch template, with template ID "
        f"{wanted.template_id}, does not exist.",
        LaunchFailure.IMAGE: f"The image id '[{wanted.image_id}]' does not exist.",
        LaunchFailure.PERMISSION: "You are not authorized to perform this operation.",
        LaunchFailure.ROLE: f"User: {role} is not authorized to perform: ec2:RunInstances.",
    }
    return texts[kind]


def _no_capacity(wanted: Wanted) -> str:
    text = (
        f"We currently do not have sufficient {wanted.instance_type} capacity in the Availability "
        f"Zone you requested ({wanted.zone}). Our system will be working on provisioning "
        f"additional capacity. You can currently get {wanted.instance_type} capacity by not "
        "specifying an Availability Zone in your request"
    )
    others = ", ".join(wanted.other_zones)
    return f"{text} or choosing {others}." if others else f"{text}."


class LaunchFailures:
    """In which groups launches fail at present, how, and for how many attempts yet."""

    def __init__(self) -> None:
        self._failing: dict[str, tuple[LaunchFailure, int | None]] = {}

    def fail(self, group: str, kind: LaunchFailure, attempts: int | None) -> None:
        """Let attempts fail: so many, or all until ``allow``."""
        self._failing[group] = (kind, attempts)

    def allow(self, group: str) -> None:
        self._failing.pop(group, None)

    def attempt(self, group: str) -> LaunchFailure | None:
        """What stands in the way of this attempt; each one that fails is counted off."""
        kind, left = self._failing.get(group, (None, None))
        if kind is not None and left is not None:
            self._failing[group] = (kind, left - 1)
            if left <= 1:
                self.allow(group)
        return kind

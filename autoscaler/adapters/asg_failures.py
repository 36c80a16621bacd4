"""
Tell AWS's reasons for a failed launch apart.

A scaling activity has no code, only text for people, some of it with the code of EC2's own error in
it.  Each text here is one that AWS documents or was seen to give; the first that fits counts.
Pure; imports core.model.
"""

import re
from dataclasses import dataclass

from autoscaler.core.model import FailureKind

_GUIDE = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/"
_LAUNCH = _GUIDE + "ts-as-instancelaunchfailure.html"
_IMAGE = _GUIDE + "ts-as-ami.html"
_TEMPLATE = _GUIDE + "ts-as-launch-template.html"
_KEY = _GUIDE + "key-policy-requirements-EBS-encryption.html"
#: EC2's error codes, which stand before " - " in the text or alone in it.
_CODES = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
#: Auto Scaling puts these words before the code where it launches through EC2 Fleet.
_FLEET = "https://repost.aws/knowledge-center/eks-troubleshoot-spot-instances"


@dataclass(frozen=True, slots=True)
class KnownText:
    """A text of AWS's, what it means, and where it is from."""

    kind: FailureKind
    pattern: re.Pattern[str]
    source: str


def _known(kind: FailureKind, source: str, *patterns: str) -> tuple[KnownText, ...]:
    return tuple(KnownText(kind, re.compile(one, re.IGNORECASE), source) for one in patterns)


#: In order: a quota can be Spot's, and a right can be wanting to use a launch template.
KNOWN_TEXTS: tuple[KnownText, ...] = (
    *_known(
        FailureKind.QUOTA,
        _CODES,
        r"\bMaxSpotInstanceCountExceeded\b",
        r"\bMax spot instance count exceeded\b",
        r"\bVcpuLimitExceeded\b",
        r"\bmore vCPU capacity than your current vCPU limit\b",
        r"\bInstanceLimitExceeded\b",
        r"\bmore instances \(\d+\) than your current instance limit\b",
        r"\bVolumeLimitExceeded\b",
        r"\bMaxIOPSLimitExceeded\b",
        r"\breached your quota\b",
    ),
    *_known(FailureKind.QUOTA, _LAUNCH, r"\binstance\(s\) are already running\b"),
    *_known(
        FailureKind.PERMISSION,
        _CODES,
        r"\bUnauthorizedOperation\b",
        r"\bnot authorized to\b",
        r"\bAccess ?Denied\b",
        r"\bAuthFailure\b",
        r"\bAuthentication Failure\b",
        r"\bOptInRequired\b",
        r"\bPendingVerification\b",
        r"\baccount is currently blocked\b",
    ),
    # Both are what a service role gets that may not use the key of an encrypted volume: for the
    # second AWS blames the key's state, though that is as often in order.
    *_known(FailureKind.PERMISSION, _LAUNCH, r"\bClient\.InternalError\b"),
    *_known(
        FailureKind.PERMISSION,
        _KEY,
        r"\bInvalidKMSKey\b",
        r"\bKMS key\b",
        r"\bencrypted\b.*\b(not accessible|inaccessible)\b",
    ),
    *_known(
        FailureKind.TEMPLATE,
        _IMAGE,
        r"\bInvalidAMIID\b",
        r"\bThe (AMI|image) ID\b.*\bdoes not exist\b",
        r"\bAMI\b.*\bcannot be run\b",
        r"\barchitecture\b.*\bdoes not match\b",
    ),
    *_known(
        FailureKind.TEMPLATE,
        _TEMPLATE,
        r"\bInvalidLaunchTemplate",
        r"\blaunch templates?\b.*\bdoes not exist\b",
        r"\bmust use a valid fully-formed launch template\b",
    ),
    *_known(
        FailureKind.TEMPLATE,
        _LAUNCH,
        r"\brequested configuration is currently not supported\b",
        r"\bsecurity group\b.*\bdoes not exist\b",
        r"\bkey pair\b.*\bdoes not exist\b",
        r"\bis not supported in your requested Availability Zone\b",
        r"\bAvailability Zone is no longer supported\b",
        r"\bInvalid device name\b",
        r"\bfor parameter \w+ is invalid\b",
        r"\bblock device mappings not supported\b",
        r"\bPlacement groups may not be used\b",
    ),
    *_known(
        FailureKind.TEMPLATE,
        _CODES,
        r"\bInvalidKeyPair\b",
        r"\bInvalidGroup\b",
        r"\bInvalidSecurityGroup",
        r"\bInvalidSubnet",
        r"\bInvalidSnapshot\b",
        r"\bInvalidParameter",
        r"\bInvalid IAM Instance Profile\b",
        r"\bMissingParameter\b",
        r"\bUnsupported\b",
    ),
    *_known(
        FailureKind.SPOT,
        _LAUNCH,
        r"\bYour Spot request price\b",
        r"\bno Spot capacity available\b",
    ),
    *_known(
        FailureKind.SPOT,
        _CODES,
        r"\bSpotMaxPriceTooLow\b",
        r"\bSpotInstanceTermination\b",
        r"\bInsufficientSpotInstanceCapacity\b",
    ),
    *_known(FailureKind.SPOT, _FLEET, r"\bCould not launch Spot Instances\b"),
    *_known(
        FailureKind.CAPACITY,
        _CODES,
        r"\bInsufficient(Instance|Host|ReservedInstance)?Capacity\b",
        r"\bInsufficientFreeAddressesInSubnet\b",
        r"\bnot enough free addresses in subnet\b",
        r"\bUnfulfillableCapacity\b",
        r"\bReservationCapacityExceeded\b",
    ),
    *_known(
        FailureKind.CAPACITY,
        _LAUNCH,
        r"\bdo not have sufficient\b.*\bcapacity\b",
        r"\breservation does not have sufficient\b",
        r"\bCapacity Block reservation\b.*\bis not active\b",
        r"\bUnable to fulfill capacity\b",
    ),
)


def classify(text: str) -> FailureKind:
    """Why the launch failed, by AWS's own words; ``OTHER`` where they are not known."""
    for known in KNOWN_TEXTS:
        if known.pattern.search(text):
            return known.kind
    return FailureKind.OTHER

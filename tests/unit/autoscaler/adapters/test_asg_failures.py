"""AWS's own texts on failed launches, told apart."""

import pytest

from autoscaler.adapters.asg_failures import KNOWN_TEXTS, classify
from autoscaler.core.model import FailureKind

#: Whole messages, one a paragraph: those of AWS's guide to such failures, and those that were seen.
TEXTS = {
    FailureKind.CAPACITY: """
        We currently do not have sufficient c5.large capacity in the Availability Zone you
        requested (us-east-1a). Our system will be working on provisioning additional
        capacity. You can currently get c5.large capacity by not specifying an Availability
        Zone in your request or choosing us-east-1b. Launching EC2 instance failed.

        Could not launch On-Demand Instances. InsufficientInstanceCapacity - We currently do
        not have sufficient p3dn.24xlarge capacity in the Availability Zone you requested.

        Could not launch On-Demand Instances. UnfulfillableCapacity - Unable to fulfill
        capacity due to your request configuration.

        Insufficient capacity. InsufficientHostCapacity

        Instance became unhealthy while waiting for instance to be in InService state.
        Termination Reason: Server.InsufficientInstanceCapacity: Insufficient capacity to
        satisfy instance request

        The requested reservation does not have sufficient compatible and available capacity
        for this request. Launching EC2 instance failed.

        Your Capacity Block reservation cr-1 is not active yet. Launching EC2 instance
        failed.

        There are not enough free addresses in subnet 'subnet-1' to satisfy the requested
        number of instances.

        InsufficientFreeAddressesInSubnet

        ReservationCapacityExceeded

        Unable to fulfill capacity due to your request configuration. Launching EC2 instance
        failed.
    """,
    FailureKind.SPOT: """
        There is no Spot capacity available that matches your request. Launching EC2
        instance failed.

        Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity
        due to your request configuration. Please adjust your request and try again.
        Launching EC2 instance failed.

        Could not launch Spot Instances. InsufficientInstanceCapacity - We currently do not
        have sufficient m5.large capacity in the Availability Zone you requested.

        Your Spot request price of 0.015 is lower than the minimum required Spot request
        fulfillment price of 0.0735. Launching EC2 instance failed.

        SpotMaxPriceTooLow

        Termination Reason: Server.SpotInstanceTermination: Spot Instance termination

        InsufficientSpotInstanceCapacity
    """,
    FailureKind.QUOTA: """
        You have requested more vCPU capacity than your current vCPU limit of 32 allows for
        the instance bucket that the specified instance type belongs to. Launching EC2
        instance failed.

        Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more
        vCPU capacity than your current vCPU limit of 0 allows.

        Could not launch Spot Instances. MaxSpotInstanceCountExceeded - Max spot instance
        count exceeded. Launching EC2 instance failed.

        Max spot instance count exceeded. Launching EC2 instance failed.

        You have requested more instances (7) than your current instance limit of 6 allows
        for the specified instance type. Launching EC2 instance failed.

        InstanceLimitExceeded

        20 instance(s) are already running. Launching EC2 instance failed.

        You've reached your quota for maximum Fleet Requests for this account. Launching EC2
        instance failed.

        Termination Reason: Client.VolumeLimitExceeded: Volume limit exceeded

        MaxIOPSLimitExceeded
    """,
    FailureKind.TEMPLATE: """
        The image id '[ami-02c7e84c65fcfecee]' does not exist. Launching EC2 instance
        failed.

        The AMI ID ami-1 does not exist. Launching EC2 instance failed.

        Could not launch On-Demand Instances. InvalidAMIID.NotFound - The image id '[ami-1]'
        does not exist.

        AMI ami-1 is pending, and cannot be run. Launching EC2 instance failed.

        The architecture 'arm64' of the specified instance type does not match the
        architecture 'x86_64' of the specified AMI. Launching EC2 instance failed.

        The specified launch template, with template ID lt-1, does not exist. Launching EC2
        instance failed.

        At least one of the launch templates specified in the request does not exist.

        InvalidLaunchTemplateId.NotFound

        You must use a valid fully-formed launch template. The parameter groupName cannot be
        used with the parameter subnet.

        The requested configuration is currently not supported. Please check the
        documentation for supported configurations. Launching EC2 instance failed.

        The security group sg-1 does not exist. Launching EC2 instance failed.

        The key pair ours does not exist. Launching EC2 instance failed.

        InvalidKeyPair.NotFound

        InvalidGroup.NotFound

        InvalidSecurityGroupID.NotFound

        InvalidSubnetID.NotFound

        Client.InvalidSnapshot.NotFound: The snapshot does not exist

        Your requested instance type (c5.large) is not supported in your requested
        Availability Zone (us-east-1e). Launching EC2 instance failed.

        The requested Availability Zone is no longer supported. Please retry your request.

        Invalid device name upload. Launching EC2 instance failed.

        Value (ephemeral) for parameter virtualName is invalid. Launching EC2 instance
        failed.

        EBS block device mappings not supported for instance-store AMIs.

        Placement groups may not be used with instances of type 'm1.large'. Launching EC2
        instance failed.

        Could not launch Spot Instances. InvalidParameterCombination - The specified
        instance type is not eligible for Free Tier.

        Invalid IAM Instance Profile name. Launching EC2 instance failed.

        MissingParameter

        Could not launch On-Demand Instances. Unsupported - Not in this zone.
    """,
    FailureKind.PERMISSION: """
        You are not authorized to perform this operation. Launching EC2 instance failed.

        UnauthorizedOperation

        You are not authorized to use launch template: ours

        User: arn:aws:sts::1:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling is not
        authorized to perform: ec2:RunInstances. Launching EC2 instance failed.

        Access denied when attempting to assume role arn:aws:iam::1:role/aws-service-role

        AccessDenied

        Authentication Failure. Launching EC2 instance failed.

        AuthFailure

        OptInRequired

        PendingVerification

        This account is currently blocked and not recognized as a valid account. Launching
        EC2 instance failed.

        Instance became unhealthy while waiting for instance to be in InService state.
        Termination Reason: Client.InternalError: Client error on launch

        Termination Reason: Client.InvalidKMSKey.InvalidState: The KMS key provided is in an
        incorrect state

        The KMS key is disabled

        The encrypted snapshot snap-1 is not accessible to the role
    """,
    FailureKind.OTHER: """
        Lifecycle Action with token 1 was abandoned: Heartbeat Timeout

        Instance failed to complete user's Lifecycle Action

        Server.InternalError: Internal error on launch
    """,
}
MESSAGES = [
    (" ".join(paragraph.split()), kind)
    for kind, text in TEXTS.items()
    for paragraph in text.split("\n\n")
]


@pytest.mark.parametrize(("message", "kind"), MESSAGES)
def test_a_message_tells_its_kind(message: str, kind: FailureKind) -> None:
    assert classify(message) is kind


def test_no_words_tell_nothing() -> None:
    assert classify("") is FailureKind.OTHER


def test_every_known_text_decides_over_some_message() -> None:
    """None is dead: hidden by one before it, or never said."""
    deciding = {
        next((known for known in KNOWN_TEXTS if known.pattern.search(message)), None)
        for message, _ in MESSAGES
    }

    assert [known.pattern.pattern for known in KNOWN_TEXTS if known not in deciding] == []


def test_every_known_text_has_its_source() -> None:
    assert all(known.source.startswith("https://") for known in KNOWN_TEXTS)

"""
The events that AWS sends through EventBridge when an instance is about to go.

The instant is handed in; the id is random.  May import ``devstack.awscalls``,
``devstack.awshooks`` and the standard library.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from devstack.awscalls import REGION
from devstack.awshooks import TERMINATING, Wait

Event = Mapping[str, Any]


class EventKind(StrEnum):
    """The detail-type of an event."""

    INTERRUPTION = "EC2 Spot Instance Interruption Warning"
    REBALANCE = "EC2 Instance Rebalance Recommendation"
    TERMINATE = "EC2 Instance-terminate Lifecycle Action"


def interruption(instance_id: str, zone: str, account: str, now: datetime) -> Event:
    """The notice that EC2 gives two minutes before it takes a Spot Instance back."""
    arn = f"arn:aws:ec2:{zone}:instance/{instance_id}"
    detail = {"instance-id": instance_id, "instance-action": "terminate"}
    return _event(EventKind.INTERRUPTION, "aws.ec2", arn, account, now) | {"detail": detail}


def rebalance(instance_id: str, zone: str, account: str, now: datetime) -> Event:
    """The signal that a Spot Instance is at elevated risk of interruption."""
    arn = f"arn:aws:ec2:{zone}:instance/{instance_id}"
    detail = {"instance-id": instance_id}
    return _event(EventKind.REBALANCE, "aws.ec2", arn, account, now) | {"detail": detail}


def lifecycle_action(wait: Wait, group_arn: str, account: str, now: datetime) -> Event:
    """That an instance waits in ``Terminating:Wait`` for a hook."""
    detail = {
        "LifecycleActionToken": wait.token,
        "AutoScalingGroupName": wait.hook.group,
        "LifecycleHookName": wait.hook.name,
        "EC2InstanceId": wait.instance_id,
        "LifecycleTransition": TERMINATING,
        "Origin": "AutoScalingGroup",
        "Destination": "EC2",
    }
    metadata = wait.hook.notification.get("NotificationMetadata")
    if metadata is not None:
        detail["NotificationMetadata"] = metadata
    event = _event(EventKind.TERMINATE, "aws.autoscaling", group_arn, account, now)
    return event | {"detail": detail}


def _event(
    kind: EventKind, source: str, resource: str, account: str, now: datetime
) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": kind.value,
        "source": source,
        "account": account,
        "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION,
        "resources": [resource],
    }

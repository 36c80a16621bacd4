"""
The Auto Scaling group of a pool, and our marks on its instances.

Translates; decides nothing.  The mark is an EC2 tag: it says that the node was made ineligible by
us and when, so that a daemon that restarts knows its own cordons from other people's.
Imports boto3, core and errors.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from autoscaler.core.model import Group, Instance, Lifecycle
from autoscaler.errors import (
    ActionError,
    GroupDenied,
    GroupMissing,
    GroupUnavailable,
    MalformedReply,
    ObservationError,
)

#: The EC2 tag that marks an instance as cordoned by us; its value is the time, ISO 8601.
MARK = "autoscaler:cordoned-at"

_T = TypeVar("_T")

#: The last is for an answer that is no XML, a proxy's error page say; it has a base of its own.
_SDK_ERRORS = (ClientError, BotoCoreError, ResponseParserError)

_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
    }
)
_LEAVING = ("Terminating", "Terminated", "Detaching", "Detached")
_ASIDE = ("Standby", "EnteringStandby", "Warmed")
#: DescribeInstances takes at most so many ids comfortably; more come in further calls.
_IDS_PER_CALL = 200


@dataclass(frozen=True, slots=True)
class AwsConnection:
    """Which region, and where it is reached when not at AWS itself."""

    region: str
    endpoint_url: str | None


class AutoScalingGroup:
    """One group: reads for one thread, writes for the same."""

    def __init__(self, connection: AwsConnection, name: str) -> None:
        self._name = name
        session = boto3.Session(region_name=connection.region)
        # Adaptive retries slow down by themselves when AWS throttles, inside this bound.
        config = Config(
            connect_timeout=5,
            read_timeout=10,
            retries={"mode": "adaptive", "total_max_attempts": 4},
            user_agent_appid="nomad-queue-autoscaler",
        )
        at = {"endpoint_url": connection.endpoint_url, "config": config}
        self._autoscaling = session.client("autoscaling", **at)
        self._ec2 = session.client("ec2", **at)
        self._launched_at: dict[str, datetime] = {}

    def observe(self, joined: Sequence[str] = ()) -> Group:
        """
        The group as it is; launch times only of instances that are not in ``joined``.

        Only instances without a ready node are judged by their age, and DescribeInstances is the
        heaviest answer of all.
        """
        described = self._read(
            "DescribeAutoScalingGroups",
            lambda: self._autoscaling.describe_auto_scaling_groups(
                AutoScalingGroupNames=[self._name]
            ),
        )
        groups = described["AutoScalingGroups"]
        if not groups:
            raise GroupMissing(
                f"AWS has no Auto Scaling group {self._name!r} in {self._ec2.meta.region_name}; "
                "mend the pool's `group` or aws.region"
            )
        try:
            group = groups[0]
            unjoined = [
                instance["InstanceId"]
                for instance in group["Instances"]
                if instance["InstanceId"] not in joined
            ]
            return _group_of(group, self._marks(), self._launch_times(unjoined))
        except (KeyError, TypeError, ValueError) as error:
            message = f"AWS's description of {self._name!r} lacks {error!r}"
            raise MalformedReply(message, stage="aws") from error

    def set_desired_capacity(self, desired: int) -> None:
        """Ask for so many instances, now: our cooldowns are ours to keep, not the group's."""
        self._write(
            "SetDesiredCapacity",
            lambda: self._autoscaling.set_desired_capacity(
                AutoScalingGroupName=self._name, DesiredCapacity=desired, HonorCooldown=False
            ),
        )

    def terminate(self, instance_id: str) -> None:
        """End this very instance and lower the desired capacity with it."""
        self._write(
            "TerminateInstanceInAutoScalingGroup",
            lambda: self._autoscaling.terminate_instance_in_auto_scaling_group(
                InstanceId=instance_id, ShouldDecrementDesiredCapacity=True
            ),
        )

    def mark(self, instance_id: str, at: datetime) -> None:
        """Write our mark on an instance."""
        tag = {"Key": MARK, "Value": at.astimezone(UTC).isoformat()}
        self._write(
            "CreateTags", lambda: self._ec2.create_tags(Resources=[instance_id], Tags=[tag])
        )

    def unmark(self, instance_id: str) -> None:
        """Take our mark off an instance, whatever time it tells."""
        self._write(
            "DeleteTags",
            lambda: self._ec2.delete_tags(Resources=[instance_id], Tags=[{"Key": MARK}]),
        )

    def _marks(self) -> dict[str, datetime]:
        filters = [
            {"Name": "key", "Values": [MARK]},
            {"Name": "resource-type", "Values": ["instance"]},
        ]
        pages = self._read(
            "DescribeTags",
            lambda: list(self._ec2.get_paginator("describe_tags").paginate(Filters=filters)),
        )
        return {
            tag["ResourceId"]: datetime.fromisoformat(tag["Value"])
            for page in pages
            for tag in page["Tags"]
        }

    def _launch_times(self, instance_ids: Sequence[str]) -> dict[str, datetime]:
        unknown = [one for one in instance_ids if one not in self._launched_at]
        known = {one: self._launched_at[one] for one in instance_ids if one in self._launched_at}
        for start in range(0, len(unknown), _IDS_PER_CALL):
            known.update(self._describe_launches(unknown[start : start + _IDS_PER_CALL]))
        self._launched_at = known
        return known

    def _describe_launches(self, instance_ids: Sequence[str]) -> dict[str, datetime]:
        # A filter, not InstanceIds: an id that is not there yet would fail the whole call.
        filters = [{"Name": "instance-id", "Values": list(instance_ids)}]
        pages = self._read(
            "DescribeInstances",
            lambda: list(self._ec2.get_paginator("describe_instances").paginate(Filters=filters)),
        )
        return {
            instance["InstanceId"]: instance["LaunchTime"]
            for page in pages
            for reservation in page["Reservations"]
            for instance in reservation["Instances"]
        }

    def _read(self, call: str, do: Callable[[], _T]) -> _T:
        try:
            return do()
        except _SDK_ERRORS as error:
            raise self._translated(call, error) from error

    def _write(self, call: str, do: Callable[[], object]) -> None:
        try:
            do()
        except _SDK_ERRORS as error:
            translated = self._translated(call, error)
            retryable = isinstance(translated, GroupUnavailable)
            raise ActionError(str(translated), stage="aws", retryable=retryable) from error

    def _translated(self, call: str, error: Exception) -> ObservationError:
        if isinstance(error, NoCredentialsError | PartialCredentialsError):
            return GroupDenied(
                f"AWS {call}: no credentials; give the server's instance role, or AWS_PROFILE, or "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        if not isinstance(error, ClientError):
            return GroupUnavailable(f"AWS {call}: {error}")
        code = error.response.get("Error", {}).get("Code", "")
        text = error.response.get("Error", {}).get("Message", "")
        if code in _DENIED:
            return GroupDenied(f"AWS refuses {call}: {code}: {text}")
        return GroupUnavailable(f"AWS {call}: {code}: {text}")


def _group_of(
    group: Mapping[str, Any], marks: Mapping[str, datetime], launched_at: Mapping[str, datetime]
) -> Group:
    return Group(
        name=group["AutoScalingGroupName"],
        desired=int(group["DesiredCapacity"]),
        size_min=int(group["MinSize"]),
        size_max=int(group["MaxSize"]),
        instances=tuple(
            Instance(
                instance_id=instance["InstanceId"],
                lifecycle=_lifecycle(instance["LifecycleState"]),
                protected=bool(instance["ProtectedFromScaleIn"]),
                launched_at=launched_at.get(instance["InstanceId"]),
            )
            for instance in group["Instances"]
        ),
        marks=marks,
        suspended=frozenset(one["ProcessName"] for one in group["SuspendedProcesses"]),
    )


def _lifecycle(state: str) -> Lifecycle:
    """AWS's states, with their ``:Wait`` and ``:Proceed``, in four."""
    if state.startswith(_LEAVING):
        return Lifecycle.LEAVING
    if state.startswith(_ASIDE):
        return Lifecycle.ASIDE
    return Lifecycle.IN_SERVICE if state == "InService" else Lifecycle.PENDING

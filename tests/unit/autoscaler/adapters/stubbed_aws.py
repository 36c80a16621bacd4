"""A connection to AWS whose answers a test writes down beforehand, and AWS's descriptions."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import boto3
from botocore.stub import Stubber

from tests.builders import at

GROUP = "nomad-clients"


@cache
def _session() -> boto3.Session:
    """One for all: it has the services' descriptions read, which takes longer than any test."""
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    return boto3.Session(region_name=StubbedAws.region, **keys)


class StubbedAws:
    """Stands in for ``AwsConnection``: each call must be the next that the test expects."""

    region = "us-east-1"

    def __init__(self) -> None:
        self.clients = {one: _session().client(one) for one in ("autoscaling", "ec2")}
        self._stubbers = {one: Stubber(client) for one, client in self.clients.items()}
        for stubber in self._stubbers.values():
            stubber.activate()

    def client(self, service: str, **_: Any) -> Any:
        """The one client of that service."""
        return self.clients[service]

    def answer(self, service: str, operation: str, reply: Mapping[str, Any], **asked: Any) -> None:
        """The next call: what is answered, and what must be asked (anything, unless said)."""
        self._stubbers[service].add_response(operation, dict(reply), asked or None)

    def refuse(
        self, service: str, operation: str, code: str, text: str = "no", status: int = 400
    ) -> None:
        """The next call is refused."""
        self._stubbers[service].add_client_error(operation, code, text, http_status_code=status)

    def assert_all_asked(self) -> None:
        """Whether every call that the test expected came."""
        for stubber in self._stubbers.values():
            stubber.assert_no_pending_responses()

    # What many tests need.

    def groups(self, *described: Mapping[str, Any], **asked: Any) -> None:
        """DescribeAutoScalingGroups."""
        reply = {"AutoScalingGroups": list(described)}
        self.answer("autoscaling", "describe_auto_scaling_groups", reply, **asked)

    def instances(self, *described: Mapping[str, Any]) -> None:
        """DescribeInstances."""
        reply = {"Reservations": [{"Instances": list(described)}]}
        self.answer("ec2", "describe_instances", reply)

    def marks(self, **by_instance: str) -> None:
        """DescribeTags, by instance id with ``_`` for ``-``."""
        tags = [
            {"ResourceId": one.replace("_", "-"), "Key": "autoscaler:cordoned-at", "Value": value}
            for one, value in by_instance.items()
        ]
        self.answer("ec2", "describe_tags", {"Tags": tags})

    def activities(self, *described: Mapping[str, Any], token: str | None = None) -> None:
        """DescribeScalingActivities."""
        reply = {"Activities": list(described)} | ({"NextToken": token} if token else {})
        self.answer("autoscaling", "describe_scaling_activities", reply)


def a_description(
    *instances: Mapping[str, Any],
    name: str = GROUP,
    desired: int | None = None,
    size_max: int = 20,
    protects_new: bool = True,
    **changes: Any,
) -> dict[str, Any]:
    """A group as AWS describes it; desired is the number of instances unless said."""
    return {
        "AutoScalingGroupName": name,
        "MinSize": 0,
        "MaxSize": size_max,
        "DesiredCapacity": len(instances) if desired is None else desired,
        "DefaultCooldown": 300,
        "AvailabilityZones": ["us-east-1a"],
        "HealthCheckType": "EC2",
        "CreatedTime": at(-1000),
        "Instances": list(instances),
        "SuspendedProcesses": [{"ProcessName": "AZRebalance"}],
        "NewInstancesProtectedFromScaleIn": protects_new,
        **changes,
    }


def a_member(
    number: int = 1, state: str = "InService", *, protected: bool = True
) -> dict[str, Any]:
    """An instance ``i-<number>`` in a group's description."""
    return {
        "InstanceId": f"i-{number}",
        "AvailabilityZone": "us-east-1a",
        "LifecycleState": state,
        "HealthStatus": "Healthy",
        "ProtectedFromScaleIn": protected,
    }


def a_machine(number: int = 1, *, launched: float = -60, spot: bool = False) -> dict[str, Any]:
    """An instance ``i-<number>`` as EC2 describes it."""
    kind = {"InstanceLifecycle": "spot"} if spot else {}
    return {"InstanceId": f"i-{number}", "LaunchTime": at(launched), **kind}


def an_activity(
    number: int = 1,
    *,
    status: str = "Failed",
    started: float | datetime = -60,
    message: str = "There is no Spot capacity available that matches your request. "
    "Launching EC2 instance failed.",
    description: str = "Launching a new EC2 instance.",
) -> dict[str, Any]:
    """A scaling activity; a launch that failed unless said."""
    return {
        "ActivityId": f"a-{number}",
        "AutoScalingGroupName": GROUP,
        "Description": description,
        "Cause": "a difference between desired and actual capacity",
        "StartTime": started if isinstance(started, datetime) else at(started),
        "StatusCode": status,
        "StatusMessage": message,
    }

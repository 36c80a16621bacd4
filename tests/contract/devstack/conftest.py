"""A local AWS for the tests of a module, and what they do with it."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from devstack.aws import LocalAws, describe, machines_on
from devstack.deadline import wait_until
from devstack.environment import base_environment


class Account:
    """One group of a local AWS, seen by ordinary clients."""

    def __init__(self, aws: LocalAws, group: str) -> None:
        self.aws = aws
        self.group = group
        self.control = aws.control
        self.autoscaling = aws.client("autoscaling")
        self.ec2 = aws.client("ec2")
        self.sqs = aws.client("sqs")

    def set_desired(self, desired: int) -> None:
        self.autoscaling.set_desired_capacity(
            AutoScalingGroupName=self.group, DesiredCapacity=desired
        )

    def desired(self) -> int:
        return describe(self.autoscaling, self.group).desired

    def states(self) -> dict[str, str]:
        """The lifecycle states of the group's instances, by id."""
        return {one.id: one.state for one in describe(self.autoscaling, self.group).instances}

    def on(self) -> frozenset[str]:
        """The group's instances whose machines are on."""
        return machines_on(self.ec2, self.states())

    def launch(self, count: int) -> list[str]:
        """Bring the group to ``count`` instances, all InService."""
        self.set_desired(count)
        for instance_id in self.states():
            self.aws.launched(instance_id)
        return list(self.states())

    def unprotect(self, *instance_ids: str) -> None:
        self.autoscaling.set_instance_protection(
            AutoScalingGroupName=self.group,
            InstanceIds=list(instance_ids),
            ProtectedFromScaleIn=False,
        )

    def terminate(self, instance_id: str, *, shrink: bool = True) -> dict[str, Any]:
        """The activity with which AWS answers."""
        answer = self.autoscaling.terminate_instance_in_auto_scaling_group(
            InstanceId=instance_id, ShouldDecrementDesiredCapacity=shrink
        )
        return dict(answer["Activity"])

    def activities(self, status: str | None = None) -> list[dict[str, Any]]:
        """The group's activities in AWS's order, all or those of one status."""
        found = self.autoscaling.describe_scaling_activities(AutoScalingGroupName=self.group)
        return [
            activity
            for activity in found["Activities"]
            if status is None or activity["StatusCode"] == status
        ]

    def spot_request(self, instance_id: str) -> dict[str, Any]:
        by_instance = [{"Name": "instance-id", "Values": [instance_id]}]
        found = self.ec2.describe_spot_instance_requests(Filters=by_instance)
        (request,) = found["SpotInstanceRequests"]
        return dict(request)

    def wait(self, true: Callable[[], bool], what: str, seconds: float = 5) -> None:
        wait_until(true, seconds=seconds, what=what, hint=lambda: f"{self.states()}")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    directory = tmp_path_factory.mktemp("aws")
    with LocalAws(directory, base_environment(directory)) as aws:
        yield aws


@pytest.fixture
def account(running: LocalAws, request: pytest.FixtureRequest) -> Account:
    """An empty group of none to six instances, of this test's own; those that end go at once."""
    name = f"{request.node.originalname[:50]}-{uuid.uuid4().hex[:8]}"
    running.create_group(name, min_size=0, max_size=6)
    running.control.set_pace(retry_seconds=60, terminating_seconds=0)
    return Account(running, name)

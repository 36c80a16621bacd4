"""A group in the local AWS, for the tests that hold the adapters against it."""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from autoscaler.adapters.asg import AutoScalingGroups
from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.notices import NoticeBoard
from autoscaler.core.model import Group, Instance, Lifecycle
from devstack.aws import LocalAws
from devstack.deadline import wait_until

#: Far above what any step here takes.
PATIENCE_SECONDS = 20


def now() -> datetime:
    """The instant: the local AWS lives in the present."""
    return datetime.now(UTC)


class Account:
    """One group of the local AWS, and the adapter that sees it."""

    def __init__(self, aws: LocalAws, connection: AwsConnection, test: str) -> None:
        self.aws = aws
        self.connection = connection
        self.control = aws.control
        self.autoscaling = aws.client("autoscaling")
        self.board = NoticeBoard()
        self.name = self.another_group(test)
        self.groups = AutoScalingGroups(connection, [self.name], self.board)

    def another_group(self, test: str) -> str:
        """An empty group of none to four instances; those that end in it go at once."""
        name = f"{test[:50]}-{uuid.uuid4().hex[:8]}"
        self.aws.create_group(name, min_size=0, max_size=4)
        self.control.set_pace(retry_seconds=60, terminating_seconds=0)
        return name

    def see(self, joined: Sequence[str] = (), *, later_seconds: float = 0) -> Group:
        """The group as the adapter observes it now, or as if it were so much later."""
        (group,) = self.groups.observe(now() + timedelta(seconds=later_seconds), joined)
        return group

    def instance(self, instance_id: str) -> Instance | None:
        """One instance as the adapter observes it now; None where it is gone."""
        return next((one for one in self.see().instances if one.instance_id == instance_id), None)

    def launch(self, count: int) -> list[str]:
        """Ask for so many instances, and let them come up."""
        self.groups.set_desired_capacity(self.name, count)
        instance_ids = [one.instance_id for one in self.see().instances]
        for instance_id in instance_ids:
            self.aws.launched(instance_id)
        return instance_ids

    def hook(self, name: str = "drain", timeout_seconds: int = 300) -> None:
        """Give the group a lifecycle hook on termination."""
        self.autoscaling.put_lifecycle_hook(
            LifecycleHookName=name,
            AutoScalingGroupName=self.name,
            LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
            HeartbeatTimeout=timeout_seconds,
        )

    def calls(self, action: str) -> list[dict[str, str]]:
        """The parameters of each such call that the adapter made for this group."""
        return [
            dict(call.parameters)
            for call in self.aws.calls()
            if call.action == action and self.name in call.parameters.values()
        ]


def wait(until: Callable[[], bool], what: str) -> None:
    """Wait for it; fails where it does not come."""
    wait_until(until, seconds=PATIENCE_SECONDS, what=what)


def states(group: Group) -> list[Lifecycle]:
    """Of its instances, in AWS's order."""
    return [instance.lifecycle for instance in group.instances]

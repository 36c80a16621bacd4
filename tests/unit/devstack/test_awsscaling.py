"""AWS Auto Scaling at work on its groups, on a clock of the test's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from devstack.awsactivities import ActivityLog
from devstack.awsfailures import LaunchFailure, LaunchFailures, LaunchRefused, Wanted
from devstack.awshooks import TERMINATING, Hooks
from devstack.awslaunching import Launches
from devstack.awsleaving import Departures, Pace
from devstack.awsscaling import Scaling

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(eq=False)
class Member:
    instance_id: str
    lifecycle_state: str = "Pending"
    health_status: str = "Healthy"
    protected_from_scale_in: bool = False
    availability_zone: str = "us-east-1a"


@dataclass(eq=False)
class AGroup:
    name: str = "one"
    arn: str = "arn:one"
    desired_capacity: int = 0
    min_size: int = 0
    max_size: int = 9
    instance_states: list[Member] = field(default_factory=list)
    suspended_processes: list[dict[str, str]] = field(default_factory=list)


class Account:
    """Groups, and machines that are on or off; and Auto Scaling at work on them."""

    def __init__(self, *, terminating_seconds: float = 0) -> None:
        self.group = AGroup()
        self.existing: list[AGroup] = [self.group]
        self.on: set[str] = set()
        self.refused_after: int | None = None
        self.now = NOON
        self.hooks, self.failures, self.log = Hooks(), LaunchFailures(), ActivityLog()
        self.events: list[Mapping[str, Any]] = []
        pace = Pace(retry_seconds=60, terminating_seconds=terminating_seconds)
        launches = Launches(self, self.log, self.failures, pace, lambda *_: None)
        departures = Departures(self, self.hooks, pace, "1", self.events.append)
        self.scaling = Scaling(self, self.log, launches, departures)

    def groups(self) -> list[AGroup]:
        return self.existing

    def wanted(self, group: AGroup) -> Wanted:
        return Wanted("c5.large", "us-east-1a", (), "lt-1", "ami-1", "1")

    def place(self, group: AGroup) -> Mapping[str, str]:
        return {"Availability Zone": "us-east-1a"}

    def launch(self, group: AGroup) -> Member:
        if self.refused_after == len(group.instance_states):
            raise LaunchRefused("The subnet is full.")
        member = Member(f"i-{len(self.on)}")
        self.on.add(member.instance_id)
        group.instance_states.append(member)
        return member

    def is_on(self, instance_id: str) -> bool:
        return instance_id in self.on

    def end(self, instance_id: str) -> None:
        self.on.discard(instance_id)

    def ask(self, desired: int) -> None:
        """SetDesiredCapacity."""
        self.group.desired_capacity = desired
        self.scaling.advance(self.now, "SetDesiredCapacity")

    def launched(self, count: int) -> list[str]:
        """As many instances as that, all in service."""
        self.ask(count)
        for member in self.group.instance_states:
            self.scaling.in_service(member.instance_id, self.now)
        return list(self.states())

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.scaling.advance(self.now)

    def states(self) -> dict[str, str]:
        return {one.instance_id: one.lifecycle_state for one in self.group.instance_states}

    def statuses(self) -> list[str]:
        return [activity.status for activity in self.log.page(group="one")[0]]


def test_what_is_missing_is_launched_once() -> None:
    account = Account()
    account.ask(2)
    account.later(1)

    assert account.states() == {"i-0": "Pending", "i-1": "Pending"}
    assert account.statuses() == ["PreInService"] * 2


def test_an_instance_in_service_ends_its_launch() -> None:
    account = Account()
    account.launched(1)

    assert account.states() == {"i-0": "InService"}
    assert account.statuses() == ["Successful"]


def test_a_failed_launch_is_tried_again_after_the_interval_and_not_before() -> None:
    account = Account()
    account.failures.fail("one", LaunchFailure.CAPACITY, None)
    account.ask(1)
    account.later(59.9)
    assert account.statuses() == ["Failed"]

    account.later(0.1)
    assert account.statuses() == ["Failed"] * 2
    account.failures.allow("one")
    account.later(60)
    assert account.states() == {"i-0": "Pending"}


def test_a_refusal_of_ec2_keeps_what_was_launched_before_it() -> None:
    account = Account()
    account.refused_after = 2
    account.ask(5)

    assert len(account.states()) == 2
    assert account.statuses() == ["PreInService", "PreInService", "Failed"]
    account.refused_after = None
    account.later(60)
    assert len(account.states()) == 5


def test_nothing_is_tried_once_desired_is_what_there_is() -> None:
    account = Account()
    account.failures.fail("one", LaunchFailure.CAPACITY, None)
    account.ask(1)
    account.ask(0)
    account.later(600)

    assert account.statuses() == ["Failed"]


def test_a_surplus_ends_from_the_most_crowded_zone_and_never_the_protected() -> None:
    account = Account()
    account.launched(4)
    for member, zone in zip(account.group.instance_states, "abbb", strict=True):
        member.availability_zone = zone
    account.group.instance_states[1].protected_from_scale_in = True
    account.ask(3)

    assert list(account.states()) == ["i-0", "i-1", "i-3"]


def test_with_all_protected_aws_says_so_once_for_each_request() -> None:
    account = Account()
    account.launched(2)
    for member in account.group.instance_states:
        member.protected_from_scale_in = True
    account.ask(1)
    account.later(600)
    assert account.statuses().count("Cancelled") == 1

    account.ask(0)
    assert account.statuses().count("Cancelled") == 2
    assert len(account.states()) == 2


def test_an_instance_that_ends_while_pending_was_cancelled() -> None:
    account = Account()
    account.ask(1)
    account.scaling.terminate("i-0", shrinks=True, now=account.now)
    account.later(0)

    assert account.statuses() == ["Successful", "Cancelled"]
    assert account.group.desired_capacity == 0


def test_a_termination_that_does_not_shrink_the_group_is_made_up_for() -> None:
    account = Account()
    account.launched(1)
    account.scaling.terminate("i-0", shrinks=False, now=account.now)
    account.later(0)

    assert account.group.desired_capacity == 1
    assert list(account.states().values()) == ["Pending"]


def test_a_terminated_one_is_seen_for_its_time_with_its_machine_off() -> None:
    account = Account(terminating_seconds=30)
    account.launched(1)
    account.scaling.terminate("i-0", shrinks=True, now=account.now)
    account.later(29)
    assert account.states() == {"i-0": "Terminating"}
    assert account.on == set()

    account.later(1)
    assert account.states() == {}


def test_a_hook_holds_with_the_machine_on_and_tells_of_it() -> None:
    account = Account(terminating_seconds=30)
    account.hooks.put("one", "drain", {"LifecycleTransition": TERMINATING})
    account.launched(1)
    account.scaling.terminate("i-0", shrinks=True, now=account.now)
    account.later(3599)
    assert account.states() == {"i-0": "Terminating:Wait"}
    assert account.on == {"i-0"}
    assert [event["detail"]["EC2InstanceId"] for event in account.events] == ["i-0"]

    account.later(1)
    assert account.states() == {"i-0": "Terminating:Proceed"}
    assert account.on == set()
    account.later(30)
    assert account.states() == {}


def test_an_instance_whose_machine_is_off_is_replaced() -> None:
    account = Account()
    account.launched(1)
    account.on.clear()
    account.later(1)

    assert list(account.states().values()) == ["Pending"]


def test_suspended_processes_rest() -> None:
    account = Account()
    account.launched(2)
    account.group.suspended_processes = [
        {"ProcessName": name} for name in ("Launch", "Terminate", "ReplaceUnhealthy")
    ]
    account.on.clear()
    account.ask(3)
    account.ask(1)

    assert account.states() == {"i-0": "InService", "i-1": "InService"}


def test_a_group_that_is_gone_takes_its_machines_with_it() -> None:
    account = Account()
    account.launched(2)
    account.existing.clear()
    account.later(0)

    assert account.on == set()

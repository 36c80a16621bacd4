"""
The server's side of the controls: orders of a test, by name, with arguments from JSON.

May import other ``devstack.aws*`` modules that serve a part of it, and the standard library.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from devstack.awsevents import EventKind
from devstack.awsfailures import LaunchFailure
from devstack.awsfaults import Fault
from devstack.awsworld import World

_Order = Callable[..., None]


class Disobeyed(Exception):
    """The order cannot be carried out, and why."""


class Orders:
    """What ``devstack.awscontrol.AwsControl`` asks for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._orders: Mapping[str, _Order] = {
            "fail_launches": self._fail_launches,
            "allow_launches": self._allow_launches,
            "set_pace": self._set_pace,
            "never_join": self._never_join,
            "terminate": self._terminate,
            "launch_spot": self._launch_spot,
            "interrupt": self._interrupt,
            "send_event": self._send_event,
            "deliver_events": self._deliver_events,
            "fault_calls": self._fault_calls,
        }

    def obey(self, name: str, arguments: Mapping[str, Any], now: datetime) -> None:
        """Carry out an order; raises Disobeyed."""
        order = self._orders.get(name)
        if order is None:
            raise Disobeyed(f"there is no order {name!r}")
        try:
            order(now, **arguments)
        except (KeyError, ValueError) as error:
            raise Disobeyed(f"{type(error).__name__}: {error}") from error

    def _fail_launches(self, _: datetime, group: str, kind: str, attempts: int | None) -> None:
        self._require_group(group)
        self._world.failures.fail(group, LaunchFailure(kind), attempts)

    def _allow_launches(self, _: datetime, group: str) -> None:
        self._world.failures.allow(group)

    def _set_pace(
        self, _: datetime, retry_seconds: float | None, terminating_seconds: float | None
    ) -> None:
        pace = self._world.pace
        if retry_seconds is not None:
            pace.retry_seconds = retry_seconds
        if terminating_seconds is not None:
            pace.terminating_seconds = terminating_seconds

    def _never_join(self, _: datetime, group: str, count: int) -> None:
        self._require_group(group)
        self._world.barren[group] = count

    def _terminate(self, now: datetime, instance_id: str) -> None:
        self._world.scaling.take_out(instance_id, now)

    def _launch_spot(self, _: datetime, group: str, *, spot: bool) -> None:
        self._require_group(group)
        spot_groups = self._world.machines.spot_groups
        (spot_groups.add if spot else spot_groups.discard)(group)

    def _interrupt(self, now: datetime, instance_id: str, after_seconds: float) -> None:
        self._world.interrupt(instance_id, now, now + timedelta(seconds=after_seconds))

    def _send_event(self, now: datetime, queue_url: str, kind: str, instance_id: str) -> None:
        events = self._world.events(EventKind(kind), instance_id, now)
        if not events:
            raise Disobeyed(f"{instance_id} does not wait for any lifecycle hook")
        for event in events:
            self._world.send(queue_url, event)

    def _deliver_events(self, _: datetime, queue_url: str) -> None:
        self._world.event_queue = queue_url

    def _fault_calls(self, _: datetime, operation: str, count: int, fault: str) -> None:
        self._world.faults.set(operation, count, Fault(fault))

    def _require_group(self, name: str) -> None:
        names = {group.name for group in self._world.machines.groups()}
        if name not in names:
            raise Disobeyed(f"there is no group {name!r}")

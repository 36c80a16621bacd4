"""
The local AWS's own services put together: groups that scale, Spot Instances, events, faults.

Not safe for threads: the server carries out one thing at a time.  May import other
``devstack.aws*`` modules that serve a part of it, and the standard library.
"""

import contextlib
import json
from collections import Counter
from datetime import datetime
from typing import Any

from devstack.awsactivities import ActivityLog
from devstack.awsevents import Event, EventKind, interruption, lifecycle_action, rebalance
from devstack.awsfailures import LaunchFailures
from devstack.awsfaults import Faults
from devstack.awshooks import Hooks
from devstack.awslaunching import Launches
from devstack.awsleaving import Departures, Pace
from devstack.awsmachines import ACCOUNT, Machines
from devstack.awsoperations import Operations
from devstack.awsscaling import Scaling
from devstack.awsspot import SpotRequests


class World:
    """Everything that goes on in the account; ``advance`` brings it up to the present."""

    def __init__(self) -> None:
        self.machines = Machines()
        self.log = ActivityLog()
        self.failures = LaunchFailures()
        self.faults = Faults()
        self.hooks = Hooks()
        self.pace = Pace()
        self.spot = SpotRequests()
        #: The queue to which every event goes by itself, if there is one.
        self.event_queue: str | None = None
        #: How many of each group's next instances will never become nodes.
        self.barren: Counter[str] = Counter()
        self._never_join: set[str] = set()
        departures = Departures(self.machines, self.hooks, self.pace, ACCOUNT, self._emit)
        launches = Launches(self.machines, self.log, self.failures, self.pace, self._launched)
        self.scaling = Scaling(self.machines, self.log, launches, departures)
        self.operations = Operations(self.scaling, self.log, self.hooks, self.spot)

    def advance(self, now: datetime, because_of: str = "") -> bool:
        """
        Let everything happen that is due by ``now``; whether any machine came or went.

        ``because_of`` is the call that was just obeyed.
        """
        before = self.machines.changes
        for instance_id in self.spot.due(now):
            self.machines.end(instance_id)
            self.spot.ended(instance_id, now, by_aws=True)
        self.scaling.advance(now, because_of)
        for request in self.spot.find((), {"state": ["active"]}):
            if not self.machines.is_on(request.instance_id):
                self.spot.ended(request.instance_id, now, by_aws=False)
        return self.machines.changes != before

    def in_service(self, instance_id: str, now: datetime) -> bool:
        """An instance is up; whether it goes on to become a node."""
        self.scaling.in_service(instance_id, now)
        return instance_id not in self._never_join

    def interrupt(self, instance_id: str, now: datetime, at: datetime) -> None:
        """Give a Spot Instance its notice; raises KeyError if it is none."""
        self.spot.interrupt(instance_id, now, at)
        self._emit(interruption(instance_id, self._zone(instance_id), ACCOUNT, now))

    def events(self, kind: EventKind, instance_id: str, now: datetime) -> list[Event]:
        """The events of a kind that AWS would send of an instance now."""
        if kind is EventKind.INTERRUPTION:
            return [interruption(instance_id, self._zone(instance_id), ACCOUNT, now)]
        if kind is EventKind.REBALANCE:
            return [rebalance(instance_id, self._zone(instance_id), ACCOUNT, now)]
        arns = {group.name: group.arn for group in self.machines.groups()}
        return [
            lifecycle_action(wait, arns[wait.hook.group], ACCOUNT, now)
            for wait in self.hooks.waits(instance_id)
        ]

    def send(self, queue_url: str, event: Event) -> None:
        """Put an event into a queue, as EventBridge does; raises KeyError without such a queue."""
        self.machines.queue(queue_url.rpartition("/")[2], json.dumps(event))

    def _emit(self, event: Event) -> None:
        if self.event_queue is not None:
            # EventBridge drops what it cannot deliver.
            with contextlib.suppress(KeyError):
                self.send(self.event_queue, event)

    def _launched(self, group: Any, member: Any, now: datetime) -> None:
        if self.barren[group.name] > 0:
            self.barren[group.name] -= 1
            self._never_join.add(member.instance_id)
        if member.instance.lifecycle == "spot":
            self.spot.fulfil(member.instance, now)

    def _zone(self, instance_id: str) -> str:
        return str(self.machines.instance(instance_id).availability_zone)

"""
Turn the group's instances into Nomad client nodes, and take them away when they are terminated.

What EC2, the image and its user data do on AWS.  May import ``devstack.aws``,
``devstack.cluster``, ``devstack.fleet`` and the standard library.
"""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from devstack.aws import Group, Instance, LocalAws, describe, machines_on
from devstack.cluster import NodeSpec, NomadCluster
from devstack.fleet import Figures, Fleet, Life, figures

#: How often the record of calls is looked at: a stat() of one file.
_LOOK_SECONDS = 0.05
#: The group is described again after this long even if nobody called.
_REFRESH_SECONDS = 2.0


class Launcher:
    """Watches one group and keeps the cluster's nodes equal to its instances."""

    def __init__(
        self,
        aws: LocalAws,
        group: str,
        cluster: NomadCluster,
        template: Callable[[Instance], NodeSpec],
        fleet: Fleet,
    ) -> None:
        """``template`` makes an instance's node; it is called in the launcher's thread."""
        self._aws = aws
        self._group = group
        self._cluster = cluster
        self._template = template
        self._fleet = fleet
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._failure: Exception | None = None
        self._instances: dict[str, Instance] = {}

    def __enter__(self) -> Self:
        self._autoscaling = self._aws.client("autoscaling")
        self._ec2 = self._aws.client("ec2")
        self._thread = threading.Thread(target=self._run, name="launcher", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._thread.join(30)

    @property
    def failure(self) -> Exception | None:
        """What ended the launcher, or None while it works."""
        return self._failure

    def lives(self) -> tuple[Life, ...]:
        """Every instance so far, in the order of their launches."""
        with self._lock:
            return self._fleet.lives()

    def figures(self) -> Figures:
        """The figures of the run until now."""
        return figures(self.lives(), time.monotonic())

    def _run(self) -> None:
        try:
            self._watch()
        except Exception as error:  # noqa: BLE001  (a thread has no caller; `failure` tells)
            self._failure = error

    def _watch(self) -> None:
        # The record's size is read before the group is, so that no call falls between the two.
        seen_size, described_at = -1, float("-inf")
        while not self._stopped.wait(_LOOK_SECONDS):
            now, size = time.monotonic(), self._aws.record.size
            if self._written_since(seen_size) or now - described_at >= _REFRESH_SECONDS:
                self._follow_group()
                described_at = now
            seen_size = size
            self._start_booted()

    def _written_since(self, size: int) -> bool:
        return size < 0 or any(call.writes for call in self._aws.record.read(since=size))

    def _follow_group(self) -> None:
        group = describe(self._autoscaling, self._group)
        on = self._machines_on(group)
        self._instances.update({instance.id: instance for instance in group.instances})
        with self._lock:
            self._fleet.launch(
                [instance.id for instance in group.instances if instance.id in on],
                time.monotonic(),
            )
            gone = self._fleet.gone(on)
        for life in gone:
            has_node = life.node_started_at is not None
            killed = self._cluster.stop_node(life.instance) if has_node else ()
            with self._lock:
                self._fleet.terminated(life.instance, time.monotonic(), killed)

    def _machines_on(self, group: Group) -> set[str]:
        # The machine decides, not the group's state: one that a lifecycle hook holds may still be
        # on, or have been taken back long ago.
        states = {instance.id: instance.state for instance in group.instances}
        leaving = {one for one, state in states.items() if state.startswith("Terminating")}
        still_on = machines_on(self._ec2, leaving) if leaving else frozenset()
        return (states.keys() - leaving) | still_on

    def _start_booted(self) -> None:
        with self._lock:
            due = self._fleet.due(time.monotonic())
        for life in due:
            if not self._aws.launched(life.instance):
                with self._lock:
                    self._fleet.never_joins(life.instance)
                continue
            self._cluster.start_node(self._template(self._instances[life.instance]))
            with self._lock:
                self._fleet.started(life.instance, time.monotonic())

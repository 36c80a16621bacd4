"""
One history of a pool: whatever can befall it, one event at a time, in any order.

After each cycle the invariants are checked; at the end all troubles end and the pool must come to
rest.  The events take numbers, not names, so that a generator of histories needs to know nothing.
Imports the rest of the simulator, ports and ``autoscaler.core``.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from autoscaler.core.model import FailureKind, Lifecycle, NodeStatus
from autoscaler.core.pause import Pause
from autoscaler.ports import CycleReport, World
from autoscaler.simulator.faults import Strike
from autoscaler.simulator.invariants import after_cycle, at_rest
from autoscaler.simulator.run import Scene, Simulation
from autoscaler.simulator.workload import Arrival

_T = TypeVar("_T")

#: How long the pool may take to come to rest: the longest rest of a group whose launches fail, and
#: that after instances that never joined, with time to spare.
_REST_SECONDS = 6 * 3600.0
_REST_INTERVAL_SECONDS = 20.0


class Violated(AssertionError):
    """An invariant did not hold; the message says which, and what happened until then."""


class ArmedFaults:
    """Goes wrong when told to: each fault befalls the next read, action, launch or boot, once."""

    def __init__(self) -> None:
        self.parts: frozenset[str] = frozenset()
        self.systems: frozenset[str] = frozenset()
        self.strikes: deque[Strike] = deque()
        self.launches: deque[FailureKind] = deque()
        #: How many times as long the next boots take; None: never.
        self.boots: deque[float | None] = deque()
        self.loses_memory = False

    def unreadable(self, parts: Sequence[str]) -> frozenset[str]:
        """Those that were named, once."""
        found = self.parts & frozenset(parts)
        self.parts = frozenset()
        return found

    def stale(self) -> frozenset[str]:
        """Those that were named, once."""
        systems, self.systems = self.systems, frozenset()
        return systems

    def strike(self) -> Strike:
        """The next in line."""
        return self.strikes.popleft() if self.strikes else Strike.NOTHING

    def launch(self, group: str, at_seconds: float) -> FailureKind | None:  # noqa: ARG002 - the port's
        """The next in line."""
        return self.launches.popleft() if self.launches else None

    def boot(self, group: str) -> float | None:  # noqa: ARG002 - as above
        """The next in line."""
        return self.boots.popleft() if self.boots else 1.0

    def memory_lost(self) -> bool:
        """As was said."""
        return self.loses_memory

    def disarm(self) -> None:
        """All goes well from now on."""
        self.__init__()  # type: ignore[misc]  # Back to the state of a new one, whatever it holds.


class History:
    """A pool and what befalls it."""

    def __init__(self, scene: Scene) -> None:
        self.faults = ArmedFaults()
        self.simulation = Simulation(scene, self.faults)
        self.simulation.watchers.append(self.judge)
        #: What happened, for the message of a failure.
        self.told: deque[str] = deque(maxlen=60)
        #: Of the last cycle; None if it ended in a crash.
        self.last: CycleReport | None = None
        self._jobs = tuple(self.simulation.cluster.jobs)
        #: Hands the cycle another world than the simulation's own, such as one that is watched.
        self.through: Callable[[], World] | None = None

    # The pool's own course.

    def dispatch(self, job: int, count: int, service_seconds: float) -> None:
        """So many children of one job."""
        name = self._jobs[job % len(self._jobs)]
        now = self.simulation.clock.seconds
        for _ in range(count):
            self.simulation.cluster.dispatch(Arrival(now, service_seconds, name))
        self._tell(f"{count} x {name} for {service_seconds:.0f} s")

    def wait(self, seconds: float) -> None:
        """Time passes without a cycle."""
        self.simulation.clock.advance(seconds)

    def cycle(self, count: int = 1, interval_seconds: float = 10.0) -> None:
        """So many cycles, and the invariants after each."""
        for _ in range(count):
            self.simulation.clock.advance(interval_seconds)
            self.simulation.cycle(self.through() if self.through else None)

    def judge(self, report: CycleReport | None) -> None:
        """Check the invariants after a cycle; None: it ended in a crash."""
        self.last = report
        if report is None:
            self._tell("crashed, and started anew")
            self._check(list(self.simulation.tally.offences))
            return
        for one in report.actions:
            self._tell(f"{one.outcome}: {one.action}")
        self._check(list(after_cycle(report, self.simulation)))

    def come_to_rest(self) -> None:
        """All troubles end; then the queue empties, the group reaches its minimum, none is left."""
        self._end_troubles()
        began = self.simulation.clock.seconds
        while self.simulation.clock.seconds < began + _REST_SECONDS:
            self.cycle(1, _REST_INTERVAL_SECONDS)
            if self.simulation.at_rest and not list(at_rest(self.simulation)):
                break
        self._check(list(at_rest(self.simulation)))

    # What people do.

    def foreign_cordon(self, index: int, *, draining: bool) -> None:
        """Somebody makes a node ineligible, or drains it."""
        marks = {one for group in self.simulation.aws.groups.values() for one in group.marks}
        # A cordon of somebody's on a node that we have marked would be taken for ours, and is.
        nodes = [
            node
            for node in self.simulation.cluster.nodes.values()
            if node.places_work and node.instance_id not in marks
        ]
        node = _pick(nodes, index)
        if node is not None:
            self.simulation.cluster.set_foreign(node.node_id, eligible=False, draining=draining)
            self._tell(f"{node.node_id} {'drained' if draining else 'cordoned'} by somebody")

    def foreign_release(self, index: int) -> None:
        """Somebody takes their cordon or drain back."""
        node = _pick([one for one in self.simulation.cluster.nodes.values() if one.foreign], index)
        if node is not None:
            self.simulation.cluster.set_foreign(node.node_id, eligible=True)
            self._tell(f"{node.node_id} taken back by somebody")

    def resize_group(self, index: int, size_min: int, size_max: int) -> None:
        """Somebody changes a group's own bounds."""
        name = list(self.simulation.aws.groups)[index % len(self.simulation.aws.groups)]
        size_min = min(size_min, size_max)
        self.simulation.aws.resize(name, size_min=size_min, size_max=size_max)
        self._tell(f"{name} from {size_min} to {size_max}")

    def reconfigure(self, size_min: int, size_max: int) -> None:
        """The configuration is reloaded with other bounds."""
        settings = self.simulation.settings
        size = replace(settings.size, min=min(size_min, size_max), max=size_max)
        self.simulation.settings = replace(settings, size=size)
        self._tell(f"configured from {size.min} to {size.max}")

    def pause(self, seconds: float | None) -> None:
        """Somebody pauses the pool for so long, or until it is resumed."""
        now = self.simulation.clock.now()
        until = None if seconds is None else now + timedelta(seconds=seconds)
        self.simulation.world.pause = Pause(now, until, "a history", "somebody")
        self._tell(f"paused {'until resumed' if seconds is None else f'for {seconds:g} s'}")

    def resume(self) -> None:
        """The pause is ended, if there is one."""
        self.simulation.world.pause = None
        self._tell("resumed")

    # What machines and networks do.

    def interrupt(self, index: int) -> None:
        """A spot interruption notice."""
        self._befall(index, self.simulation.aws.interrupt, "is interrupted")

    def advise(self, index: int) -> None:
        """A rebalance recommendation."""
        self._befall(index, self.simulation.aws.advise, "is advised to leave")

    def retire(self, index: int) -> None:
        """AWS ends an instance of its own accord."""
        self._befall(index, self.simulation.aws.retire, "is retired by AWS")

    def cut_off(self, index: int) -> None:
        """A node's heartbeats stop."""
        node = _pick([one for one in self.simulation.cluster.nodes.values() if one.heard], index)
        if node is not None:
            self.simulation.cluster.cut_off(node.node_id)
            self._tell(f"{node.node_id} is cut off")

    def reconnect(self) -> None:
        """All heartbeats come again."""
        for node in tuple(self.simulation.cluster.nodes.values()):
            if not node.heard:
                self.simulation.cluster.reconnect(node.node_id)

    def restart(self, *, memory_lost: bool) -> None:
        """The daemon ends between two cycles, and starts anew."""
        self.simulation.restart(memory_lost=memory_lost)
        self._tell(f"restarted{' without memory' if memory_lost else ''}")

    def _befall(self, index: int, do: Callable[[str], None], what: str) -> None:
        instances = [
            one
            for group in self.simulation.aws.groups.values()
            for one in group.instances.values()
            if one.lifecycle is Lifecycle.IN_SERVICE
        ]
        instance = _pick(instances, index)
        if instance is not None:
            do(instance.instance_id)
            self._tell(f"{instance.instance_id} {what}")

    def _end_troubles(self) -> None:
        self.faults.disarm()
        self.reconnect()
        self.simulation.world.pause = None
        for node in self.simulation.cluster.nodes.values():
            if node.foreign and node.status is NodeStatus.READY:
                self.simulation.cluster.set_foreign(node.node_id, eligible=True)
        self._tell("all troubles end")

    def _tell(self, what: str) -> None:
        self.told.append(f"{self.simulation.clock.seconds:9.1f} s  {what}")

    def _check(self, violations: Sequence[str]) -> None:
        if violations:
            story = "\n  ".join(self.told)
            end = f"{self.simulation.clock.seconds:9.1f} s  {self._state()}"
            raise Violated("; ".join(violations) + f"\nafter\n  {story}\n  {end}")

    def _state(self) -> str:
        groups = [
            f"{name}: desired {group.desired} of {group.size_min} to {group.size_max}, "
            + (
                ", ".join(
                    f"{one.instance_id} {one.lifecycle.value}{' noticed' if one.notice else ''}"
                    for one in group.instances.values()
                )
                or "no instances"
            )
            for name, group in self.simulation.aws.groups.items()
        ]
        nodes = [
            f"{node.node_id} on {node.instance_id} {node.status.value}"
            f"{'' if node.eligible else ' ineligible'}{' live' if node.live else ''}"
            for node in self.simulation.cluster.nodes.values()
        ]
        why = self.last.decision.why if self.last else ""
        return f"{'; '.join(groups)}; {', '.join(nodes) or 'no nodes'}; the last decision: {why}"


def _pick(things: Sequence[_T], index: int) -> _T | None:
    return things[index % len(things)] if things else None

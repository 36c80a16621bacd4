"""
The simulated world of one pool: what ``run_cycle`` observes and acts on instead of Nomad and AWS.

It shows only what they would show, nothing of what is to come.  Each read and each action can take
time, in which the world goes on, and can fail, before its effect, half-way or after it.
Imports ports, ``autoscaler.core``, errors and, of the simulator, aws, clock, cluster and faults.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from autoscaler.core.model import Group, JobQueue, Missing, Node, NodeStatus, Observation
from autoscaler.core.pause import Pause
from autoscaler.core.plan import (
    Action,
    CompleteHook,
    Cordon,
    ExtendHook,
    LowerDesiredCapacity,
    Purge,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
    Uncordon,
)
from autoscaler.errors import ActionError, NomadUnavailable
from autoscaler.simulator.aws import AutoScaling
from autoscaler.simulator.clock import SimulatedClock
from autoscaler.simulator.cluster import Cluster
from autoscaler.simulator.faults import Crash, Faults, Strike

_READY = NodeStatus.READY
Step = Callable[[], None]
_OneCall = (
    SetDesiredCapacity
    | LowerDesiredCapacity
    | Terminate
    | TerminateUnjoined
    | CompleteHook
    | ExtendHook
)


@dataclass(frozen=True, slots=True)
class Latency:
    """How long calls take, in seconds."""

    read_seconds: float = 0.0
    action_seconds: float = 0.0


class SimulatedWorld:
    """One pool: read as a whole, changed one action at a time.  An ``autoscaler.ports.World``."""

    def __init__(
        self,
        pool: str,
        jobs: Sequence[str],
        clock: SimulatedClock,
        cluster: Cluster,
        aws: AutoScaling,
    ) -> None:
        self._pool = pool
        self._jobs = tuple(jobs)
        self._clock = clock
        self.cluster = cluster
        self.aws = aws
        self._faults: Faults | None = None
        self._latency = Latency()
        self._queues: tuple[JobQueue, ...] | None = None
        self._nodes: tuple[Node, ...] | None = None
        #: Which read of the nodes that was.
        self._known = 0
        self._groups: tuple[Group, ...] | None = None
        #: What people asked for; it may have expired.
        self.pause: Pause | None = None

    def disturb(self, faults: Faults | None, latency: Latency | None = None) -> None:
        """From now on let this go wrong, and calls take so long; None: nothing, no time."""
        self._faults = faults
        self._latency = latency or Latency()

    # The port.

    def observe(self, now: datetime) -> Observation:
        """Every part that can be read."""
        named = [*(f"queue {job}" for job in self._jobs), "nodes", "group"]
        unreadable = self._faults.unreadable(named) if self._faults else frozenset()
        stale = self._faults.stale() if self._faults else frozenset()
        missing = tuple(
            Missing("aws" if part == "group" else "nomad", part.split()[0], f"simulated: {part}")
            for part in named
            if part in unreadable
        )
        readable = [job for job in self._jobs if f"queue {job}" not in unreadable]
        queues, nodes = self._read_nomad(readable, now, stale="nomad" in stale)
        self._clock.advance(self._latency.read_seconds)
        groups = self._read_aws(stale="aws" in stale)
        return Observation(
            self._pool,
            queues,
            None if "nodes" in unreadable else nodes,
            None if "group" in unreadable else groups,
            missing,
            pause=self.pause if self.pause and self.pause.in_force(now) else None,
        )

    def still_idle(self, node_id: str) -> bool:
        """Look at the node again, not stale."""
        self._clock.advance(self._latency.read_seconds)
        node = self.cluster.nodes.get(node_id)
        if node is None:
            raise NomadUnavailable(f"no node {node_id}")
        return not node.eligible and not node.live

    def still_unjoined(self, instance_id: str) -> bool:
        """Look for a node on the instance again, not stale."""
        self._clock.advance(self._latency.read_seconds)
        return self.cluster.node_on(instance_id) is None

    def apply(self, action: Action) -> None:
        """Carry one action out, step by step, as far as the faults let it."""
        self._clock.advance(self._latency.action_seconds)
        steps = self._steps(action)
        strike = self._faults.strike() if self._faults else Strike.NOTHING
        match strike:
            case Strike.REFUSED | Strike.CRASH_BEFORE:
                done = 0
            case Strike.HALF_DONE | Strike.CRASH_HALF_DONE:
                done = len(steps) - 1
            case _:
                done = len(steps)
        for step in steps[:done]:
            step()
        if strike in (Strike.CRASH_BEFORE, Strike.CRASH_HALF_DONE, Strike.CRASH_AFTER):
            raise Crash(f"{strike.value}: {action}")
        if strike is not Strike.NOTHING:
            raise ActionError(f"simulated: {strike.value}", stage="aws", retryable=True)

    def recount(self, now: datetime) -> None:
        """Nothing: every count is true at once."""

    # Behind it.

    def fingerprint(self) -> object:
        """Equal as long as nothing that an action could change has changed."""
        groups = [
            (
                group.desired,
                tuple((one.instance_id, one.lifecycle) for one in group.instances.values()),
                tuple(group.marks.items()),
            )
            for group in self.aws.groups.values()
        ]
        nodes = [(one.node_id, one.eligible) for one in self.cluster.nodes.values()]
        return (groups, nodes)

    def _read_nomad(
        self, jobs: Sequence[str], now: datetime, *, stale: bool
    ) -> tuple[tuple[JobQueue, ...], tuple[Node, ...]]:
        if stale and self._queues is not None and self._nodes is not None:
            # Its samples have been told.
            old = (replace(one, finished=()) for one in self._queues if one.job in jobs)
            return tuple(old), self._nodes
        self._queues = self.cluster.queues(jobs, now)
        self._nodes = self.cluster.showing()
        self._known = self.cluster.read_count
        return self._queues, self._nodes

    def _read_aws(self, *, stale: bool) -> tuple[Group, ...]:
        if not stale or self._groups is None:
            joined = frozenset(
                [node.instance_id for node in self.cluster.nodes.values() if node.status is _READY]
            )
            self._groups = self.aws.showing(joined)
        return self._groups

    def _steps(self, action: Action) -> tuple[Step, ...]:
        """What an action does, in the order in which the daemon's adapters do it."""
        cluster, aws = self.cluster, self.aws
        match action:
            case Cordon():
                return (
                    lambda: aws.mark(action.node.instance_id, action.at),
                    lambda: self._set_eligibility(action.node.node_id, eligible=False),
                )
            case Uncordon():
                return (
                    lambda: self._set_eligibility(action.node.node_id, eligible=True),
                    lambda: aws.unmark(action.node.instance_id),
                )
            case Purge():
                return (lambda: cluster.purge(action.node.node_id),)
            case _:
                return (lambda: self._in_one_call(action),)

    def _in_one_call(self, action: _OneCall) -> None:
        aws = self.aws
        match action:
            case SetDesiredCapacity() | LowerDesiredCapacity():
                aws.set_desired(action.group, action.desired)
            case Terminate():
                self._end(action.node.instance_id, decrement=not action.replace)
            case TerminateUnjoined():
                self._end(action.instance.instance_id, decrement=not action.replace)
            case CompleteHook():
                aws.complete_hook(action.instance.instance_id)
            case ExtendHook():
                aws.extend_hook(action.instance.instance_id)

    def _set_eligibility(self, node_id: str, *, eligible: bool) -> None:
        self.cluster.set_eligibility(node_id, eligible=eligible, known=self._known)

    def _end(self, instance_id: str, *, decrement: bool) -> None:
        node = self.cluster.node_on(instance_id)
        if node is not None:
            self.cluster.respect(node, self._known, "ended")
        self.aws.terminate(instance_id, decrement=decrement)

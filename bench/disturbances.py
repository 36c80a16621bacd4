"""
What disturbs our own policy in the robustness cells, and a simulation that it befalls.

Each disturbance begins amid the workload's first burst, or lasts from start to end.
Imports ``autoscaler``.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from autoscaler.core.model import Cohort, FailureKind, Finished, JobQueue, Node, Observation
from autoscaler.core.plan import (
    Action,
    LowerDesiredCapacity,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
)
from autoscaler.errors import ActionError
from autoscaler.ports import CycleReport, World
from autoscaler.simulator.chance import generator
from autoscaler.simulator.faults import FaultRates, RandomFaults
from autoscaler.simulator.run import Scene, Simulation

#: What AWS Auto Scaling is asked for; cordons and marks are not its business.
_CHANGES = (SetDesiredCapacity, LowerDesiredCapacity, Terminate, TerminateUnjoined)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """What goes wrong; nothing of it unless said.  Seconds throughout."""

    name: str
    #: One line, for people.
    description: str
    #: Whether it begins amid the workload's first burst; else it lasts from the start.
    in_burst: bool = False
    #: Whether it strikes anew again and again, and so is to be got over again and again.
    recurs: bool = False
    #: Machines of which a boot takes this share of the place's.
    boot_share: float = 1.0
    #: Boots take so many times as long, for so long from the burst on.
    boot_factor: float = 1.0
    boots_slow_seconds: float = 0.0
    #: Of the launches: the chance that one fails for want of capacity.
    launch_fails: float = 0.0
    #: The daemon starts anew amid the burst, and its journal is lost.
    restarts: bool = False
    #: From a cycle that changes the group until AWS lets the next; others are refused.
    change_every_seconds: float = 0.0
    #: What Nomad tells of the queue is so old.
    stale_seconds: float = 0.0
    #: Nomad's clock is so far ahead of ours.
    skew_seconds: float = 0.0


DISTURBANCES = (
    Disturbance(
        name="slow-boots",
        description="boots of half the time take three times that, for an hour from the burst on",
        in_burst=True,
        boot_share=0.5,
        boot_factor=3.0,
        boots_slow_seconds=3600.0,
    ),
    Disturbance(
        name="failed-launches",
        description="20 % of all launches fail",
        recurs=True,
        launch_fails=0.2,
    ),
    Disturbance(
        name="restart",
        description="a restart amid the burst that loses the journal",
        in_burst=True,
        restarts=True,
    ),
    Disturbance(
        name="throttled",
        description="AWS lets one cycle a minute change the group, and refuses others",
        change_every_seconds=60.0,
    ),
    Disturbance(
        name="stale",
        description="what Nomad tells of the queue is 60 s old",
        stale_seconds=60.0,
    ),
    Disturbance(
        name="clock-ahead",
        description="Nomad's clock is 60 s ahead of ours",
        skew_seconds=60.0,
    ),
    Disturbance(
        name="clock-behind",
        description="Nomad's clock is 60 s behind ours",
        skew_seconds=-60.0,
    ),
)


class _Faults(RandomFaults):
    """Launches that fail, and boots that are slow for a while."""

    def __init__(self, disturbance: Disturbance, scene: Scene, burst_at: float) -> None:
        rates = FaultRates(
            launch_fails=disturbance.launch_fails, launch_kinds=(FailureKind.CAPACITY,)
        )
        super().__init__(rates, generator(scene.seed, "faults"))
        self._disturbance = disturbance
        self._slow_from = burst_at
        self.now: Callable[[], float] = lambda: 0.0

    def boot(self, group: str) -> float | None:  # noqa: ARG002 - the port's; there is one group
        since = self.now() - self._slow_from
        slow = 0 <= since < self._disturbance.boots_slow_seconds
        return self._disturbance.boot_factor if slow else 1.0


class DisturbedWorld:
    """The simulated world, as it is seen and reached through the disturbance."""

    def __init__(self, world: World, disturbance: Disturbance, now: Callable[[], float]) -> None:
        self._world = world
        self._disturbance = disturbance
        self._now = now
        self._seen: deque[tuple[float, Observation]] = deque()
        self._told: Observation | None = None
        self._changed_at = -math.inf

    def observe(self, now: datetime) -> Observation:
        """As old, and by such a clock, as it may be."""
        observation = self._world.observe(now)
        if self._disturbance.stale_seconds:
            observation = self._aged(observation)
        skew = timedelta(seconds=self._disturbance.skew_seconds)
        return skewed(observation, skew) if skew else observation

    def still_idle(self, node_id: str) -> bool:
        """The last look is never stale."""
        return self._world.still_idle(node_id)

    def still_unjoined(self, instance_id: str) -> bool:
        """The last look is never stale."""
        return self._world.still_unjoined(instance_id)

    def apply(self, action: Action) -> None:
        """What one cycle changes of the group goes through together; the next has to wait."""
        if not isinstance(action, _CHANGES):
            self._world.apply(action)
            return
        now = self._now()
        since = now - self._changed_at
        if 0 < since < self._disturbance.change_every_seconds:
            raise ActionError("simulated: throttled", stage="aws", retryable=True)
        self._world.apply(action)
        self._changed_at = now

    def recount(self, now: datetime) -> None:
        """As the world does."""
        self._world.recount(now)

    def _aged(self, observation: Observation) -> Observation:
        """The queue of the newest that is old enough; its samples are told once."""
        now = self._now()
        self._seen.append((now, observation))
        finished: dict[str, tuple[Finished, ...]] = {}
        while len(self._seen) > 1 and self._seen[1][0] <= now - self._disturbance.stale_seconds:
            self._seen.popleft()
            for queue in self._seen[0][1].queues:
                finished[queue.job] = (*finished.get(queue.job, ()), *queue.finished)
        old = self._seen[0][1]
        queues = tuple(replace(one, finished=finished.get(one.job, ())) for one in old.queues)
        return replace(observation, queues=queues)


def skewed(observation: Observation, by: timedelta) -> Observation:
    """With Nomad's instants so much later."""
    nodes = observation.nodes
    return replace(
        observation,
        queues=tuple(_skewed_queue(one, by) for one in observation.queues),
        nodes=None if nodes is None else tuple(_skewed_node(one, by) for one in nodes),
    )


def _skewed_queue(queue: JobQueue, by: timedelta) -> JobQueue:
    waiting = tuple(Cohort(one.dispatched_at + by, one.count) for one in queue.waiting)
    finished = tuple(
        replace(
            one,
            dispatched_at=_later(one.dispatched_at, by),
            placed_at=_later(one.placed_at, by),
        )
        for one in queue.finished
    )
    return replace(queue, waiting=waiting, finished=finished)


def _skewed_node(node: Node, by: timedelta) -> Node:
    running = tuple(
        replace(one, started_at=_later(one.started_at, by), placed_at=_later(one.placed_at, by))
        for one in node.running
    )
    return replace(node, running=running)


def _later(at: datetime | None, by: timedelta) -> datetime | None:
    return None if at is None else at + by


class DisturbedSimulation(Simulation):
    """Our own policy under a disturbance; the burst begins at that second."""

    def __init__(self, scene: Scene, disturbance: Disturbance, burst_at: float) -> None:
        faults = _Faults(disturbance, scene, burst_at)
        super().__init__(scene, faults)
        faults.now = lambda: self.clock.seconds
        self._disturbed = DisturbedWorld(self.world, disturbance, lambda: self.clock.seconds)
        self._restart_at = burst_at if disturbance.restarts else math.inf

    def cycle(self, world: World | None = None) -> CycleReport | None:
        """One cycle, after the restart if that is due."""
        if self.clock.seconds >= self._restart_at:
            self._restart_at = math.inf
            self.restart(memory_lost=True)
        return super().cycle(world or self._disturbed)

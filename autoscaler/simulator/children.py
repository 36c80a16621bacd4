"""
The children of one simulated parameterized job: those that wait, those at work, what is known.

Imports the standard library, ``autoscaler.core`` and, of the simulator, clock and workload.
"""

import random
from collections import deque
from datetime import datetime
from math import floor

from autoscaler.core.model import Cohort, Finished, JobQueue, Running, Verdict, WaitsFor
from autoscaler.simulator.clock import instant
from autoscaler.simulator.workload import Arrival, JobSpec

#: Nomad has evaluated a new child after about so long.
_EVALUATED_SECONDS = 1.0
_NO_ROOM = Verdict(WaitsFor.CAPACITY, "no node has room")


class Child:
    """One dispatched child."""

    __slots__ = ("arrival", "begun_at", "number", "run_number", "started_at", "working")

    def __init__(self, number: int, arrival: Arrival) -> None:
        self.number = number
        self.arrival = arrival
        #: Seconds; of the first start, if there were several.
        self.started_at: float | None = None
        #: The same, as Nomad tells it.
        self.begun_at: datetime | None = None
        #: Whether it is at work now, as Nomad sees it.
        self.working = False
        #: Which start this is: an event of an earlier one is void.
        self.run_number = 0


class JobState:
    """A job and its children, as Nomad knows them."""

    def __init__(self, spec: JobSpec) -> None:
        self.spec = spec
        #: Of each allocation of a child.
        self.asks = tuple(group.ask for group in spec.groups for _ in range(group.count))
        self.running_count = 0
        self.dispatched_count = 0
        self._waiting: deque[Child] = deque()
        #: By the second of their arrival.
        self._cohorts: dict[int, Cohort] = {}
        #: Whether these are in the order of their seconds.
        self._sorted = True
        self._shown: tuple[Cohort, ...] | None = ()
        self._finished: list[Finished] = []

    @property
    def pending_count(self) -> int:
        """Children that wait."""
        return len(self._waiting)

    @property
    def placeable(self) -> bool:
        """Whether a child waits and may be placed."""
        return bool(self._waiting) and self.spec.held_by is None

    @property
    def head_at(self) -> float:
        """When the child at the head arrived."""
        return self._waiting[0].arrival.at_seconds

    def dispatch(self, child: Child) -> None:
        """A new child: it waits at the end."""
        self.dispatched_count += 1
        self._waiting.append(child)
        self._count(child, 1)

    def wait_again(self, child: Child) -> None:
        """A child whose node was lost, or whose plan was refused: it waits at the head."""
        self._waiting.appendleft(child)
        self._count(child, 1)

    def take(self, rng: random.Random | None) -> Child:
        """The child to place next: the head, or any where the order is left to chance."""
        if rng is not None:
            at = rng.randrange(len(self._waiting))
            self._waiting[at], self._waiting[0] = self._waiting[0], self._waiting[at]
        child = self._waiting.popleft()
        self._count(child, -1)
        return child

    def finish(self, child: Child) -> None:
        """A child completed: its length is a sample of the service time."""
        arrival = child.arrival
        self._finished.append(
            Finished(
                arrival.profile,
                arrival.service_seconds,
                f"{self.spec.name}/dispatch-{child.number}",
                instant(arrival.at_seconds),
                child.begun_at,
            )
        )

    def showing(self, now: datetime) -> JobQueue:
        """What Nomad tells of the job; the samples are told once."""
        if self._shown is None:
            if not self._sorted:
                self._cohorts = dict(sorted(self._cohorts.items()))
                self._sorted = True
            self._shown = tuple(self._cohorts.values())
        finished = tuple(self._finished)
        self._finished.clear()
        return JobQueue(
            job=self.spec.name,
            pending_count=len(self._waiting),
            running_count=self.running_count,
            groups=self.spec.groups,
            priority=self.spec.priority,
            waiting=self._shown,
            dispatched_count=self.dispatched_count,
            verdict=self._verdict(now),
            finished=finished,
        )

    def running(self, child: Child, placed_at: float) -> Running:
        """What a node shows of one allocation of the child."""
        at = instant(placed_at)
        return Running(self.spec.name, started_at=at, placed_at=at, profile=child.arrival.profile)

    def _verdict(self, now: datetime) -> Verdict | None:
        if not self._shown:
            return None
        waited = (now - self._shown[0].dispatched_at).total_seconds()
        if waited < _EVALUATED_SECONDS:
            return None
        return self.spec.held_by or _NO_ROOM

    def _count(self, child: Child, change: int) -> None:
        cohorts, at_seconds = self._cohorts, child.arrival.at_seconds
        second = floor(at_seconds)
        known = cohorts.get(second)
        self._shown = None
        if known is None:
            self._sorted = self._sorted and (not cohorts or next(reversed(cohorts)) < second)
            cohorts[second] = Cohort(instant(at_seconds), change)
        elif known.count + change:
            first_at = known.dispatched_at
            if change > 0:
                first_at = min(first_at, instant(at_seconds))
            cohorts[second] = Cohort(first_at, known.count + change)
        else:
            del cohorts[second]

"""
How many starts the nodes that are there will bring by when, for the children that wait.

From what an observation shows and what the memory holds; the arithmetic is in ``forecast``.
Counted in nodes: a child of which c fit a new node is 1/c.  Pure; imports ``autoscaler.core`` only.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

from autoscaler.core.demand import Demand, children_of
from autoscaler.core.fleet import Fleet
from autoscaler.core.forecast import Grid, renewals, starts
from autoscaler.core.laws import ServiceLaws, mixture
from autoscaler.core.ledger import ready_in
from autoscaler.core.memory import Memory
from autoscaler.core.model import JobQueue, Running

#: Ages are told apart by the step of the grid up to so many steps, then by as large a share.
_FINE_STEPS = 20


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the strategy looks at."""

    queues: Sequence[JobQueue]
    fleet: Fleet
    demand: Demand
    memory: Memory
    target_wait: timedelta
    now: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """The children that find no room on the nodes that are there, by job."""

    left: Mapping[str, int]
    #: What part of a new node a child takes; one may take several allocations.
    shares: Mapping[str, float]
    #: The same of the typical one.
    child: float

    def share(self, job: str) -> float:
        """Of a child of this job; of one that does not wait, the typical."""
        return self.shares.get(job, self.child)


def waiting_of(demand: Demand) -> Waiting:
    """What of the demand finds no room on the nodes that are there."""
    shares: dict[str, float] = {}
    for load in demand.unplaced:
        share = load.group.count / max(1, demand.new_bin.holds(load))
        shares[load.queue.job] = shares.get(load.queue.job, 0.0) + share
    left = children_of(demand.unplaced)
    nodes = sum(count * shares[job] for job, count in left.items())
    return Waiting(left, shares, nodes / max(1, sum(left.values())))


@dataclass(frozen=True, slots=True)
class Forecast:
    """Starts by each point of the grid, in nodes, and how far they may be off."""

    grid: Grid
    expected: Sequence[float]
    variance: Sequence[float]
    #: Of a slot on a new node, after its first start.
    again: Sequence[float]
    spread: float
    #: The typical child, in nodes.
    child: float
    #: What is not relied on: a share of the starts, and so many standard deviations.
    margin: float = 0.0
    deviations: float = 0.0

    def doubted(self, margin: float, deviations: float) -> "Forecast":
        """The same, relied on less: a share of it, and so many standard deviations, not at all."""
        return replace(self, margin=margin, deviations=deviations)


def starts_on(outlook: Outlook, waiting: Waiting, grid: Grid) -> Forecast:
    """The starts that the nodes there and in flight will bring by each point of the grid."""
    memory, child = outlook.memory, waiting.child
    laws = ServiceLaws(memory)
    next_law = mixture(laws, waiting.left)
    again = renewals(next_law, grid)
    freed = [0.0] * (grid.points + 1)
    variance = [0.0] * (grid.points + 1)
    for job, profile, age, count in _ages(outlook, grid):
        weight = waiting.share(job)
        by = 0.0
        for point, chance in enumerate(laws.of(job, profile).residual(age, grid)):
            freed[point] += chance * count * weight
            by += chance
            # Each ends by then or does not: independent of the others.
            variance[point] += count * weight * weight * by * max(0.0, 1.0 - by)
    for flight in outlook.fleet.in_flight:
        grid.spread(ready_in(memory, flight.instance_id, flight.group, outlook.now), 1.0, freed)
    expected = starts(freed, again)
    started = _starting_now(outlook, waiting)
    spread = next_law.spread
    for point, first in enumerate(accumulate(freed)):
        expected[point] += started * again[point]
        variance[point] += spread * child * max(0.0, expected[point] - first)
    return Forecast(grid, expected, variance, again, spread, child)


def _starting_now(outlook: Outlook, waiting: Waiting) -> float:
    """Children that find room now, in nodes: their slots will be free again as well."""
    total = 0.0
    for queue in outlook.queues:
        placed = queue.pending_count - waiting.left.get(queue.job, 0)
        if placed > 0 and queue.job not in outlook.demand.unplaceable:
            total += placed * waiting.share(queue.job)
    return total


def _ages(outlook: Outlook, grid: Grid) -> list[tuple[str, str, float, int]]:
    """The running children of our jobs on nodes that will take more: job, profile, age, count."""
    jobs = {queue.job for queue in outlook.queues}
    counts: dict[tuple[str, str, float], int] = {}
    for member in outlook.fleet.ready:
        for one in member.node.running:
            if one.job in jobs:
                key = (one.job, one.profile or "", _age(one, grid, outlook.now))
                counts[key] = counts.get(key, 0) + 1
    return [(job, profile, age, count) for (job, profile, age), count in counts.items()]


def _age(one: Running, grid: Grid, now: datetime) -> float:
    """Down to the grid, so that children of nearly one age are worked out once."""
    if one.started_at is None:
        return 0.0
    age = max(0.0, (now - one.started_at).total_seconds())
    if age < _FINE_STEPS * grid.step:
        return int(age / grid.step) * grid.step
    # Old children need no fine age: what they have left hardly depends on it.
    coarse = 1.0 + 1.0 / _FINE_STEPS
    return coarse ** int(math.log(age) / math.log(coarse))

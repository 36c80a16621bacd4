"""
How many starts the nodes that are there will bring by when, for the children that wait.

From what an observation shows and what the memory holds; the arithmetic is in ``forecast``.
Counted in nodes: a child of which c fit a new node is 1/c.  Pure; imports ``autoscaler.core`` only.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import mul, sub

from autoscaler.core.ages import ages_on
from autoscaler.core.crowds import Crowd, Crowds
from autoscaler.core.demand import Demand, children_of
from autoscaler.core.fleet import Fleet
from autoscaler.core.forecast import Grid, Renewals, Series, Starts
from autoscaler.core.laws import ServiceLaws, mixture
from autoscaler.core.ledger import ready_in
from autoscaler.core.memory import Memory
from autoscaler.core.model import JobQueue
from autoscaler.core.pace import pace_of
from autoscaler.core.service_law import ServiceLaw
from autoscaler.core.settings import Scaling

#: Points that are taken together where the second starts are looked at roughly.
_STRIDE = 8


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the strategy looks at."""

    queues: Sequence[JobQueue]
    fleet: Fleet
    demand: Demand
    memory: Memory
    scaling: Scaling
    now: datetime

    @property
    def target_wait(self) -> timedelta:
        """Within which every child shall start."""
        return self.scaling.target_wait


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
    expected: Series
    variance: Series
    crowds: Crowds
    #: Of a slot on a new node, after its first start.
    again: Series
    law: ServiceLaw
    #: The typical child, in nodes.
    child: float
    #: What is not relied on but for nodes that come: a share of the starts, and so many standard
    #: deviations.
    margin: float = 0.0
    deviations: float = 0.0

    @property
    def spread(self) -> float:
        """The squared coefficient of variation of the service times."""
        return self.law.spread

    def sure(self, seconds: float, wanted: float) -> float:
        """
        The starts that are relied on by so long from now.

        Where that is ``wanted`` or more for certain, it may be told less exactly, never too high.
        """
        for looked_closer in (False, True):
            least = self._least(seconds, looked_closer=looked_closer)
            if least >= wanted:
                return least
        # A node that was bought comes; only what ends on others may not.
        come = self.grid.value(self.crowds.come, seconds)
        sure = (self.grid.value(self.expected, seconds) - come) * (1.0 - self.margin)
        if self.deviations:
            sure -= self.deviations * math.sqrt(self.grid.value(self.variance, seconds))
        return come + max(0.0, sure)

    def _least(self, seconds: float, *, looked_closer: bool) -> float:
        """Not more than is relied on: by the first ends, and with some of the second ones."""
        grid, crowds = self.grid, self.crowds
        before, beyond = grid.about(seconds)
        come, first, renewals = crowds.come[before], crowds.by(before), 0.0
        if looked_closer:
            come, renewals = grid.value(crowds.come, seconds), self._second(before)
            first += (crowds.by(before + 1) - first) * beyond
        relied_on = 1.0 - self.margin
        if not self.deviations or not relied_on:
            return come + (first - come + renewals) * relied_on
        doubt = crowds.doubt_max
        if looked_closer:
            doubt = max(crowds.doubt(before), crowds.doubt(before + 1))
        # Each renewal adds a start, and so much to the variance: as many as make it the least.
        each = self.spread * self.child
        root = max(math.sqrt(doubt + renewals * each), self.deviations * each / 2 / relied_on)
        if each:
            renewals = (root * root - doubt) / each
        return come + (first - come + renewals) * relied_on - self.deviations * root

    def _second(self, point: int) -> float:
        """Starts by that point on slots that were freed once before: no more than there are."""
        endings = self.law.endings(self.grid.step)
        strides = range(_STRIDE, point + 1, _STRIDE)
        # All that are freed within a stride as if they were at its end.
        ended = endings.ended_by([point - at for at in strides])
        freed = [self.crowds.by(at) for at in strides]
        within = map(sub, freed, [0.0, *freed])
        starts: float = sum(map(mul, within, ended)) / endings.size
        return starts

    def doubted(self, margin: float, deviations: float) -> "Forecast":
        """The same, relied on less: a share of it, and so many standard deviations, not at all."""
        return replace(self, margin=margin, deviations=deviations)


class _Variance(Series):
    """Of the starts by each point: whether a child ends by then, and how often a slot renews."""

    def __init__(self, crowds: Crowds, expected: Starts, law: ServiceLaw, child: float) -> None:
        self._crowds = crowds
        self._expected = expected
        self._law = law
        self._child = child

    def __getitem__(self, point: int) -> float:
        again = max(0.0, self._expected[point] - self._crowds.by(point))
        return self._crowds.doubt(point) + self._law.spread * self._child * again


def starts_on(outlook: Outlook, waiting: Waiting, grid: Grid) -> Forecast:
    """The starts that the nodes there and in flight will bring by each point of the grid."""
    memory, child = outlook.memory, waiting.child
    laws = ServiceLaws(memory)
    law = mixture(laws, waiting.left)
    again = Renewals(law, grid)
    jobs = {queue.job for queue in outlook.queues}
    ready = ages_on(outlook.fleet.ready, jobs, outlook.now)
    cordoned = ages_on(outlook.fleet.cordoned, jobs, outlook.now)
    pace = pace_of(memory.ends, (ready, cordoned), jobs, laws, outlook.now)
    # Down to the grid, so that children of nearly one age are worked out once.
    crowds = Crowds(
        [
            Crowd(
                laws.of(job, profile).endings(grid.step),
                waiting.share(job),
                [int(age / grid.step) if age > 0 else 0 for age in ages],
            )
            for (job, profile), ages in ready.items()
        ],
        _in_flight(outlook, grid),
        pace,
    )
    expected = Starts(crowds, again, _starting_now(outlook, waiting))
    variance = _Variance(crowds, expected, law, child)
    return Forecast(grid, expected, variance, crowds, again, law, child)


def _in_flight(outlook: Outlook, grid: Grid) -> list[float]:
    """Nodes that come at each point."""
    coming = [0.0] * (grid.points + 1)
    for flight in outlook.fleet.in_flight:
        seconds = ready_in(outlook.memory, flight.instance_id, flight.group, outlook.now)
        grid.spread(seconds, 1.0, coming)
    return coming


def _starting_now(outlook: Outlook, waiting: Waiting) -> float:
    """Children that find room now, in nodes: their slots will be free again as well."""
    total = 0.0
    for queue in outlook.queues:
        placed = queue.pending_count - waiting.left.get(queue.job, 0)
        if placed > 0 and queue.job not in outlook.demand.unplaceable:
            total += placed * waiting.share(queue.job)
    return total

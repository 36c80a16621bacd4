"""
The ``backlog`` strategy: the fewest nodes with which every pending child starts in time.

In five rules: forecast starts from the measured service times and the ages of the running children;
buy the least that the forecast lacks; give a child that is about to be late a slot in any case;
leave a single node for later while it can wait; let go what will be needed last (in ``idling``).
Counted in nodes: a child of which c fit a new node is 1/c.  Pure; imports ``autoscaler.core`` only.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

from autoscaler.core.decision import Reason, Rule
from autoscaler.core.demand import Demand, children_of
from autoscaler.core.fleet import Fleet
from autoscaler.core.forecast import (
    SAMPLE_TRUSTED,
    Grid,
    ServiceLaw,
    grid_to,
    law_of,
    renewals,
    starts,
)
from autoscaler.core.ledger import boot_time, ready_in
from autoscaler.core.memory import Memory
from autoscaler.core.model import JobQueue, Running

#: Between two looks at the queue, at worst: what a boot must be ahead of its need.
_LOOK = timedelta(seconds=10)
#: At the last chance so much of the expected starts is not relied on, and so many standard
#: deviations besides.  Before it nothing is held back: there is time yet to buy more.
_MARGIN_AT_LAST = 0.05
_DEVIATIONS_AT_LAST = 2.0
#: Before it, what a boot or a look may be late is allowed for by this share.
_SLACK = 0.2
#: Ages are told apart by the step of the grid up to so many steps, then by as large a share.
_FINE_STEPS = 20
#: A boot that takes so much longer than most is still in time.
_BOOT_SAFETY = 1.15


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
class _Waiting:
    """The children that find no room on the nodes that are there, by job."""

    left: Mapping[str, int]
    #: What part of a new node a child takes; one may take several allocations.
    shares: Mapping[str, float]
    #: The same of the typical one.
    child: float

    def share(self, job: str) -> float:
        """Of a child of this job; of one that does not wait, the typical."""
        return self.shares.get(job, self.child)


def _waiting(demand: Demand) -> _Waiting:
    shares: dict[str, float] = {}
    for load in demand.unplaced:
        share = load.group.count / max(1, demand.new_bin.holds(load))
        shares[load.queue.job] = shares.get(load.queue.job, 0.0) + share
    left = children_of(demand.unplaced)
    nodes = sum(count * shares[job] for job, count in left.items())
    return _Waiting(left, shares, nodes / max(1, sum(left.values())))


@dataclass(frozen=True, slots=True)
class _Due:
    """Children, in nodes, that are to have started by then; all that start before them included."""

    amount: float
    #: Seconds from now; below zero when it has passed.
    in_seconds: float


def least_nodes(outlook: Outlook) -> tuple[int, tuple[Reason, ...]]:
    """How many nodes to buy, and why that many."""
    demand = outlook.demand
    if not demand.room_for_all:
        return 0, ()
    target = outlook.target_wait.total_seconds()
    if not target:
        return demand.room_for_all, ()
    boot = boot_time(outlook.memory, 0.5).total_seconds()
    late_boot = boot_time(outlook.memory, 0.9).total_seconds() * _BOOT_SAFETY
    grid = grid_to(max(target, boot) * 1.05)
    waiting = _waiting(demand)
    forecast = _forecast(outlook, waiting, grid)
    due = _due(outlook, waiting, target, grid)
    # Planned for a boot that is late and a look that is, while there is time to put it right.
    slack = min(_SLACK * (late_boot - boot + _LOOK.total_seconds()), target / 2)
    lacking = _lacking(due, slack, boot, forecast)
    # A wait that is shorter than a boot cannot be kept by buying: then every chance is the last.
    last_chance = max(target - late_boot - _LOOK.total_seconds(), 0.0)
    overdue = [one for one in due if target - one.in_seconds >= last_chance]
    at_last = _lacking(overdue, 0.0, boot, forecast.doubted())
    count = min(max(lacking, at_last), demand.room_for_all)
    by_when = f"within {target:.0f} s, a boot taking {boot:.0f} s"
    if at_last and at_last >= lacking:
        reason = Reason(
            Rule.LAST_CHANCE, f"{count} new nodes or the oldest would start too late: {by_when}"
        )
        return count, (reason,)
    if not count:
        reason = Reason(Rule.BACKLOG, f"all start without new nodes {by_when}")
        return 0, (reason,)
    waits_until = last_chance - (target - due[0].in_seconds)
    if count == 1 and waits_until > 0:
        reason = Reason(
            Rule.LAZY_SINGLE,
            f"one new node may be needed, and can wait {waits_until:.0f} s: {by_when}",
        )
        return 0, (reason,)
    reason = Reason(
        Rule.BACKLOG, f"{count} new nodes are the fewest with which all start {by_when}"
    )
    return count, (reason,)


@dataclass(frozen=True, slots=True)
class _Forecast:
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

    def doubted(self) -> "_Forecast":
        """The same, relied on less: for the last chance."""
        return replace(self, margin=_MARGIN_AT_LAST, deviations=_DEVIATIONS_AT_LAST)


def _lacking(due: Sequence[_Due], slack: float, boot: float, forecast: _Forecast) -> int:
    """The least number of nodes bought now with which all of these start in time."""
    grid, least = forecast.grid, 0
    for one in due:
        by = max(one.in_seconds - slack, boot)
        sure = grid.value(forecast.expected, by) * (1.0 - forecast.margin)
        sure -= forecast.deviations * math.sqrt(grid.value(forecast.variance, by))
        missing = one.amount - max(0.0, sure)
        # Less than half a child is no child.
        if missing < forecast.child / 2:
            continue
        again = grid.value(forecast.again, by - boot)
        each = 1.0 + again * (1.0 - forecast.margin)
        count = math.ceil(missing / each - 1e-9)
        # The starts on the new nodes are as uncertain as those on the others.
        unsure = forecast.deviations * math.sqrt(forecast.spread * again * count * forecast.child)
        least = max(least, math.ceil((missing + unsure) / each - 1e-9))
    return least


def _due(outlook: Outlook, waiting: _Waiting, target: float, grid: Grid) -> list[_Due]:
    """The children that wait, in the order in which they came, with what is before each."""
    amounts: dict[datetime, float] = {}
    for queue in outlook.queues:
        count = waiting.left.get(queue.job, 0)
        # Those that find room now are those that have waited longest.
        placed = max(0, queue.pending_count - count)
        for at, children in _without_first(queue, placed, count, outlook.now):
            amounts[at] = amounts.get(at, 0.0) + children * waiting.share(queue.job)
    before = 0.0
    due: list[_Due] = []
    for at in sorted(amounts):
        before += amounts[at]
        in_seconds = target - (outlook.now - at).total_seconds()
        if due and in_seconds - due[-1].in_seconds < grid.step:
            # Too near to be told apart: all of them by the time of the first.
            due[-1] = _Due(before, due[-1].in_seconds)
        else:
            due.append(_Due(before, in_seconds))
    return due


def _without_first(
    queue: JobQueue, placed: int, count: int, now: datetime
) -> list[tuple[datetime, int]]:
    """Its cohorts less the first so many; children of unknown age count as having just come."""
    rest = []
    for cohort in queue.waiting:
        gone = min(placed, cohort.count)
        placed -= gone
        here = min(cohort.count - gone, count)
        count -= here
        if here:
            rest.append((cohort.dispatched_at, here))
    if count:
        rest.append((now, count))
    return rest


def _forecast(outlook: Outlook, waiting: _Waiting, grid: Grid) -> _Forecast:
    memory, child = outlook.memory, waiting.child
    laws = ServiceLaws(memory)
    next_law = _mixture(laws, waiting.left)
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
    return _Forecast(grid, expected, variance, again, spread, child)


def _starting_now(outlook: Outlook, waiting: _Waiting) -> float:
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


class ServiceLaws:
    """The law of each job and profile, worked out once in a decision."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._known: dict[tuple[str, str], ServiceLaw] = {}

    def of(self, job: str, profile: str = "") -> ServiceLaw:
        """The law of one profile where enough of it has been measured, else of the whole job."""
        key = (job, profile)
        if key not in self._known:
            by_profile = self._memory.service_seconds.get(job, {})
            own = by_profile.get(profile, ()) if profile else ()
            everything = (seconds for sample in by_profile.values() for seconds in sample)
            self._known[key] = law_of(own if len(own) >= SAMPLE_TRUSTED else everything)
        return self._known[key]


def _mixture(laws: ServiceLaws, left: Mapping[str, int]) -> ServiceLaw:
    """The law of the next child, whichever job it is of."""
    if len(left) == 1:
        return laws.of(next(iter(left)))
    total = sum(left.values())
    mixed: list[float] = []
    for job, count in left.items():
        # So many points of each law as it has a share, evenly chosen from its sample.
        sample, share = laws.of(job).sample, max(1, round(100 * count / total))
        mixed.extend(sample[int((point + 0.5) * len(sample) / share)] for point in range(share))
    return ServiceLaw(mixed)

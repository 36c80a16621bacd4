"""
What the lower bounds need to know of a workload in a pool.

Imports ``autoscaler.core``, the bounds, the simulator's workload and replay's conditions and scene.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autoscaler.bounds import Terms, Work, lower_bound
from autoscaler.core.resources import Ask
from autoscaler.core.settings import PoolSettings
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.scene import asks_of, slots_of
from autoscaler.simulator.workload import Arrival

#: What one allocation asks for of each dimension of a node, from 0 to 1.
_Shares = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What a plan has to keep to; of equal ones the bound is equal, whatever the settings."""

    terms: Terms
    #: Of a child of each job, by its allocations; empty where all children ask for the same.
    shares: tuple[tuple[str, tuple[_Shares, ...]], ...] = ()


def lower_bound_hours(
    settings: PoolSettings, conditions: Conditions, arrivals: Sequence[Arrival]
) -> float:
    """Node-hours that every plan costs with which no child starts late; 0 of no children."""
    return bound_hours(problem_of(settings, conditions, arrivals), arrivals)


def problem_of(
    settings: PoolSettings, conditions: Conditions, arrivals: Sequence[Arrival]
) -> Problem:
    """Of a pool's nodes and its children's asks.  Raises ``ConfigError`` as ``scene`` does."""
    jobs = sorted({one.job for one in arrivals} or set(settings.jobs))
    terms = terms_of(settings, conditions, arrivals)
    asks = {job: asks_of(job, settings, conditions) for job in jobs}
    single = all(len(groups) == 1 and groups[0].count == 1 for groups in asks.values())
    if single and len({groups[0].ask for groups in asks.values()}) == 1:
        return Problem(terms)
    shares = {
        job: tuple(_shares(group.ask, settings) for group in groups for _ in range(group.count))
        for job, groups in asks.items()
    }
    return Problem(terms, tuple(shares.items()))


def bound_hours(problem: Problem, arrivals: Sequence[Arrival]) -> float:
    """As above, of a problem that is known."""
    if not problem.shares:
        return lower_bound(work_of(arrivals), problem.terms) / 3600
    # Each allocation by itself: to have those of a child start together is no easier.
    shares = dict(problem.shares)
    work = [
        Work(one.at_seconds, one.service_seconds, part)
        for one in arrivals
        for part in shares[one.job]
    ]
    return lower_bound(work, problem.terms) / 3600


def terms_of(settings: PoolSettings, conditions: Conditions, arrivals: Sequence[Arrival]) -> Terms:
    """Of equal children; where asks differ, of so many as a node holds on the average."""
    counts = Counter(one.job for one in arrivals) or Counter(settings.jobs)
    nodes = sum(count / slots_of(settings, conditions, job) for job, count in counts.items())
    slots = max(1, round(counts.total() / nodes))
    return Terms(slots, conditions.boot_seconds, conditions.late_seconds)


def work_of(arrivals: Sequence[Arrival]) -> list[Work]:
    """The children, as the bounds know them; all ask for the same."""
    return [Work(one.at_seconds, one.service_seconds) for one in arrivals]


def _shares(ask: Ask, settings: PoolSettings) -> _Shares:
    node = settings.node
    shares = [ask.cpu_mhz / node.cpu, ask.memory_mib / node.memory]
    if node.disk:
        shares.append(ask.disk_mib / node.disk)
    return tuple(shares)

"""
What the lower bounds need to know of a workload in a pool.

Imports ``autoscaler.core``, the bounds, the simulator's workload and replay's conditions and scene.
"""

from collections.abc import Sequence

from autoscaler.bounds import Terms, Work, lower_bound
from autoscaler.core.settings import PoolSettings
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.scene import slots_of
from autoscaler.simulator.workload import Arrival


def lower_bound_hours(
    settings: PoolSettings, conditions: Conditions, arrivals: Sequence[Arrival]
) -> float:
    """Node-hours that every plan costs with which no child starts late; 0 of no children."""
    return bound_hours(arrivals, terms_of(settings, conditions, arrivals))


def bound_hours(arrivals: Sequence[Arrival], terms: Terms) -> float:
    """As above, in known terms."""
    return lower_bound(work_of(arrivals), terms) / 3600 if arrivals else 0.0


def terms_of(settings: PoolSettings, conditions: Conditions, arrivals: Sequence[Arrival]) -> Terms:
    """
    What a plan has to keep to.

    Where jobs ask for different amounts, each child counts as one of the smallest: what is a bound
    for these is one for all.
    """
    jobs = {one.job for one in arrivals} or set(settings.jobs)
    slots = max(slots_of(settings, conditions, job) for job in sorted(jobs))
    return Terms(slots, conditions.boot_seconds, conditions.late_seconds)


def work_of(arrivals: Sequence[Arrival]) -> list[Work]:
    """The children, as the bounds know them."""
    return [Work(one.at_seconds, one.service_seconds) for one in arrivals]

"""
Since when a job's pending children wait: exact when they are listed, reckoned in between.

Pure; imports ``autoscaler.core.model`` only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from autoscaler.core.model import Cohort

#: So many are enough to see the queue's ages by, however long it is.
COHORTS_MAX = 50

Cohorts = tuple[Cohort, ...]


def of_times(dispatched_at: Iterable[datetime]) -> Cohorts:
    """From each child's own time, oldest first."""
    return _merged([Cohort(at, 1) for at in dispatched_at])


def advanced(cohorts: Cohorts, arrived: int, pending: int, now: datetime) -> Cohorts:
    """
    What waits now, when so many have come since and so many wait in all.

    Those that came are taken to have come now, and those that started to be the oldest: Nomad
    promises no order, and the next listing tells.
    """
    grown = (*cohorts, Cohort(now, arrived)) if arrived > 0 else cohorts
    return _merged(_without_oldest(grown, sum(one.count for one in grown) - pending))


def not_before(cohorts: Cohorts, oldest_at: datetime) -> Cohorts:
    """Where it is known that none has waited for longer."""
    return _merged(
        [replace(one, dispatched_at=max(one.dispatched_at, oldest_at)) for one in cohorts]
    )


def with_oldest(cohorts: Cohorts, oldest_at: datetime) -> Cohorts:
    """Where it is known that one has waited since then, and none for longer."""
    known = not_before(cohorts, oldest_at)
    if not known or known[0].dispatched_at == oldest_at:
        return known
    return _merged([Cohort(oldest_at, 1), *_without_oldest(known, 1)])


def _without_oldest(cohorts: Cohorts, count: int) -> list[Cohort]:
    left = []
    for one in cohorts:
        taken = max(0, min(count, one.count))
        count -= taken
        if one.count > taken:
            left.append(replace(one, count=one.count - taken))
    return left


def _merged(cohorts: Sequence[Cohort]) -> Cohorts:
    """
    At most so many, those near in time together, each with the earliest time in it.

    A child may thus seem to have waited for longer than it has, never for less.
    """
    if not cohorts:
        return ()
    first, last = cohorts[0].dispatched_at, cohorts[-1].dispatched_at
    width = (last - first) / COHORTS_MAX if len(cohorts) > COHORTS_MAX else None
    found: dict[object, Cohort] = {}
    for one in cohorts:
        at = one.dispatched_at
        key = min(int((at - first) / width), COHORTS_MAX - 1) if width else at
        known = found.get(key)
        found[key] = replace(known, count=known.count + one.count) if known else one
    return tuple(found.values())

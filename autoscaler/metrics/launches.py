"""
Which failed launches are news: each is counted once, and each kind told once while it lasts.

Pure; imports core and ports.
"""

from dataclasses import dataclass

from autoscaler.core.memory import Memory, Trouble
from autoscaler.core.model import FailureKind, LaunchFailure
from autoscaler.ports import CycleReport

#: AWS lists an activity for weeks, and we read of the last hours: these are enough.
_KEPT_COUNT = 1000


@dataclass(frozen=True, slots=True)
class FreshFailure:
    """A failed launch of a group that has not been seen before."""

    group: str
    failure: LaunchFailure
    #: Whether the group's launches did not fail in this way just before.
    first_of_its_kind: bool


@dataclass(frozen=True, slots=True)
class SeenLaunches:
    """The failed launches of a pool that are no news any more."""

    #: Their activities, oldest first.
    activities: tuple[str, ...] = ()
    #: What was told of, while it lasts: a group and how its launches fail.
    told: frozenset[tuple[str, FailureKind]] = frozenset()


def seen_before(memory: Memory) -> SeenLaunches:
    """What the memory has counted was told by who wrote it."""
    troubles = memory.troubles
    return SeenLaunches(
        tuple(activity for trouble in troubles.values() for activity in trouble.activity_ids),
        frozenset((name, one.kind) for name, one in troubles.items() if one.count),
    )


def fresh_failures(
    report: CycleReport, seen: SeenLaunches
) -> tuple[tuple[FreshFailure, ...], SeenLaunches]:
    """Those of this cycle, group by group and oldest first, and what is seen from now on."""
    listed = [
        (group.name, failure)
        for group in report.observation.groups or ()
        for failure in group.failures
    ]
    known = dict.fromkeys(seen.activities)
    told = set(seen.told)
    found = []
    for name, failure in listed:
        if failure.activity_id in known:
            continue
        known[failure.activity_id] = None
        kind = (name, failure.kind)
        found.append(FreshFailure(name, failure, kind not in told))
        told.add(kind)
    troubles = report.memory.troubles
    told -= {kind for kind in told if not _lasts(troubles.get(kind[0]))}
    return tuple(found), SeenLaunches(tuple(known)[-_KEPT_COUNT:], frozenset(told))


def _lasts(trouble: Trouble | None) -> bool:
    return trouble is not None and trouble.count > 0

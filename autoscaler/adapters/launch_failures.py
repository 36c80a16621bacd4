"""
Which failed launches are news: each is counted once, and each kind told once while it lasts.

Imports core and ports.
"""

from collections.abc import Mapping
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


class LaunchFailures:
    """What was seen of each pool; what its memory has counted was told by who wrote that."""

    def __init__(self, memories: Mapping[str, Memory]) -> None:
        self._seen = {
            pool: dict.fromkeys(
                activity
                for trouble in memory.troubles.values()
                for activity in trouble.activity_ids
            )
            for pool, memory in memories.items()
        }
        self._told: dict[str, set[tuple[str, FailureKind]]] = {
            pool: {(name, one.kind) for name, one in memory.troubles.items() if one.count}
            for pool, memory in memories.items()
        }

    def fresh(self, report: CycleReport) -> tuple[FreshFailure, ...]:
        """Those of this cycle, group by group and oldest first."""
        seen = self._seen.setdefault(report.pool, {})
        told = self._told.setdefault(report.pool, set())
        found = []
        for group in report.observation.groups or ():
            for failure in group.failures:
                if failure.activity_id in seen:
                    continue
                seen[failure.activity_id] = None
                kind = (group.name, failure.kind)
                found.append(FreshFailure(group.name, failure, kind not in told))
                told.add(kind)
        for activity in list(seen)[:-_KEPT_COUNT]:
            del seen[activity]
        troubles = report.memory.troubles
        told -= {kind for kind in told if not _lasts(troubles.get(kind[0]))}
        return tuple(found)


def _lasts(trouble: Trouble | None) -> bool:
    return trouble is not None and trouble.count > 0

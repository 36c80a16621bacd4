"""
What an earlier run of the daemon left to be shown.

Imports core, ports and status.documents.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from autoscaler.core.decision import Decision
from autoscaler.ports import ActionReport
from autoscaler.status.documents import Point


@dataclass(frozen=True, slots=True)
class PastCycle:
    """Of a cycle what its decision tells; the names are those of ``CycleReport``."""

    pool: str
    cycle_id: str
    ended_at: datetime
    outcome: Literal["applied", "no_op", "failed"]
    duration_seconds: float
    decision: Decision
    actions: tuple[ActionReport, ...]


class Past(Protocol):
    """Where it is kept.  Never raises: what cannot be kept or had is done without."""

    def keep_minute(self, pool: str, point: Point) -> None:
        """Write one down, in place of what was written of it before."""

    def minutes(self, pool: str, since: datetime) -> tuple[Point, ...]:
        """Those from then on, oldest first."""

    def past_cycles(self, pool: str) -> tuple[PastCycle, ...]:
        """The last ones, and before them those of late that acted; oldest first."""

"""
What came of a simulation: cost, waits, and what went wrong.

Imports the standard library only.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationReport:
    """The figures of one run."""

    #: Launch to end of every instance, a minute at least each.
    node_seconds: float
    #: From dispatch to the first start, sorted.
    waits: tuple[float, ...]
    dispatched_count: int
    finished_count: int
    launched_count: int
    peak_count: int
    #: Children whose work we ended: must be zero.
    killed_count: int
    #: Children whose work AWS ended; they ran again.
    lost_count: int
    cycle_count: int
    crash_count: int
    #: Simulated seconds.
    ended_seconds: float
    #: What must never happen and did, in words.
    violations: tuple[str, ...] = ()

    @property
    def node_hours(self) -> float:
        """What is paid for."""
        return self.node_seconds / 3600

    @property
    def unserved_count(self) -> int:
        """Children that never finished."""
        return self.dispatched_count - self.finished_count

    @property
    def mean_wait(self) -> float:
        """Seconds."""
        return sum(self.waits) / len(self.waits) if self.waits else 0.0

    def wait(self, quantile: float) -> float:
        """The wait in seconds that this share of the children, from 0 to 1, did not exceed."""
        return quantile_of(self.waits, quantile)

    def late_count(self, limit_seconds: float) -> int:
        """Children that waited longer."""
        return sum(1 for wait in self.waits if wait > limit_seconds)

    def late_share(self, limit_seconds: float) -> float:
        """Of all that were dispatched; those that never started are late."""
        if not self.dispatched_count:
            return 0.0
        never = self.dispatched_count - len(self.waits)
        return (self.late_count(limit_seconds) + never) / self.dispatched_count


def quantile_of(ordered: Sequence[float], quantile: float) -> float:
    """The smallest of the ordered values that so large a share does not exceed; 0 of none."""
    if not ordered:
        return 0.0
    at = min(len(ordered) - 1, max(0, -int(-quantile * len(ordered) // 1) - 1))
    return ordered[at]

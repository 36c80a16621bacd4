"""
What is counted while a simulation runs, and what the invariants look at.

Imports the standard library only.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field


def _numbers() -> "array[float]":
    return array("d")


@dataclass(slots=True)
class Tally:
    """Counts of what happened so far."""

    dispatched_count: int = 0
    finished_count: int = 0
    #: Children whose work we ended.  The promise is that this stays zero.
    killed_count: int = 0
    #: Children whose work AWS ended: spot interruptions, retired instances.
    lost_count: int = 0
    #: Allocations on nodes that Nomad lost sight of.
    cut_off_count: int = 0
    #: Plans that landed on a machine that was gone already; they never began to work.
    stranded_count: int = 0
    #: Seconds from dispatch to the first start, by job.
    waits: dict[str, "array[float]"] = field(default_factory=dict)
    #: What we must never do, in words.
    offences: list[str] = field(default_factory=list)

    def start(self, job: str, wait_seconds: float) -> None:
        """A child began for the first time."""
        waits = self.waits.get(job)
        if waits is None:
            waits = self.waits[job] = _numbers()
        waits.append(wait_seconds)

    def ended(self, children_count: int, *, ours: bool) -> None:
        """Work was ended with its machine."""
        if ours:
            self.killed_count += children_count
        else:
            self.lost_count += children_count

    def offend(self, what: str) -> None:
        """Something was done that must never be."""
        self.offences.append(what)

    def all_waits(self) -> Iterator[float]:
        """Of every job, in no particular order."""
        for waits in self.waits.values():
            yield from waits

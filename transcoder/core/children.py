"""
Follow dispatched children by what Nomad, and their own logs, say of them.

Imports ``allocations``, ``task_log`` and the standard library.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from transcoder.core.allocations import (
    Allocation,
    exit_code_of,
    failure_words,
    newest_of,
    was_stopped,
)
from transcoder.core.task_log import Ending


class State(StrEnum):
    """Where a child stands."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


ENDED = (State.DONE, State.FAILED)


@dataclass(frozen=True, slots=True)
class Child:
    """One dispatched child."""

    id: str
    evaluation_id: str
    input: str
    profiles: str
    state: State = State.PENDING
    #: Why it failed, for people; and the code of the reason, where its task told one.
    detail: str | None = None
    reason: str | None = None
    #: What it published, as the store names it, where its task told.
    keys: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """The reason and its detail in one clause."""
        parts = [part for part in (self.reason, self.detail) if part]
        return ": ".join(parts) or "no reason is given"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many children stand where."""

    pending: int
    running: int
    done: int
    failed: int

    def __str__(self) -> str:
        ended = self.done + self.failed
        total = ended + self.pending + self.running
        parts = [f"{ended} of {total} ended"]
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{self.running} running", f"{self.pending} pending"]
        return ", ".join(parts)


def tally(states: Iterable[State]) -> Tally:
    """Count children by state."""
    known = list(states)
    return Tally(*(known.count(state) for state in State))


def moved(child: Child, status: str | None) -> Child:
    """
    The child at a job status of Nomad's: pending, running, or dead.

    None is for a job that is gone.  A dead child is still RUNNING here until its allocations have
    told how it ended (``ended``).
    """
    if child.state in ENDED:
        return child
    if status is None:
        detail = "the job is gone: purged, or collected as garbage, before its end was seen"
        return replace(child, state=State.FAILED, detail=detail)
    return replace(child, state=State.PENDING if status == "pending" else State.RUNNING)


def ended(child: Child, allocations: Iterable[Allocation], ending: Ending | None = None) -> Child:
    """
    A dead child with its end: done where its last allocation completed.

    ``ending`` is what the task's own log says of it.
    """
    newest = newest_of(allocations)
    if newest is None:
        return replace(child, state=State.FAILED, detail="it was stopped before it was placed")
    status = newest.get("ClientStatus")
    if status == "complete" and not was_stopped(newest):
        return replace(child, state=State.DONE, keys=ending.keys if ending else ())
    # The log may hold the words of an earlier attempt only: they count if the end is the same.
    if ending and ending.reason and ending.exit_code == exit_code_of(newest):
        return replace(child, state=State.FAILED, reason=ending.reason, detail=ending.detail)
    if status == "complete" or status in ("pending", "running"):
        stood = "running" if status == "complete" else status
        return replace(child, state=State.FAILED, detail=f"it was stopped while {stood}")
    return replace(child, state=State.FAILED, detail=failure_words(newest))

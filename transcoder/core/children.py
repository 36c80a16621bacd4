"""
Follow dispatched children by what Nomad says of them.

Imports the standard library only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a child stands."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


ENDED = (State.DONE, State.FAILED)

# What the transcoder's own exit codes tell; see ``core.outcome``.
_MEANINGS = {
    65: "bad input",
    66: "no such input",
    70: "a bug",
    75: "worth another attempt",
    78: "configuration",
    137: "killed; out of memory?",
    143: "stopped",
}


@dataclass(frozen=True, slots=True)
class Child:
    """One dispatched child; ``detail`` says why it failed."""

    id: str
    evaluation_id: str
    input: str
    profiles: str
    state: State = State.PENDING
    detail: str | None = None


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


def tally(children: Iterable[Child]) -> Tally:
    """Count children by state."""
    states = [child.state for child in children]
    return Tally(*(states.count(state) for state in State))


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


def ended(child: Child, allocations: Iterable[Mapping[str, Any]]) -> Child:
    """A dead child with its end: done where its last allocation completed."""
    newest = max(allocations, key=lambda a: int(a.get("CreateIndex", 0)), default=None)
    if newest is None:
        return replace(child, state=State.FAILED, detail="it was stopped before it was placed")
    status = newest.get("ClientStatus")
    if status == "complete":
        return replace(child, state=State.DONE)
    if status in ("pending", "running"):
        return replace(child, state=State.FAILED, detail=f"it was stopped while {status}")
    return replace(child, state=State.FAILED, detail=_why(newest))


def _why(allocation: Mapping[str, Any]) -> str:
    """What an allocation's task said last about its end."""
    status = str(allocation.get("ClientStatus", "unknown"))
    for name, state in (allocation.get("TaskStates") or {}).items():
        for event in reversed(state.get("Events") or []):
            if event.get("Type") == "Terminated":
                return f"{status}: task {name}: {_exit_words(event)}"
    return f"{status}: {allocation.get('ClientDescription') or 'no reason is given'}"


def _exit_words(event: Mapping[str, Any]) -> str:
    code, message = event.get("ExitCode"), event.get("DisplayMessage")
    meaning = _MEANINGS.get(code) if isinstance(code, int) else None
    said = str(message or f"Exit Code: {code}")
    return f"{said} ({meaning})" if meaning else said

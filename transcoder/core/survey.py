"""
What an operator sees of a job's children: where each stands, and the newest of them in detail.

Imports ``allocations``, ``children``, ``order``, ``redact``, ``task_log`` and the standard library.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from transcoder.core.allocations import (
    Allocation,
    ended_at,
    newest_of,
    node_of,
    restarts_of,
    started_at,
)
from transcoder.core.children import ENDED, Child, State, Tally, ended, tally
from transcoder.core.order import told_order
from transcoder.core.redact import redacted
from transcoder.core.task_log import Doing, Ending


@dataclass(frozen=True, slots=True)
class Listed:
    """One child as the server's list has it."""

    id: str
    #: Nomad's word: pending, running or dead.
    status: str
    #: In seconds since the epoch, by the server's clock.
    submitted_at: float
    #: Whether an allocation of it completed; and whether one failed or was lost.
    completed: bool = False
    failed: bool = False
    #: Whether somebody stopped the job; a stopped task completes too, in Nomad's words.
    stopped: bool = False
    #: What it was dispatched with; None where the list does not tell (Nomad before 1.5).
    meta: Mapping[str, str] | None = None

    @property
    def state(self) -> State:
        """Where it stands, as far as the list can tell."""
        if self.status in (State.PENDING, State.RUNNING):
            return State(self.status)
        return State.DONE if self.completed and not self.stopped else State.FAILED


@dataclass(frozen=True, slots=True)
class Listing:
    """All children of a job that the server knows, and the index to wait on for the next list."""

    children: tuple[Listed, ...]
    index: int
    #: Whether there were more than anybody reads.
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """What was read of one child; ``trouble`` says what could not be, and why."""

    meta: Mapping[str, str] | None = None
    allocations: Sequence[Allocation] = ()
    doing: Doing | None = None
    ending: Ending | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One child in detail; None is for what is not known, or not yet."""

    id: str
    state: State
    #: Since its dispatch (pending), its task's start (running) or its end.
    since_seconds: float | None
    input: str | None = None
    profiles: str | None = None
    node: str | None = None
    #: From 1: the attempt that runs, waits or was the last.
    attempt: int = 1
    doing: Doing | None = None
    #: Of the last failure; a running or pending child may have failed before.
    reason: str | None = None
    detail: str | None = None
    keys: tuple[str, ...] = ()
    #: What the task took, by its own account.
    took_seconds: float | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """A job's children at one moment."""

    job: str
    at: float
    tally: Tally
    oldest_pending_seconds: float | None
    rows: tuple[Row, ...]
    #: Whether there were more children than were counted.
    cut: bool = False

    def of(self, state: State) -> list[Row]:
        return [row for row in self.rows if row.state is state]


def chosen(children: Iterable[Listed], states: Iterable[State], most: int) -> list[Listed]:
    """
    The children to be looked at in detail: ``most`` of each state.

    Of those that wait the oldest, which are next; of all others the newest.
    """
    ordered = sorted(children, key=lambda one: (one.submitted_at, one.id))
    found: list[Listed] = []
    for state in states:
        of_state = [one for one in ordered if one.state is state]
        found += of_state[:most] if state is State.PENDING else of_state[::-1][:most]
    return found


def row(listed: Listed, found: Findings, now: float) -> Row:
    """One child in detail, from all that was read of it."""
    meta = found.meta or {}
    newest = newest_of(found.allocations)
    base = Row(
        id=listed.id,
        state=listed.state,
        since_seconds=max(0.0, now - listed.submitted_at),
        input=redacted(meta["input"]) if "input" in meta else None,
        profiles=told_order(meta) or None,
        trouble=found.trouble,
    )
    if newest is None:
        return _without_allocation(base, found)
    base = replace(
        base,
        node=node_of(newest),
        # One that waits has lost its last allocation, and will get another.
        attempt=len(found.allocations) + restarts_of(newest) + (listed.state is State.PENDING),
    )
    if listed.state in ENDED:
        return _with_end(base, newest, found, now)
    earlier = found.ending if found.ending and not found.ending.done else None
    base = replace(
        base,
        reason=earlier.reason if earlier else None,
        detail=earlier.detail if earlier else None,
    )
    if listed.state is State.PENDING:
        return base
    began = started_at(newest)
    return replace(
        base, doing=found.doing, since_seconds=None if began is None else max(0.0, now - began)
    )


def _without_allocation(base: Row, found: Findings) -> Row:
    # Where its allocations could not be read, nothing follows from there being none.
    if base.state in ENDED and found.trouble is None:
        end = ended(_as_child(base), ())
        return replace(base, state=end.state, detail=end.detail, since_seconds=None)
    return base


def _with_end(base: Row, newest: Allocation, found: Findings, now: float) -> Row:
    end = ended(_as_child(base), found.allocations, found.ending)
    over = ended_at(newest)
    return replace(
        base,
        state=end.state,
        since_seconds=None if over is None else max(0.0, now - over),
        reason=end.reason,
        detail=end.detail,
        keys=end.keys,
        took_seconds=found.ending.seconds if found.ending else None,
    )


def _as_child(base: Row) -> Child:
    return Child(base.id, "", base.input or "", base.profiles or "")


def survey(job: str, listing: Listing, rows: Sequence[Row], now: float) -> Survey:
    """
    All together.

    What was seen in detail sets right what the list could only guess.
    """
    states = {one.id: one.state for one in listing.children}
    states |= {one.id: one.state for one in rows}
    pending = [one.submitted_at for one in listing.children if one.state is State.PENDING]
    return Survey(
        job=job,
        at=now,
        tally=tally(states.values()),
        oldest_pending_seconds=max(0.0, now - min(pending)) if pending else None,
        rows=tuple(rows),
        cut=listing.cut,
    )

"""
The journal's records of cycles: how each is written, kept within bounds, and read again.

A record holds all that its decision was made with: the observation, the settings, the memory and
the instant.  They are kept as pieces, so that what stays as it is is kept once for many records.
Imports journal_forms, journal_pieces, core, ports and sqlite3.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from autoscaler.adapters import journal_forms as forms
from autoscaler.adapters.journal_pieces import Volume, fresh_text, texts_of
from autoscaler.core.decision import Decision
from autoscaler.core.memory import Memory
from autoscaler.core.model import Observation
from autoscaler.core.settings import PoolSettings
from autoscaler.ports import ActionReport, CycleReport

#: At each write up to so many of the oldest cycles go that are beyond a bound.
PRUNED_AT_ONCE = 20
#: What is read of fresh texts is kept for the records that follow: so many at most.
_FRESH_MAX = 128
_COLUMNS = "id, pool, cycle_id, at, outcome, seconds, observation, decision, actions, now, base"
_PRUNE = """
    DELETE FROM cycle
    WHERE id < (SELECT min(id) FROM cycle) + :at_once
    AND (at < :oldest OR id <= :newest - :count OR :full)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is kept; the oldest go first."""

    age: timedelta = timedelta(days=30)
    #: Cycles.
    count: int = 200_000
    #: The file; cycles go until it is no larger.
    size_bytes: int = 512 * 1024 * 1024
    #: Children that finished, and as many counts of those that came.
    child_count: int = 1_000_000


@dataclass(frozen=True, slots=True)
class CycleRecord:
    """
    One cycle as it was written down.

    ``decide(record.observation, record.settings, record.memory, record.now)`` gives its decision
    again.  Those three are None, and the memory in the decision is empty, in records of a version
    that did not keep them, or that wrote them otherwise.
    """

    pool: str
    cycle_id: str
    at: datetime
    outcome: str
    seconds: float
    observation: Observation
    decision: Decision
    actions: tuple[ActionReport, ...]
    settings: PoolSettings | None = None
    #: What the cycle was handed.
    memory: Memory | None = None
    now: datetime | None = None


class Records:
    """Writes records.  For one that has the connection's lock, inside its transaction."""

    def __init__(self) -> None:
        self._volume = Volume()
        #: The number of the last cycle before the volume.
        self._base = 0

    def forget(self) -> None:
        """A write failed: what it added may not be there to be referred to."""
        self._volume = Volume()

    def add(self, connection: sqlite3.Connection, report: CycleReport) -> int:
        """Write one; returns its number."""
        if self._volume.is_full:
            self._volume = Volume()
        if not self._volume.entry_count:
            (last,) = connection.execute("SELECT max(id) FROM cycle").fetchone()
            self._base = last or 0
        entry = self._volume.add(
            text.encode()
            for text in (
                forms.written_observation(report.observation),
                forms.written_settings(report.settings),
                forms.written_memory(report.memory_before),
                forms.written_memory(report.decision.memory),
            )
        )
        # Numbered by ourselves: entries of a volume refer to each other by their distance.
        number = self._base + self._volume.entry_count
        row = (
            number,
            report.pool,
            report.cycle_id,
            text_of(report.ended_at),
            report.outcome,
            report.duration_seconds,
            entry.parts,
            forms.written_decision(report.decision),
            forms.written_actions(report.actions),
            text_of(report.now),
            self._base,
        )
        marks = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO cycle ({_COLUMNS}) VALUES ({marks})", row)  # noqa: S608 - of constants
        connection.execute("INSERT OR REPLACE INTO text VALUES (?, ?)", (number, entry.fresh))
        return number


def prune(
    connection: sqlite3.Connection, newest: int, now: datetime, bounds: Bounds, *, full: bool
) -> bool:
    """Let go of some cycles that are beyond the bounds; whether any was."""
    limits = {
        "at_once": PRUNED_AT_ONCE,
        "oldest": text_of(now - bounds.age),
        "newest": newest,
        "count": bounds.count,
        "full": full,
    }
    if not connection.execute(_PRUNE, limits).rowcount:
        return False
    # A volume's texts go with the last cycle that may refer to them.
    connection.execute("DELETE FROM text WHERE id <= (SELECT min(base) FROM cycle)")
    return True


def read(
    connection: sqlite3.Connection, where: str, *arguments: object
) -> Iterator[CycleRecord | None]:
    """
    The records of a query's ``where`` and all behind it; None: cannot be read by this version.

    Raises ``sqlite3.Error``.
    """
    fresh = _Fresh(connection)
    query = f"SELECT {_COLUMNS} FROM cycle WHERE {where}"  # noqa: S608 - of constants
    for row in connection.execute(query, arguments):
        yield _record(row, fresh)


class _Fresh:
    """The fresh texts, those of late at hand."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[int, bytes] = {}

    def __call__(self, number: int) -> bytes:
        if number not in self._known:
            query = "SELECT fresh FROM text WHERE id = ?"
            row = self._connection.execute(query, (number,)).fetchone()
            if row is None:
                raise ValueError(f"the text of cycle {number} is gone")
            if len(self._known) >= _FRESH_MAX:
                del self._known[next(iter(self._known))]
            self._known[number] = fresh_text(row[0])
        return self._known[number]


def _record(row: tuple[Any, ...], fresh: Callable[[int], bytes]) -> CycleRecord | None:
    number, pool, cycle_id, at, outcome, seconds, seen, decision, actions, now, base = row
    try:
        texts = (zlib.decompress(seen),) if base is None else texts_of(seen, number, fresh)
        record = CycleRecord(
            pool,
            cycle_id,
            datetime.fromisoformat(at),
            outcome,
            seconds,
            forms.read_observation(texts[0].decode()),
            forms.read_decision(decision),
            forms.read_actions(actions),
        )
    except (ValueError, zlib.error):
        return None  # Of a version that wrote it otherwise.
    return record if base is None else _with_given(record, now, texts)


def _with_given(record: CycleRecord, now: str, texts: Sequence[bytes]) -> CycleRecord:
    _, settings, before, after = texts
    try:
        return replace(
            record,
            settings=forms.read_settings(settings.decode()),
            memory=forms.read_memory(before.decode()),
            now=datetime.fromisoformat(now),
            decision=replace(record.decision, memory=forms.read_memory(after.decode())),
        )
    except ValueError:
        return record


def text_of(at: datetime) -> str:
    """In UTC and always as long, so that texts sort as the instants do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")

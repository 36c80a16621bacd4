"""
The journal: what was learned of each pool, and why each cycle decided as it did, in SQLite.

It serves people and restarts, and correctness never hangs on it: a journal that cannot be opened
is done without, a broken one is set aside, and what cannot be written is said once.
Imports the journal modules beside it, alarms, core, ports, status, sqlite3 and structlog.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from autoscaler.adapters import journal_children as children
from autoscaler.adapters import journal_forms as forms
from autoscaler.adapters import journal_history as history
from autoscaler.adapters.journal_file import TooNew, connect, is_broken, set_aside
from autoscaler.adapters.journal_records import (
    Bounds,
    CycleRecord,
    Records,
    prune,
    read,
    text_of,
)
from autoscaler.adapters.journal_tally import Tally
from autoscaler.alarms import Alarms
from autoscaler.core.memory import Memory
from autoscaler.core.model import Observation
from autoscaler.core.shifting import shifted
from autoscaler.ports import CycleReport
from autoscaler.status.documents import Point
from autoscaler.status.past import PastCycle

_log = structlog.get_logger()

FILE_NAME = "journal.sqlite3"

#: What is known of the moment is of no use to one who comes back later than that.
_MOMENT = timedelta(minutes=2)


def open_journal(
    directory: Path,
    now: datetime,
    *,
    read_only: bool = False,
    bounds: Bounds | None = None,
    alarms: Alarms | None = None,
) -> "Journal | None":
    """
    Open the journal in a directory, which is made where there is none; None: do without.

    One that is no database any more is renamed, with ``now`` in its name, and a new one begun.
    Read only, nothing is made or changed, and a journal that is not there is no news.
    """
    path = directory / FILE_NAME
    alarms = alarms or Alarms(lambda: now)
    try:
        if read_only and not path.exists():
            return None
        try:
            journal = Journal(path, read_only=read_only, bounds=bounds, alarms=alarms)
        except sqlite3.Error as error:
            if read_only or not is_broken(error):
                raise
            set_aside(path, now, error)
            journal = Journal(path, bounds=bounds, alarms=alarms)
    except (OSError, sqlite3.Error) as error:
        mend = "give the service's user that directory, or set state_dir to one that it has"
        _do_without(path, error, mend, alarms)
    except TooNew as error:
        _do_without(path, error, "run that version again, or move the file away", alarms)
    else:
        alarms.clear("journal.unavailable")
        alarms.clear("journal.failing")
        return journal
    return None


def _do_without(path: Path, error: Exception, mend: str, alarms: Alarms) -> None:
    _log.warning("journal.unavailable", path=str(path), error=str(error), mend=mend)
    what = f"no journal is kept, so nothing is remembered over a restart: {path}: {error}"
    alarms.sound("journal.unavailable", what=what, mend=mend)


class Journal:
    """
    One file.  Only the making of one raises: ``OSError``, ``sqlite3.Error`` and ``TooNew``.

    For any thread: a lock lets one in at a time.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        bounds: Bounds | None = None,
        alarms: Alarms | None = None,
    ) -> None:
        self._path = path
        self._alarms = alarms
        self._bounds = bounds or Bounds()
        self._lock = threading.Lock()
        self._failing = False
        self._replaced = False
        self._records = Records()
        self._tallies: dict[str, Tally] = {}
        self._connection = connect(path, read_only=read_only)

    def close(self) -> None:
        """Let the file go; what is written later is lost."""
        with self._lock:
            self._connection.close()

    def memory(self, pool: str, now: datetime) -> Memory | None:
        """What was remembered of a pool last; None if nothing was, or it cannot be read."""
        rows = self._read("SELECT saved_at, memory FROM memory WHERE pool = ?", pool)
        if not rows:
            return None
        ((saved_at, text),) = rows
        try:
            memory = forms.unpacked_memory(text)
        except ValueError as error:
            then = "what was learned is learned anew"
            _log.warning("journal.memory_ignored", pool=pool, error=_brief(error), then=then)
            return None
        age = now - datetime.fromisoformat(saved_at)
        if age < timedelta(0):
            # The clock was set back since: as if it had been saved just now.
            memory = shifted(memory, age)
        return memory if timedelta(0) <= age <= _MOMENT else without_the_moment(memory)

    def remember(self, pool: str, memory: Memory, now: datetime) -> None:
        """Keep it in place of what was remembered before."""
        with self._saying_failures(now):
            row = (pool, text_of(now), forms.packed_memory(memory))
            with self._lock, self._connection:
                self._connection.execute("INSERT OR REPLACE INTO memory VALUES (?, ?, ?)", row)

    def record(self, report: CycleReport) -> None:
        """Add a cycle, and let go of some that are beyond the bounds."""
        with self._saying_failures(report.ended_at), self._lock:
            try:
                with self._connection:
                    newest = self._records.add(self._connection, report)
                    self._prune(newest, report.ended_at)
            except BaseException:
                self._records.forget()
                raise

    def note(self, pool: str, observed: Observation, now: datetime) -> None:
        """Count the children that came and finished since the observation before."""
        with self._saying_failures(now), self._lock:
            tally = self._tallies.get(pool)
            if tally is None:
                tally = self._tallies[pool] = Tally(children.counted(self._connection, pool))
            tally.see(observed, now)
            if not tally.is_due(now):
                return
            with self._connection:
                children.write(self._connection, pool, tally, self._bounds)
            tally.written(now)

    def keep_minute(self, pool: str, point: Point) -> None:
        """Write a minute of the pool's down, in place of what was written of it before."""
        with self._saying_failures(point.at), self._lock, self._connection:
            history.write(self._connection, pool, point)

    def minutes(self, pool: str, since: datetime) -> tuple[Point, ...]:
        """A pool's minutes from then on, oldest first; none where they cannot be read."""
        found: list[Point] = []
        with self._reading():
            found.extend(history.read(self._connection, pool, since))
        return tuple(found)

    def past_cycles(self, pool: str) -> tuple[PastCycle, ...]:
        """A pool's last cycles, without what they saw; oldest first."""
        found: list[PastCycle] = []
        with self._reading():
            found.extend(history.past_cycles(self._connection, pool))
        return tuple(found)

    def pools(self) -> tuple[str, ...]:
        """The pools of which cycles are written down, by name."""
        return tuple(
            pool for (pool,) in self._read("SELECT DISTINCT pool FROM cycle ORDER BY pool")
        )

    def cycles(self, pool: str, *, last: int) -> tuple[CycleRecord, ...]:
        """The last so many cycles of a pool that were written down, oldest first."""
        records: list[CycleRecord | None] = []
        with self._reading():
            where = "pool = ? ORDER BY id DESC LIMIT ?"
            records.extend(read(self._connection, where, pool, last))
        found = tuple(one for one in reversed(records) if one is not None)
        if len(found) < len(records):
            _log.warning("journal.cycles_ignored", pool=pool, count=len(records) - len(found))
        return found

    def _prune(self, newest: int, now: datetime) -> None:
        size, pages, free = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_size", "page_count", "freelist_count")
        )
        full = (pages - free) * size > self._bounds.size_bytes
        if prune(self._connection, newest, now, self._bounds, full=full):
            self._connection.execute("PRAGMA incremental_vacuum(256)").fetchall()

    def _read(self, query: str, *arguments: object) -> list[Any]:
        rows: list[Any] = []
        with self._reading(), closing(self._connection.execute(query, arguments)) as cursor:
            rows.extend(cursor.fetchall())
        return rows

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """What cannot be read is said, and done without."""
        try:
            with self._lock:
                yield
        except sqlite3.Error as error:
            _log.warning("journal.unreadable", path=str(self._path), error=str(error))

    @contextmanager
    def _saying_failures(self, now: datetime) -> Iterator[None]:
        """What goes wrong inside is said once, and so is that it is right again."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:
            if is_broken(error) and not self._replaced:
                self._replace(now, error)
            elif not self._failing:
                mend = "is the disk full, or the file held by another process?"
                path = str(self._path)
                _log.warning("journal.failing", path=path, error=_brief(error), mend=mend)
                self._failing = True
                if self._alarms is not None:
                    what = f"what happens is not written down: {path}: {_brief(error)}"
                    self._alarms.sound("journal.failing", what=what, mend=mend)
        else:
            if self._failing:
                _log.info("journal.recovered", path=str(self._path))
                if self._alarms is not None:
                    self._alarms.clear("journal.failing")
            self._failing = False

    def _replace(self, now: datetime, error: Exception) -> None:
        """Once only: a disk that breaks every file is not to be filled with them."""
        self._replaced = True
        with self._lock, self._saying_failures(now):
            self._connection.close()
            set_aside(self._path, now, error)
            self._connection = connect(self._path, read_only=False)


def without_the_moment(memory: Memory) -> Memory:
    """Nodes may have worked meanwhile, and children come that nobody counted."""
    fresh = Memory()
    return replace(
        memory,
        idle_since=fresh.idle_since,
        ends=fresh.ends,
        arrivals=fresh.arrivals,
        dispatched=fresh.dispatched,
        nodeless_since=fresh.nodeless_since,
    )


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:300]

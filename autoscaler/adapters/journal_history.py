"""
What the status page shows of the past, kept over restarts: each pool's last day by the minute, and
its last decisions.

Imports journal_forms, status.documents, status.past and sqlite3.
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from autoscaler.adapters import journal_forms as forms
from autoscaler.status.documents import Point
from autoscaler.status.past import PastCycle

#: Longer than anybody looks back.
_KEPT = timedelta(hours=25)
#: So many of the last cycles are told of, and of those that acted so many among the last.
_LAST, _ACTED, _AMONG = 100, 50, 5000
_COLUMNS = "at, pending, running, oldest_seconds, busy, idle, cordoned, in_flight, desired"


def write(connection: sqlite3.Connection, pool: str, point: Point) -> None:
    """
    Keep a minute in place of what was written of it before, and let go of what is too old.

    Inside the caller's transaction.  Raises ``sqlite3.Error``.
    """
    at = point.at.timestamp()
    row = (
        pool,
        at,
        point.pending,
        point.running,
        point.oldest_seconds,
        point.busy,
        point.idle,
        point.cordoned,
        point.in_flight,
        point.desired,
    )
    marks = ", ".join("?" * len(row))
    query = f"INSERT OR REPLACE INTO minute (pool, {_COLUMNS}) VALUES ({marks})"  # noqa: S608 - of constants
    connection.execute(query, row)
    # Of whichever pool, so that those of one that is served no more go too.
    connection.execute("DELETE FROM minute WHERE at < ?", (at - _KEPT.total_seconds(),))


def read(connection: sqlite3.Connection, pool: str, since: datetime) -> tuple[Point, ...]:
    """The minutes of a pool from then on, oldest first.  Raises ``sqlite3.Error``."""
    query = f"SELECT {_COLUMNS} FROM minute WHERE pool = ? AND at >= ? ORDER BY at"  # noqa: S608 - of constants
    rows = connection.execute(query, (pool, since.timestamp()))
    return tuple(Point(datetime.fromtimestamp(at, UTC), *figures) for at, *figures in rows)


def past_cycles(connection: sqlite3.Connection, pool: str) -> tuple[PastCycle, ...]:
    """
    A pool's last cycles, and before them those of late that acted; oldest first.

    What another version wrote otherwise is left out.  Raises ``sqlite3.Error``.
    """
    # Without the observation, which is most of a record and takes the longest to read.
    columns = "id, cycle_id, at, outcome, seconds, decision, actions"
    last = f"SELECT {columns} FROM cycle WHERE pool = ? ORDER BY id DESC LIMIT ?"  # noqa: S608 - of constants
    acted = (
        f"SELECT {columns} FROM (SELECT {columns} FROM cycle WHERE pool = ? ORDER BY id DESC"  # noqa: S608 - of constants
        " LIMIT ?) WHERE actions <> '[]' ORDER BY id DESC LIMIT ?"
    )
    rows = {
        row[0]: row[1:]
        for query, arguments in ((last, (pool, _LAST)), (acted, (pool, _AMONG, _ACTED)))
        for row in connection.execute(query, arguments)
    }
    found = (_past(pool, rows[number]) for number in sorted(rows))
    return tuple(one for one in found if one is not None)


def _past(pool: str, row: tuple[Any, ...]) -> PastCycle | None:
    cycle_id, at, outcome, seconds, decision, actions = row
    try:
        return PastCycle(
            pool,
            cycle_id,
            datetime.fromisoformat(at),
            outcome,
            seconds,
            forms.read_decision(decision),
            forms.read_actions(actions),
        )
    except ValueError:
        return None

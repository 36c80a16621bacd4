"""
The minutes of each pool's last day in the journal: what the status page draws, kept over restarts.

Imports status.documents and sqlite3.
"""

import sqlite3
from datetime import UTC, datetime, timedelta

from autoscaler.status.documents import Point

#: Longer than anybody looks back.
_KEPT = timedelta(hours=25)
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

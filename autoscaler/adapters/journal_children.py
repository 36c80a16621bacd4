"""
The children of each job in the journal: when they came, and of those that finished how long they
worked.

Imports journal_tally, journal_records' bounds, how Nomad names children, and sqlite3.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from autoscaler.adapters.journal_records import PRUNED_AT_ONCE, Bounds
from autoscaler.adapters.journal_tally import Came, Counted, Done, Tally
from autoscaler.adapters.nomad_replies import own_name

_COUNT_JOB = """
    INSERT INTO job (pool, name, watched_since, counted_at, dispatched_count)
    VALUES (:pool, :name, :at, :at, :count)
    ON CONFLICT (pool, name) DO UPDATE
    SET counted_at = excluded.counted_at, dispatched_count = excluded.dispatched_count
"""
#: A child of several allocations works until the last of them ends.
_ADD_CHILD = """
    INSERT INTO child (job, name, dispatched_at, placed_at, seconds, profile)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (job, name) DO UPDATE SET seconds = max(seconds, excluded.seconds)
"""


def counted(connection: sqlite3.Connection, pool: str) -> dict[str, Counted]:
    """The last count of each of the pool's jobs.  Raises ``sqlite3.Error``."""
    query = "SELECT name, dispatched_count, counted_at FROM job WHERE pool = ?"
    return {name: Counted(count, _at(at)) for name, count, at in connection.execute(query, (pool,))}


def write(connection: sqlite3.Connection, pool: str, tally: Tally, bounds: Bounds) -> None:
    """
    Write down what is new, inside the caller's transaction.

    What was written before by whatever run, the same child or the same count, adds nothing.
    """
    for name, one in tally.counted.items():
        row = {"pool": pool, "name": name, "at": one.at.timestamp(), "count": one.count}
        connection.execute(_COUNT_JOB, row)
    if not (tally.has_news and tally.counted):
        return
    query = "SELECT name, id FROM job WHERE pool = ?"
    jobs = dict(connection.execute(query, (pool,)))
    _add_arrivals(connection, tally.came, jobs)
    _add_children(connection, tally.done, jobs)
    _prune(connection, max(one.at for one in tally.counted.values()), bounds)


def _add_arrivals(
    connection: sqlite3.Connection, came: Iterable[Came], jobs: Mapping[str, int]
) -> None:
    connection.executemany(
        "INSERT INTO arrival (job, since, at, count) VALUES (?, ?, ?, ?)",
        [
            (
                jobs[one.job],
                None if one.since is None else one.since.timestamp(),
                one.at.timestamp(),
                one.count,
            )
            for one in came
        ],
    )


def _add_children(
    connection: sqlite3.Connection, done: Iterable[Done], jobs: Mapping[str, int]
) -> None:
    rows = []
    for one in done:
        child = one.child
        began_at = child.placed_at or one.at - timedelta(seconds=child.seconds)
        rows.append(
            (
                jobs.get(one.job),
                child.child and own_name(child.child),
                (child.dispatched_at or began_at).timestamp(),
                began_at.timestamp(),
                child.seconds,
                child.profile,
            )
        )
    # A job that Nomad counts no children of has no number yet; nor is it asked for then.
    connection.executemany(_ADD_CHILD, [row for row in rows if row[0] is not None])


def _prune(connection: sqlite3.Connection, now: datetime, bounds: Bounds) -> None:
    for table, at in (("arrival", "at"), ("child", "dispatched_at")):
        # More than come as a rule, so that what is beyond a bound gets fewer.
        connection.execute(
            f"DELETE FROM {table} WHERE id < (SELECT min(id) FROM {table}) + :at_once"  # noqa: S608 - of constants
            f" AND ({at} < :oldest OR id <= (SELECT max(id) FROM {table}) - :count)",
            {
                "at_once": PRUNED_AT_ONCE * 10,
                "oldest": (now - bounds.age).timestamp(),
                "count": bounds.child_count,
            },
        )


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

"""
What the journal holds, written out: a trace as CSV, decisions as JSON lines, and how much there is.

Imports the journal modules beside it.
"""

import contextlib
import csv
import gzip
import io
import json
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from autoscaler.adapters import journal_forms as forms
from autoscaler.adapters.journal import FILE_NAME
from autoscaler.adapters.journal_reading import pools, reading, the_pool
from autoscaler.adapters.journal_records import CycleRecord, read, text_of
from autoscaler.adapters.journal_trace import Stretch, Trace, instants_of

#: The name of standard output.
STDOUT = Path("-")


def write_trace(trace: Trace, target: Path) -> None:
    """
    Write ``arrival_s,service_s,job,profile`` with a header line; ``-`` is standard output.

    Gzipped where the name ends in ``.gz``.  Raises ``OSError``.
    """
    with _opened(target) as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(("arrival_s", "service_s", "job", "profile"))
        rows.writerows(
            (f"{one.at_seconds:.3f}", f"{one.service_seconds:.3f}", one.job, one.profile or "")
            for one in trace.arrivals
        )


def write_decisions(
    target: Path, directory: Path, pool: str | None, stretch: Stretch
) -> tuple[int, int]:
    """
    Write one JSON object a line, oldest first: each decision and all that went into it.

    Returns how many, and how many records of other versions could not be read.  Raises
    ``InputError`` where there is no such journal or pool, and ``OSError``.
    """
    written = passed_over = 0
    with reading(directory) as connection, _opened(target) as out:
        pool = the_pool(connection, directory, pool)
        query = "SELECT at FROM cycle WHERE pool = ? ORDER BY id DESC LIMIT 1"
        row = connection.execute(query, (pool,)).fetchone()
        last_word = datetime.fromisoformat(row[0]) if row else datetime.fromtimestamp(0, UTC)
        begin, end = instants_of(stretch, last_word)
        where = "pool = ? AND at >= ? AND at <= ? ORDER BY id"
        for record in read(connection, where, pool, text_of(begin), text_of(end)):
            if record is None:
                passed_over += 1
                continue
            out.write(json.dumps(_told(record), separators=(",", ":")) + "\n")
            written += 1
    return written, passed_over


def stats(directory: Path) -> Iterator[str]:
    """How much the journal holds, in lines for people.  Raises ``InputError``."""
    path = directory / FILE_NAME
    with reading(directory) as connection:
        (version,) = connection.execute("PRAGMA main.user_version").fetchone()
        size = path.stat().st_size
        lines = [f"{path}: {size / 1e6:.1f} MB, version {version}"]
        for pool in pools(connection):
            lines.append(f"pool {pool}")
            lines.append(f"  decisions  {_decisions(connection, pool)}")
            lines.append(f"  children   {_children(connection, pool)}")
    yield from lines


def _told(record: CycleRecord) -> dict[str, Any]:
    seen = json.loads(forms.written_observation(record.observation))
    settings, memory = record.settings, record.memory
    decision = json.loads(forms.written_decision(record.decision))
    del decision["memory"]  # The next decision's, all but what was done.
    return {
        "pool": record.pool,
        "cycle_id": record.cycle_id,
        "now": None if record.now is None else text_of(record.now),
        "ended_at": text_of(record.at),
        "outcome": record.outcome,
        "seconds": record.seconds,
        "decision": decision,
        "actions": json.loads(forms.written_actions(record.actions)),
        "observation": seen["observation"],
        # By the kind that nodes name.
        "facts": seen["facts"],
        "settings": settings and json.loads(forms.written_settings(settings)),
        "memory": memory and json.loads(forms.written_memory(memory)),
    }


def _decisions(connection: sqlite3.Connection, pool: str) -> str:
    query = "SELECT count(*), min(at), max(at) FROM cycle WHERE pool = ?"
    count, first, last = connection.execute(query, (pool,)).fetchone()
    if not count:
        return "none"
    return f"{count} from {first[:19]}Z to {last[:19]}Z"


def _children(connection: sqlite3.Connection, pool: str) -> str:
    ours = "job IN (SELECT id FROM job WHERE pool = ?)"
    came, known = (
        connection.execute(f"SELECT {what} FROM {table} WHERE {ours}", (pool,)).fetchone()[0]  # noqa: S608 - of constants
        for what, table in (("sum(count)", "arrival"), ("count(*)", "child"))
    )
    query = "SELECT min(watched_since), max(counted_at) FROM job WHERE pool = ?"
    first, last = connection.execute(query, (pool,)).fetchone()
    if first is None:
        return "none counted"
    span = " to ".join(
        f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}Z" for at in (first, last)
    )
    return f"{came or 0} came from {span}; service times: {known}"


@contextlib.contextmanager
def _opened(target: Path) -> Iterator[TextIO]:
    if target == STDOUT:
        yield sys.stdout
        sys.stdout.flush()
        return
    if target.suffix == ".gz":
        # Without a name or a time in it: equal traces are equal files.
        with (
            target.open("wb") as raw,
            gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
            io.TextIOWrapper(packed, encoding="utf-8") as out,
        ):
            yield out
        return
    with target.open("w", encoding="utf-8", newline="") as out:
        yield out

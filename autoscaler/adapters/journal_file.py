"""
The journal's file: opened, brought to the newest form, or set aside where it is broken.

Imports sqlite3 and structlog.
"""

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import structlog

_log = structlog.get_logger()

#: Each brings the file from the version that is its index to the next.  Only ever appended to.
_MIGRATIONS = (
    """
    CREATE TABLE memory (pool TEXT PRIMARY KEY, saved_at TEXT NOT NULL, memory TEXT NOT NULL);
    CREATE TABLE cycle (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        pool TEXT NOT NULL,
        cycle_id TEXT NOT NULL,
        at TEXT NOT NULL,
        outcome TEXT NOT NULL,
        seconds REAL NOT NULL,
        observation BLOB NOT NULL,
        decision TEXT NOT NULL,
        actions TEXT NOT NULL
    );
    CREATE INDEX cycle_of_pool ON cycle (pool, id);
    """,
    # From here on ``cycle.observation`` holds the parts of several texts (journal_pieces); ``base``
    # is the number of the last cycle before its volume, and null in rows of version 1.
    """
    ALTER TABLE cycle ADD COLUMN now TEXT;
    ALTER TABLE cycle ADD COLUMN base INTEGER;
    CREATE INDEX cycle_base ON cycle (base);
    CREATE TABLE text (id INTEGER PRIMARY KEY, fresh BLOB NOT NULL);
    CREATE TABLE job (
        id INTEGER PRIMARY KEY,
        pool TEXT NOT NULL,
        name TEXT NOT NULL,
        watched_since REAL NOT NULL,
        counted_at REAL NOT NULL,
        dispatched_count INTEGER NOT NULL,
        UNIQUE (pool, name)
    );
    CREATE TABLE arrival (
        id INTEGER PRIMARY KEY,
        job INTEGER NOT NULL,
        since REAL,
        at REAL NOT NULL,
        count INTEGER NOT NULL
    );
    CREATE TABLE child (
        id INTEGER PRIMARY KEY,
        job INTEGER NOT NULL,
        name TEXT,
        dispatched_at REAL NOT NULL,
        placed_at REAL,
        seconds REAL NOT NULL,
        profile TEXT,
        UNIQUE (job, name)
    );
    """,
    # The status page's day.  Ordered by time, as it is let go of.
    """
    CREATE TABLE minute (
        pool TEXT NOT NULL,
        at REAL NOT NULL,
        pending INTEGER,
        running INTEGER,
        oldest_seconds REAL,
        busy INTEGER,
        idle INTEGER,
        cordoned INTEGER,
        in_flight INTEGER,
        desired INTEGER,
        PRIMARY KEY (at, pool)
    ) WITHOUT ROWID;
    """,
)
#: What a file of this program's own is of.
NEWEST_VERSION = len(_MIGRATIONS)
#: What makes an older file look like the newest to one who may only read.
_WITHOUT_PIECES = """
    CREATE TEMP VIEW cycle AS SELECT *, NULL AS now, NULL AS base FROM main.cycle;
    CREATE TEMP TABLE text (id, fresh);
    CREATE TEMP TABLE job (id, pool, name, watched_since, counted_at, dispatched_count);
    CREATE TEMP TABLE arrival (id, job, since, at, count);
    CREATE TEMP TABLE child (id, job, name, dispatched_at, placed_at, seconds, profile);
"""
_WITHOUT_MINUTES = """
    CREATE TEMP TABLE minute (
        pool, at, pending, running, oldest_seconds, busy, idle, cordoned, in_flight, desired
    );
"""
#: By its version.
_AS_NEWEST = {1: (_WITHOUT_PIECES, _WITHOUT_MINUTES), 2: (_WITHOUT_MINUTES,)}
#: How long another process may hold a lock: a cycle waits no longer for its journal.
_TIMEOUT_SECONDS = 1.0
_WAL_MAX_BYTES = 16 * 1024 * 1024
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class TooNew(Exception):
    """A later version of the program wrote the file."""


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open the file, for any thread.  Raises ``OSError``, ``sqlite3.Error`` and ``TooNew``."""
    if read_only:
        connection = _reading(path)
    else:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Before SQLite does: it would let others read, and gives its side files the same rights.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = _connection(path.resolve().as_uri())
    try:
        if not read_only:
            # In this order: the way of vacuuming is settled before the first page is written.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA journal_size_limit = {_WAL_MAX_BYTES}")
        _migrate(connection, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def is_broken(error: Exception) -> bool:
    """Whether it says that the file is no database, or no whole one."""
    # The low byte is the kind of error, what is above it the detail.
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _BROKEN


def set_aside(path: Path, now: datetime, error: Exception) -> None:
    """Rename a broken file, and what SQLite keeps beside it.  Raises ``OSError``."""
    aside = path.with_name(f"{path.name}.corrupt-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    _log.warning(
        "journal.set_aside",
        path=str(aside),
        error=str(error),
        then="a new one is begun; what was learned is learned anew",
        mend="look for trouble with the disk; the file may be removed",
    )


def _reading(path: Path) -> sqlite3.Connection:
    """Beside one who writes, or where nobody does and nothing may be made beside the file."""
    uri = path.resolve().as_uri()
    connection = _connection(f"{uri}?mode=ro")
    try:
        connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        connection.close()
        written_to = not path.exists() or path.with_name(f"{path.name}-wal").exists()
        if written_to or not isinstance(error, sqlite3.OperationalError):
            raise
        # SQLite makes side files even to read, unless it is told that nobody writes.
        return _connection(f"{uri}?mode=ro&immutable=1")
    return connection


def _connection(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=_TIMEOUT_SECONDS, check_same_thread=False)


def _migrate(connection: sqlite3.Connection, *, read_only: bool) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    newest = NEWEST_VERSION
    if version > newest:
        raise TooNew(f"it is of version {version}, and this program knows up to {newest}")
    if read_only:
        if version == 0:
            raise sqlite3.OperationalError("nothing was written into it yet")
        for script in _AS_NEWEST.get(version, ()):
            connection.executescript(script)
        return
    for number in range(version, newest):
        connection.executescript(
            f"BEGIN IMMEDIATE; {_MIGRATIONS[number]} PRAGMA user_version = {number + 1}; COMMIT"
        )

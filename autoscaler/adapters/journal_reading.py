"""
Open a journal to look at it: never changed, whole at one moment, beside a daemon or without one.

Imports the journal modules beside it, errors and sqlite3.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from autoscaler.adapters.journal import FILE_NAME
from autoscaler.adapters.journal_file import TooNew, connect, is_broken
from autoscaler.errors import InputError


@contextmanager
def reading(directory: Path) -> Iterator[sqlite3.Connection]:
    """
    Give the journal of a state directory to be read.

    What a daemon writes meanwhile does not show.  Raises ``InputError`` with the mend, also for
    what turns out broken while it is read.
    """
    path = directory / FILE_NAME
    if not directory.is_dir():
        raise InputError(f"{directory}: no such directory; name the daemon's state_dir")
    try:
        if not path.exists():
            raise InputError(
                f"{path}: no journal there; a daemon whose state_dir is {directory} writes one "
                "from its first cycle on"
            )
        with closing(connect(path, read_only=True)) as connection:
            connection.execute("BEGIN")
            yield connection
    except TooNew as error:
        raise InputError(f"{path}: {error}; use the version that wrote it, or a later") from error
    except (OSError, sqlite3.Error) as error:
        raise InputError(f"{path}: cannot be read: {error}; {_mend(error)}") from error


def pools(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The pools that it tells of."""
    query = "SELECT pool FROM job UNION SELECT pool FROM cycle ORDER BY pool"
    return tuple(pool for (pool,) in connection.execute(query))


def the_pool(connection: sqlite3.Connection, directory: Path, pool: str | None) -> str:
    """The pool of that name, or the only one.  Raises ``InputError`` that names those there are."""
    known = pools(connection)
    if pool is None and len(known) == 1:
        return known[0]
    if pool is not None and pool in known:
        return pool
    names = ", ".join(known) or "no pool yet"
    wrong = "which pool? Say with --pool" if pool is None else f"no pool {pool!r}"
    raise InputError(f"{wrong}: the journal in {directory} tells of {names}")


def _mend(error: Exception) -> str:
    if is_broken(error):
        return "it is no whole database any more: the daemon sets it aside and begins a new one"
    return "run this as the service's user, or as root"

"""
The file in the state directory that holds the pauses: ``pauses.json``, by pool.

Only ``autoscaler pause`` and ``autoscaler resume`` write it, whole and by rename; without a pause
there is no file.  Imports core, errors and pydantic.
"""

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from autoscaler.core.pause import Pause
from autoscaler.errors import AutoscalerError

FILE_NAME = "pauses.json"
WHY_MAX = 200

_VERSION = 1
#: Far more than hundreds of pools need.
_BYTES_MAX = 1 << 20
#: Another command holds the lock for milliseconds, or hangs.
_LOCK_SECONDS = 5.0
_LOCK_POLL_SECONDS = 0.05


class PausesUnreadable(AutoscalerError):
    """What is paused is not known; the message says which file, and why."""


class PausesUnwritable(AutoscalerError):
    """Nothing was changed; the message says why, and the mend."""


@dataclass(frozen=True, slots=True)
class _Form:
    version: int
    pauses: dict[str, Pause]


_FORM = TypeAdapter(_Form)


def read_pauses(directory: Path) -> Mapping[str, Pause]:
    """
    By pool, expired ones included; none where there is no file.

    Raises ``PausesUnreadable``, and ``OSError`` where time may mend it.
    """
    path = directory / FILE_NAME
    try:
        with path.open("rb") as file:
            text = file.read(_BYTES_MAX + 1)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    try:
        return _read(text)
    except ValueError as error:
        raise PausesUnreadable(f"{path} cannot be read: {_why(error)}") from error


def set_pauses(directory: Path, wanted: Mapping[str, Pause], now: datetime) -> Mapping[str, Pause]:
    """
    Add these; returns those in force that they replace.

    Raises ``PausesUnwritable``, and ``PausesUnreadable``: other pools' pauses must not be lost.
    """
    replaced: dict[str, Pause] = {}

    def change(known: Mapping[str, Pause]) -> Mapping[str, Pause]:
        replaced.update((pool, known[pool]) for pool in wanted if pool in known)
        return {**known, **wanted}

    _change(directory, now, change)
    return replaced


def end_pauses(
    directory: Path, pools: Collection[str] | None, now: datetime
) -> Mapping[str, Pause]:
    """
    Of these pools, or of all; returns those that were in force.

    Raises as ``set_pauses`` does; where all are ended, a file that cannot be read goes as well.
    """
    ended: dict[str, Pause] = {}

    def change(known: Mapping[str, Pause]) -> Mapping[str, Pause]:
        ended.update((pool, one) for pool, one in known.items() if pools is None or pool in pools)
        return {pool: one for pool, one in known.items() if pool not in ended}

    _change(directory, now, change, whatever_it_is=pools is None)
    return ended


def _change(
    directory: Path,
    now: datetime,
    change: Callable[[Mapping[str, Pause]], Mapping[str, Pause]],
    *,
    whatever_it_is: bool = False,
) -> None:
    """From those in force to others, under a lock, so that of two commands neither is lost."""
    try:
        with _locked(directory) as descriptor:
            try:
                known = read_pauses(directory)
            except PausesUnreadable:
                if not whatever_it_is:
                    raise
                known = {}
            in_force = {pool: one for pool, one in known.items() if one.in_force(now)}
            _write(directory, change(in_force))
            os.fsync(descriptor)  # A pause outlives the machine's end as well.
    except FileNotFoundError as error:
        mend = "start the daemon once, which makes it, or make it as the daemon's user"
        raise PausesUnwritable(f"there is no directory {directory}; {mend}") from error
    except PermissionError as error:
        mend = "run this as root, or as the user that the daemon runs as"
        raise PausesUnwritable(f"{directory} is another user's; {mend}") from error
    except OSError as error:
        raise PausesUnwritable(f"{directory / FILE_NAME} cannot be written: {error}") from error


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[int]:
    """
    Lock the directory itself, and lend it: a file for that would have an owner of its own.

    Raises ``OSError``.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        ends = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= ends:
                    raise TimeoutError("another command has it locked, and hangs") from error
                time.sleep(_LOCK_POLL_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


def _write(directory: Path, pauses: Mapping[str, Pause]) -> None:
    """Whole or not at all, for the daemon's user alone to read.  Raises ``OSError``."""
    path = directory / FILE_NAME
    if not pauses:
        path.unlink(missing_ok=True)
        return
    text = _FORM.dump_json(_Form(_VERSION, dict(pauses)), indent=2) + b"\n"
    # Made anew under a name that nobody can guess, with mode 0600.
    descriptor, name = tempfile.mkstemp(prefix=f".{FILE_NAME}-", dir=directory)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if os.geteuid() == 0:
                # The daemon, which may well be no root, has to read what root writes.
                owner = directory.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _read(text: bytes) -> Mapping[str, Pause]:
    """Raises ``ValueError``."""
    if len(text) > _BYTES_MAX:
        raise ValueError(f"it has more than {_BYTES_MAX} bytes")
    form = _FORM.validate_json(text)
    if form.version != _VERSION:
        raise ValueError(f"it is of version {form.version}, and this program reads {_VERSION}")
    for pool, pause in form.pauses.items():
        if any(at is not None and at.tzinfo is None for at in (pause.since, pause.until)):
            raise ValueError(f"an instant in the pause of {pool} has no time zone")
        for said in (pause.why, pause.by):
            problem = problem_of(said)
            if problem is not None:
                raise ValueError(f"what the pause of {pool} says {problem}")
    return form.pauses


def _why(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]


def problem_of(text: str) -> str | None:
    """What keeps a text from being shown everywhere in one line; None where nothing does."""
    if not text.strip():
        return "is empty"
    if not text.isprintable():
        return "is not one line of printable characters"
    if len(text) > WHY_MAX:
        return f"has {len(text)} characters, and may have {WHY_MAX}"
    return None

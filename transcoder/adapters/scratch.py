"""
Room for one attempt's work, gone at its end, however that comes.

A directory of our own: no attempt ever meets the debris of another.  One that was killed outright
cannot clean up; the next attempt does, as the kernel lets go of a dead owner's lock.
Imports ``ports`` and ``errors``.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from transcoder.errors import Reason, TaskError
from transcoder.ports import Hold

_PREFIX = "transcoder-"
_LOCK = ".owner"


@contextmanager
def scratch_space(parent: Path, hold: Hold) -> Iterator[Path]:
    """A new empty directory under ``parent``, which is made where it is not there."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with hold():
            path, lock = _make(parent)
    except OSError as error:
        detail = f"the scratch space {parent} cannot be used: {error.strerror}"
        raise TaskError(Reason.BAD_SETTING, detail) from error
    try:
        _remove_abandoned(parent, path)
        yield path
    finally:
        with hold():
            rmtree(path, ignore_errors=True)
            os.close(lock)


def _make(parent: Path) -> tuple[Path, int]:
    """A directory and the lock that its owner holds; it gets its name only once it is locked."""
    unnamed = Path(tempfile.mkdtemp(prefix=".making-", dir=parent))
    lock = os.open(unnamed / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    path = unnamed.with_name(_PREFIX + unnamed.name.removeprefix(".making-"))
    return unnamed.rename(path), lock


def _remove_abandoned(parent: Path, own: Path) -> None:
    """Remove what attempts have left whose process is gone."""
    for path in parent.glob(f"{_PREFIX}*"):
        if path != own and _is_abandoned(path / _LOCK):
            rmtree(path, ignore_errors=True)


def _is_abandoned(lock_path: Path) -> bool:
    try:
        lock = os.open(lock_path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        # Gone meanwhile, or none of ours.
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(lock)

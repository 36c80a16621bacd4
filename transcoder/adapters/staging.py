"""
Hidden room in a directory, where files become whole before anybody sees them.

It is gone at the end.  One that was killed outright cannot clean up; a later one does, as the
kernel lets go of a dead owner's lock.  Imports ``errors``.
"""

import errno
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from transcoder.errors import Reason, TaskError

_PREFIX = ".upload-"
_LOCK = ".owner"
# Network file systems may know no lock of another host's: what changed lately is left alone.
_ABANDONED_SECONDS = 3600
_FULL = (errno.ENOSPC, errno.EDQUOT)
# What a file system says that has no hard links, or not between these two places.
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_PASSING = (errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENETUNREACH, errno.EHOSTDOWN)


class Staging:
    """
    A new hidden directory in ``parent``, which is made where it is not there; close it.

    Raises OSError.
    """

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self._lock = os.open(self.path / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        _try_lock(self._lock)

    def close(self) -> None:
        """Remove it with all that is still in it."""
        rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def remove_abandoned(parent: Path) -> None:
    """Remove what has been left by those whose process is gone."""
    for path in parent.glob(f"{_PREFIX}*"):
        if _is_abandoned(path):
            rmtree(path, ignore_errors=True)


def link(source: Path, target: Path) -> bool:
    """
    Give a file a second name; False where the file system cannot.

    Of two that do so at once, one gets FileExistsError.
    """
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno in _NO_LINKS:
            return False
        raise
    return True


def claim(staged: Path, path: Path) -> bool:
    """Give a staged file a name that none has yet; False where one has it."""
    try:
        if not link(staged, path):
            # The name first, by which one of two wins; for a moment it is an empty file's.
            path.touch(exist_ok=False)
            staged.replace(path)
    except FileExistsError:
        return False
    return True


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable; raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def told_errors(directory: Path) -> Iterator[None]:
    """Turn what the file system says into a TaskError."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise TaskError(Reason.DISK_FULL, f"the disk of {directory} is full") from error
        reason = Reason.STORE_UNAVAILABLE if error.errno in _PASSING else Reason.OUTPUT_FORBIDDEN
        raise TaskError(reason, f"{directory} cannot be used: {error}") from error


def _is_abandoned(path: Path) -> bool:
    try:
        newest = max(entry.stat().st_mtime for entry in (path, *path.rglob("*")))
        lock = os.open(path / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        # Gone meanwhile, or none of ours.
        return False
    try:
        return time.time() - newest > _ABANDONED_SECONDS and _try_lock(lock)
    finally:
        os.close(lock)


def _try_lock(handle: int) -> bool:
    """Lock a file; False where another holds it; True also where there are no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True

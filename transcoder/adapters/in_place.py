"""
Inputs that are here, as the Arrival port: read where they are, never copied.

Imports ``ports`` and ``errors``.
"""

import hashlib
import os
import stat
from pathlib import Path

from transcoder.errors import Reason, TaskError
from transcoder.ports import Feed, Fetched

_READ_BYTES = 1 << 18


class InPlace:
    """A file that is here: nothing is copied, and only its content's hash is to be found out."""

    def __init__(self, path: Path, facts: os.stat_result) -> None:
        self._path = path
        self._size = facts.st_size
        self._version = _version(facts)

    @property
    def path(self) -> Path:
        """The file itself."""
        return self._path

    def is_streamable(self) -> bool:
        """No: a file that is here can be read in any order."""
        return False

    def feed(self) -> Feed:
        """All of it."""
        return _File(self._path)

    def is_settled(self) -> bool:
        """Yes: hashing takes a moment for each gigabyte, and waits for nobody."""
        return True

    def whole(self) -> Fetched:
        """
        The file and its hash.

        Hashed here rather than in a thread: whether anything is to be done at all depends on it,
        and a stop signal gets through between two blocks.
        """
        try:
            with self._path.open("rb") as file:
                md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        except OSError as error:
            raise _unreadable(self._path, error) from error
        return Fetched(self._path, md5.hexdigest(), self._size)

    def confirm(self) -> None:
        """Raise TaskError where the file is another by now: what was read is no one version."""
        try:
            version = _version(self._path.stat())
        except OSError as error:
            raise _unreadable(self._path, error) from error
        if version != self._version:
            detail = f"{self._path} changed while it was read; is it still being written?"
            raise TaskError(Reason.SOURCE_UNAVAILABLE, detail)


def _version(facts: os.stat_result) -> tuple[int, int, int]:
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def in_place(path: Path, most_bytes: int) -> InPlace:
    """A file on this disk; raises TaskError where it is none that can be read."""
    try:
        facts = path.stat()
        # A pipe or a device would never end, and cannot be read twice.
        if not stat.S_ISREG(facts.st_mode):
            raise TaskError(Reason.MISSING_INPUT, f"{path} is no regular file")
        if facts.st_size > most_bytes:
            detail = f"{path} is larger than the limit of {most_bytes} bytes"
            raise TaskError(Reason.TOO_LARGE, detail)
        if facts.st_size == 0:
            raise TaskError(Reason.EMPTY_INPUT, f"{path} holds no byte")
        with path.open("rb"):
            return InPlace(path.absolute(), facts)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> TaskError:
    if isinstance(error, PermissionError):
        return TaskError(Reason.INPUT_FORBIDDEN, f"{path} may not be read")
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return TaskError(Reason.MISSING_INPUT, f"{path} cannot be read: {said}")


class _File:
    """A file's bytes as a feed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def read(self) -> bytes:
        """The next bytes; empty at the end."""
        with self._path.open("rb", buffering=0) as file:
            file.seek(self._read)
            chunk = file.read(_READ_BYTES)
        self._read += len(chunk)
        return chunk

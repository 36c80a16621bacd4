"""
Results in a local directory.  A file that is there is whole: it is renamed into place.

What made a file stands in the file itself (its comment), so that it can be moved without losing it.
Imports ``core``, ``ports`` and ``errors``.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from transcoder.core.command import COMMENT
from transcoder.core.media import Media
from transcoder.errors import Reason, TaskError
from transcoder.ports import Label, Published

# Ours have five or so.
_BOXES_MOST = 64


class DirectoryStore:
    """Publishes into one directory, which is made where it is not there."""

    def __init__(self, directory: Path, probe: Callable[[Path], Media]) -> None:
        self._directory = directory.absolute()
        self._probe = probe

    def check(self) -> None:
        """Raise TaskError where nothing can be written here."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            detail = f"{self._directory} cannot be made: {error.strerror}"
            raise TaskError(Reason.OUTPUT_FORBIDDEN, detail) from error
        if not os.access(self._directory, os.W_OK | os.X_OK):
            raise TaskError(Reason.OUTPUT_FORBIDDEN, f"{self._directory} may not be written to")

    def uri(self, name: str) -> str:
        return str(self._directory / name)

    def key(self, name: str) -> str:
        return name

    def find(self, name: str, settings: str) -> Published | None:
        """The file of that name, where it is whole and its comment tells the same settings."""
        path = self._directory / name
        if not path.is_file() or not _is_whole(path):
            return None
        try:
            media = self._probe(path)
        except TaskError:
            # Whatever lies there is none of ours; publishing replaces it.
            return None
        if media.comment != COMMENT + settings or not media.video:
            return None
        picture = media.video[0]
        size = path.stat().st_size
        return Published(size, picture.width, picture.height, media.duration_seconds)

    def publish(self, path: Path, name: str, label: Label) -> None:  # noqa: ARG002
        """Copy under a name that nobody takes for a result, make it durable, then rename."""
        # The label is the port's: here the file's own comment says it.
        try:
            handle, part = tempfile.mkstemp(prefix=f".{name}.", dir=self._directory)
        except OSError as error:
            raise _store_error(error, self._directory) from error
        try:
            with os.fdopen(handle, "wb") as target, path.open("rb") as source:
                shutil.copyfileobj(source, target, 1 << 20)
                target.flush()
                os.fchmod(target.fileno(), 0o644)
                os.fsync(target.fileno())
            Path(part).replace(self._directory / name)
        except OSError as error:
            raise _store_error(error, self._directory) from error
        finally:
            Path(part).unlink(missing_ok=True)
        self._sync_directory()

    def _sync_directory(self) -> None:
        handle = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_whole(path: Path) -> bool:
    """
    Whether an MP4's boxes end where the file does.

    What we rename into place is whole; what a copy or a full disk left there may not be, and the
    description at its start opens all the same.
    """
    size = path.stat().st_size
    position = 0
    with path.open("rb") as file:
        for _ in range(_BOXES_MOST):
            file.seek(position)
            head = file.read(16)
            if len(head) < 8:
                break
            length = int.from_bytes(head[:4])
            # A length of 1 says that the real one follows the name.
            length = int.from_bytes(head[8:16]) if length == 1 else length
            if length < 8:
                return False
            position += length
    return size > 0 and position == size


def _store_error(error: OSError, directory: Path) -> TaskError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TaskError(Reason.DISK_FULL, f"the disk of {directory} is full")
    return TaskError(Reason.OUTPUT_FORBIDDEN, f"{directory} cannot be written: {error}")

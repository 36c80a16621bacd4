"""
Bring a remote body to disk: resumed, bounded, hashed while it passes.

Which protocol it comes by is the remote's business.  Imports ``core`` and ``errors``.
"""

import errno
import hashlib
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Protocol

from transcoder.core.identity import Identity
from transcoder.core.retry import Backoff
from transcoder.errors import Reason, TaskError, TransientError

CHUNK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be fetched, for how long, how slowly, and how often it is tried."""

    most_bytes: int = 20 << 30
    timeout_seconds: float = 6 * 3600.0
    backoff: Backoff = field(default_factory=Backoff)
    #: A body that comes slower than this for so long is asked for again.
    slow_bytes_per_second: float = 10 * 1024.0
    slow_seconds: float = 60.0
    #: Room that must be free, as a multiple of the body: for itself and for what is made of it.
    room_factor: float = 1.25


@dataclass(frozen=True, slots=True)
class Body:
    """An answer: from which byte on it goes, how long the whole is, and which version it is of."""

    start: int
    total: int | None
    #: A strong validator, or None where the server gives none: such a body is not resumed.
    tag: str | None
    chunks: Iterator[bytes]
    #: The place and its version, where the tag makes one.
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What came."""

    md5: str
    bytes: int
    identity: Identity | None


class Remote(Protocol):
    """Something that can be read from a byte on."""

    def open(self, start: int, tag: str | None) -> AbstractContextManager[Body]:
        """
        Ask for the body from ``start`` on, if it is still of the version ``tag``.

        A body that starts at 0 though more was asked for is a new version, or a server that
        cannot resume.  Raises TransientError and TaskError, also while the chunks are read.
        """

    def identify(self) -> Identity | None:
        """Which version is there now; None where that is not told.  Raises as ``open`` does."""


class Watcher(Protocol):
    """Hears how a download goes; whatever it raises ends the download."""

    def begun(self, total: int | None) -> None:
        """A body comes, of so many bytes in all."""

    def grown(self, received: int) -> None:
        """So many bytes, from the first one on, are in the file."""

    def voided(self) -> None:
        """All that has come is of no use; called before any of it is overwritten."""


class Unwatched:
    """Hears nothing."""

    def begun(self, total: int | None) -> None:
        """Nobody wants to know."""

    def grown(self, received: int) -> None:
        """Nobody wants to know."""

    def voided(self) -> None:
        """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a download needs of the world besides the remote."""

    wait: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = random.random
    monotonic: Callable[[], float] = time.monotonic
    free_bytes: Callable[[Path], int] = lambda directory: shutil.disk_usage(directory).free


class _TooSlowError(TransientError):
    """An attempt that brought too little to count as one that got on."""


class Download:
    """One remote body on its way to one file."""

    def __init__(
        self,
        remote: Remote,
        limits: Limits,
        watcher: Watcher | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        self._remote = remote
        self._limits = limits
        self._watcher = watcher or Unwatched()
        self._around = surroundings or Surroundings()
        self._received = 0
        self._tag: str | None = None
        self._identity: Identity | None = None
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._deadline = self._around.monotonic() + limits.timeout_seconds

    def to_file(self, path: Path) -> Downloaded:
        """Write the whole body.  Raises TaskError."""
        failures = 0
        try:
            with path.open("wb", buffering=0) as file:
                while True:
                    before = self._received
                    try:
                        self._attempt(file, path.parent)
                    except TransientError as error:
                        got_on = self._received > before and not isinstance(error, _TooSlowError)
                        # An attempt that brought something earns a fresh start.
                        failures = 1 if got_on else failures + 1
                        self._give_up_or_wait(failures, error)
                    else:
                        break
        except OSError as error:
            raise _disk_error(error) from error
        return Downloaded(self._md5.hexdigest(), self._received, self._identity)

    def _attempt(self, file: FileIO, directory: Path) -> None:
        start = self._received if self._tag is not None else 0
        with self._remote.open(start, self._tag) as body:
            if body.start != self._received:
                self._restart(file, body)
            self._tag, self._identity = body.tag, body.identity
            self._check_size(body.total or 0)
            self._check_room(body.total, directory)
            self._watcher.begun(body.total)
            pace = _Pace(self._limits, self._around.monotonic)
            for chunk in body.chunks:
                self._check_size(self._received + len(chunk))
                self._check_time()
                self._take(chunk, file)
                if self._received != body.total:
                    pace.check(len(chunk))
            if body.total is not None and self._received != body.total:
                detail = f"the body ended after {self._received} of {body.total} bytes"
                raise TransientError(detail)

    def _take(self, chunk: bytes, file: FileIO) -> None:
        rest = memoryview(chunk)
        while rest:
            rest = rest[file.write(rest) :]
        self._md5.update(chunk)
        self._received += len(chunk)
        self._watcher.grown(self._received)

    def _restart(self, file: FileIO, body: Body) -> None:
        if body.start != 0:
            raise TransientError(f"asked for byte {self._received} on, got {body.start} on")
        self._watcher.voided()
        file.seek(0)
        file.truncate()
        self._received = 0
        self._md5 = hashlib.md5(usedforsecurity=False)

    def _check_size(self, size: int) -> None:
        if size > self._limits.most_bytes:
            detail = f"the input is larger than the limit of {self._limits.most_bytes} bytes"
            raise TaskError(Reason.TOO_LARGE, detail)

    def _check_room(self, total: int | None, directory: Path) -> None:
        """Raise where the disk would be full before the end: found now, it costs nothing."""
        if total is None:
            return
        wanted = int(total * self._limits.room_factor) - self._received
        free = self._around.free_bytes(directory)
        if wanted > free:
            detail = (
                f"the input of {total} bytes and its results need {wanted} bytes of scratch space, "
                f"and {directory} has {free} left: give it more room"
            )
            raise TaskError(Reason.DISK_FULL, detail)

    def _check_time(self) -> None:
        if self._around.monotonic() > self._deadline:
            detail = f"the fetch took longer than {self._limits.timeout_seconds:.0f} s"
            raise TaskError(Reason.SOURCE_UNAVAILABLE, detail)

    def _give_up_or_wait(self, failures: int, error: TransientError) -> None:
        self._check_time()
        backoff = self._limits.backoff
        if failures >= backoff.attempts:
            detail = f"gave up after {failures} attempts: {error.detail}"
            raise TaskError(Reason.SOURCE_UNAVAILABLE, detail) from error
        self._around.wait(
            backoff.wait_seconds(failures, error.retry_after_seconds, self._around.draw)
        )


class _Pace:
    """Finds out a body that drips: each of its chunks is in time, and there is no end to them."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._since = monotonic()
        self._bytes = 0

    def check(self, size: int) -> None:
        """Count a chunk; raises where the last stretch of time brought too little."""
        self._bytes += size
        seconds = self._monotonic() - self._since
        if seconds < self._limits.slow_seconds:
            return
        rate = self._bytes / seconds
        if rate < self._limits.slow_bytes_per_second:
            raise _TooSlowError(f"only {rate:.0f} bytes a second came for {seconds:.0f} s")
        self._since, self._bytes = self._monotonic(), 0


def _disk_error(error: OSError) -> TaskError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TaskError(Reason.DISK_FULL, "the disk is full: give the scratch space more room")
    return TaskError(Reason.BAD_SETTING, f"the scratch space cannot be written: {error}")

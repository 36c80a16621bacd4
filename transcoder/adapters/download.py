"""
Bring a remote body to disk: resumed, bounded, hashed while it passes.

Which protocol it comes by is the remote's business.  Imports ``core.retry`` and ``errors``.
"""

import errno
import hashlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from transcoder.core.retry import Backoff
from transcoder.errors import Reason, TaskError, TransientError

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be fetched, for how long, and how often it is tried."""

    most_bytes: int = 20 << 30
    timeout_seconds: float = 6 * 3600.0
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(frozen=True, slots=True)
class Body:
    """An answer: from which byte on it goes, how long the whole is, and which version it is of."""

    start: int
    total: int | None
    #: A strong validator, or None where the server gives none: such a body is not resumed.
    tag: str | None
    chunks: Iterator[bytes]


class Remote(Protocol):
    """Something that can be read from a byte on."""

    def open(self, start: int, tag: str | None) -> AbstractContextManager[Body]:
        """
        Ask for the body from ``start`` on, if it is still of the version ``tag``.

        A body that starts at 0 though more was asked for is a new version, or a server that
        cannot resume.  Raises TransientError and TaskError, also while the chunks are read.
        """


class Download:
    """One remote body on its way to one file."""

    def __init__(
        self,
        remote: Remote,
        limits: Limits,
        wait: Callable[[float], None] = time.sleep,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._remote = remote
        self._limits = limits
        self._wait = wait
        self._draw = draw
        self._received = 0
        self._tag: str | None = None
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._deadline = time.monotonic() + limits.timeout_seconds

    def to_file(self, path: Path) -> tuple[str, int]:
        """Write the whole body; its MD5 and its length.  Raises TaskError."""
        failures = 0
        with path.open("wb") as file:
            while True:
                before = self._received
                try:
                    self._attempt(file)
                except TransientError as error:
                    # An attempt that brought something earns a fresh start.
                    failures = 1 if self._received > before else failures + 1
                    self._give_up_or_wait(failures, error)
                except OSError as error:
                    raise _disk_error(error) from error
                else:
                    return self._md5.hexdigest(), self._received

    def _attempt(self, file: BinaryIO) -> None:
        start = self._received if self._tag is not None else 0
        with self._remote.open(start, self._tag) as body:
            if body.start != self._received:
                self._restart(file, body)
            self._tag = body.tag
            self._check_size(body.total or 0)
            for chunk in body.chunks:
                self._check_size(self._received + len(chunk))
                self._check_time()
                file.write(chunk)
                self._md5.update(chunk)
                self._received += len(chunk)
            file.flush()
            if body.total is not None and self._received != body.total:
                detail = f"the body ended after {self._received} of {body.total} bytes"
                raise TransientError(detail)

    def _restart(self, file: BinaryIO, body: Body) -> None:
        if body.start != 0:
            raise TransientError(f"asked for byte {self._received} on, got {body.start} on")
        file.seek(0)
        file.truncate()
        self._received = 0
        self._md5 = hashlib.md5(usedforsecurity=False)

    def _check_size(self, size: int) -> None:
        if size > self._limits.most_bytes:
            detail = f"the input is larger than the limit of {self._limits.most_bytes} bytes"
            raise TaskError(Reason.TOO_LARGE, detail)

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            detail = f"the fetch took longer than {self._limits.timeout_seconds:.0f} s"
            raise TaskError(Reason.SOURCE_UNAVAILABLE, detail)

    def _give_up_or_wait(self, failures: int, error: TransientError) -> None:
        self._check_time()
        backoff = self._limits.backoff
        if failures >= backoff.attempts:
            detail = f"gave up after {failures} attempts: {error.detail}"
            raise TaskError(Reason.SOURCE_UNAVAILABLE, detail) from error
        self._wait(backoff.wait_seconds(failures, error.retry_after_seconds, self._draw))


def _disk_error(error: OSError) -> TaskError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TaskError(Reason.DISK_FULL, "the disk is full: give the scratch space more room")
    return TaskError(Reason.BAD_SETTING, f"the scratch space cannot be written: {error}")

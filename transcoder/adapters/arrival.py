"""
An input on its way here, as the Arrival port: a download behind the main thread.

The main thread waits on a condition, so that a stop signal gets through at once, and never for the
thread that downloads: that one may sit in a slow socket.  It is a daemon, and once it is called off
it ends with the next bytes that come, without a place to put them.  Imports ``core``, ``ports``,
``errors`` and its neighbour ``download``.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from transcoder.adapters.download import Download, Limits, Remote, Surroundings
from transcoder.core.streamable import FIRST_BYTES, Answer, judge
from transcoder.errors import BrokenFeedError, Reason, TaskError
from transcoder.ports import Feed, Fetched

#: Below this, waiting for the rest costs less than starting twice.
_WORTH_BYTES = 1 << 20
_READ_BYTES = 1 << 18
_LOOK_UP_SECONDS = 0.5


class _CalledOff(BaseException):
    """Ends a download that nobody wants any more; no ``except Exception`` keeps it."""


class Coming:
    """A download, with the main thread looking on; hears of it as ``download.Watcher``."""

    def __init__(self, path: Path, about: str) -> None:
        self._path = path
        self._about = about
        self._changed = threading.Condition()
        self._received = 0
        self._total: int | None = None
        #: Rises whenever the download begins anew.
        self._version = 0
        self._fetched: Fetched | None = None
        self._error: BaseException | None = None
        self._is_called_off = False

    # What the main thread asks.

    @property
    def path(self) -> Path:
        """The file that grows."""
        return self._path

    def is_streamable(self) -> bool:
        """Whether to decode it as it comes is possible, and of use; waits until that is told."""
        wanted = FIRST_BYTES
        while self._is_still_coming(wanted):
            verdict = judge(_piece(self._path, 0, wanted), self._total)
            if verdict.answer is Answer.STREAMABLE:
                return self._is_still_coming(verdict.bytes)
            if verdict.answer is Answer.NOT_STREAMABLE or verdict.bytes <= wanted:
                return False
            wanted = verdict.bytes
        return False

    def feed(self) -> Feed:
        """The bytes of the version that comes now."""
        with self._changed:
            return _Following(self, self._version)

    def is_settled(self) -> bool:
        """Whether all of it is here, or never will be."""
        with self._changed:
            return self._is_over

    def whole(self) -> Fetched:
        """Wait for the end; raises what ended the download."""
        with self._changed:
            self._await(lambda: self._is_over)
            if self._fetched is not None:
                return self._fetched
        raise self._error or TaskError(Reason.INTERNAL_ERROR, "the input was called off")

    def await_piece(self, version: int, start: int) -> int:
        """
        Wait for bytes from ``start`` on; how many there are, and 0 at the end of the whole.

        Raises BrokenFeedError where ``version`` is, or will be, no whole.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._received > start or self._version != version or self._is_over
            )
            self._check(version)
            return self._received - start

    def check(self, version: int) -> None:
        """Raise BrokenFeedError where what was read of ``version`` is of no use any more."""
        with self._changed:
            self._check(version)

    # What the thread tells.

    def begun(self, total: int | None) -> None:
        """A body comes."""
        with self._telling():
            self._total = total

    def grown(self, received: int) -> None:
        """More of it is in the file."""
        with self._telling():
            self._received = received

    def voided(self) -> None:
        """It begins anew."""
        with self._telling():
            self._received = 0
            self._version += 1

    def pause(self, seconds: float) -> None:
        """Wait before another attempt."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_called_off, timeout=seconds)
            self._check_wanted()

    def carry_out(self, download: Callable[[], Fetched]) -> None:
        """Download, and keep how that ended."""
        fetched: Fetched | None = None
        error: BaseException | None = None
        try:
            fetched = download()
            if fetched.bytes == 0:
                error = TaskError(Reason.EMPTY_INPUT, f"{self._about} holds no byte")
                fetched = None
        except _CalledOff:
            return
        # Whatever it is, the main thread has to hear of it.
        except BaseException as caught:  # noqa: BLE001
            error = caught
        with self._changed:
            self._fetched, self._error = fetched, error
            self._changed.notify_all()

    def call_off(self) -> None:
        """Nobody wants it any more."""
        with self._changed:
            self._is_called_off = True
            self._changed.notify_all()

    @property
    def _is_over(self) -> bool:
        return self._fetched is not None or self._error is not None or self._is_called_off

    def _is_still_coming(self, wanted: int) -> bool:
        """Wait for so many bytes; False where all there are came before, or too few are left."""
        with self._changed:
            self._await(lambda: self._received >= wanted or self._is_over)
            is_small = self._total is not None and self._total < _WORTH_BYTES
            return not self._is_over and not is_small

    def _await(self, happened: Callable[[], bool]) -> None:
        """
        Wait, in the main thread.

        A signal that comes in the very moment before a wait would not wake it: so it looks up in
        between.
        """
        while not self._changed.wait_for(happened, timeout=_LOOK_UP_SECONDS):
            pass

    def _check(self, version: int) -> None:
        if self._version != version:
            raise BrokenFeedError(f"{self._about} began anew while it was read")
        if self._is_over and self._fetched is None:
            raise BrokenFeedError(f"{self._about} will not come whole")

    def _check_wanted(self) -> None:
        if self._is_called_off:
            raise _CalledOff

    @contextmanager
    def _telling(self) -> Iterator[None]:
        with self._changed:
            self._check_wanted()
            yield
            self._changed.notify_all()


class _Following:
    """Reads a file that grows."""

    def __init__(self, coming: Coming, version: int) -> None:
        self._coming = coming
        self._version = version
        self._read = 0

    def read(self) -> bytes:
        """The next bytes, waiting for them; empty at the end of the whole."""
        there = self._coming.await_piece(self._version, self._read)
        try:
            chunk = _piece(self._coming.path, self._read, min(there, _READ_BYTES))
        except OSError as error:
            raise BrokenFeedError(f"{self._coming.path} cannot be read: {error}") from error
        # It may have begun anew while we read.
        self._coming.check(self._version)
        self._read += len(chunk)
        return chunk


@contextmanager
def coming(remote: Remote, path: Path, limits: Limits, about: str) -> Iterator[Coming]:
    """A download into a file, at work for as long as the context lasts."""
    arrival = Coming(path, about)
    download = Download(remote, limits, arrival, Surroundings(wait=arrival.pause))

    def carry_out() -> Fetched:
        came = download.to_file(path)
        return Fetched(path, came.md5, came.bytes, came.identity)

    thread = threading.Thread(
        target=arrival.carry_out, args=(carry_out,), name="download", daemon=True
    )
    try:
        thread.start()
        yield arrival
    finally:
        arrival.call_off()


def _piece(path: Path, start: int, most: int) -> bytes:
    # Opened for each piece: whoever reads may stop at any time, and leaves nothing open.
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        return file.read(most) if most else b""

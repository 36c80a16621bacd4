"""
Run one child process to its end, reading both of its pipes, and leave nothing of it behind.

One thread and a selector: a pipe that nobody reads would block the child, and a reader thread could
not be interrupted.  Imports ``ports`` and its neighbour ``feeder``.
"""

import ctypes
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transcoder.adapters.feeder import Feeder
from transcoder.ports import Feed, Hold

_LINE_MOST = 4000
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended; ``exit_status`` is negative for a signal."""

    exit_status: int
    #: The last lines of stderr.
    errors: str
    #: It was stopped because it stood still, or took longer than it may.
    stalled: bool
    #: It was stopped because what it was fed turned out to be of no use.
    broken_feed: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a child may take, how long it may stand still, and how much of stderr is kept."""

    timeout_seconds: float
    stall_seconds: float
    error_lines: int = 400


def run(
    argv: Sequence[str],
    bounds: Bounds,
    hold: Hold,
    on_output: Callable[[str], bool],
    on_error: Callable[[str], None] = lambda _line: None,
    feed: Feed | None = None,
) -> Ended:
    """
    Run a child to its end, its stdin empty or a ``feed``.

    ``on_output`` gets each line of stdout and says whether it shows progress.  Whatever is raised
    meanwhile, an interruption above all, ends the child at once: what it was making is of no use.
    """
    child: subprocess.Popen[bytes] | None = None
    feeder: Feeder | None = None
    try:
        with hold():
            child = _start(argv, subprocess.DEVNULL if feed is None else subprocess.PIPE)
            feeder = _feeding(child, feed)
        tail: deque[str] = deque(maxlen=bounds.error_lines)

        def keep(line: str) -> bool:
            tail.append(line)
            on_error(line)
            return False

        stalled = _read(child, bounds, on_output, keep, feeder)
        if stalled:
            child.kill()
        status = child.wait(timeout=10)
        if feeder is not None and status == 0:
            feeder.wait()
        is_broken = feeder is not None and feeder.is_broken
        return Ended(status, "\n".join(tail), stalled, is_broken)
    finally:
        if feeder is not None:
            feeder.leave()
        if child is not None:
            _finish(child)


def _start(argv: Sequence[str], stdin: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        bufsize=0,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Nothing else ends ffmpeg when we are killed outright; it calls libc and no Python.
        preexec_fn=_die_with_parent,  # noqa: PLW1509
    )


def _feeding(child: subprocess.Popen[bytes], feed: Feed | None) -> Feeder | None:
    """The feeder of a child's stdin, at work; the pipe is then its own."""
    if feed is None or child.stdin is None:
        return None
    feeder = Feeder(feed, child.stdin, child.kill)
    child.stdin = None
    feeder.start()
    return feeder


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _read(
    child: subprocess.Popen[bytes],
    bounds: Bounds,
    on_output: Callable[[str], bool],
    on_error: Callable[[str], bool],
    feeder: Feeder | None,
) -> bool:
    """Read both pipes to their ends; True where the child stood still and must be stopped."""
    patience = _Patience(bounds, feeder)
    with selectors.DefaultSelector() as selector:
        for pipe, take in ((child.stdout, on_output), (child.stderr, on_error)):
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ, _Lines(take))
        while selector.get_map():
            for key, _ in selector.select(timeout=0.5):
                chunk = os.read(key.fd, 65536)
                if key.data.feed(chunk):
                    patience.renew()
                if not chunk:
                    selector.unregister(key.fileobj)
            if patience.is_over():
                return True
    return False


class _Patience:
    """Knows whether a child has stood still, or been at work, for too long."""

    def __init__(self, bounds: Bounds, feeder: Feeder | None) -> None:
        self._bounds = bounds
        self._feeder = feeder
        self._started_at = self._moved_at = time.monotonic()

    def renew(self) -> None:
        """The child got on."""
        self._moved_at = time.monotonic()

    def is_over(self) -> bool:
        now = time.monotonic()
        # A slow network is no child that hangs: one that does will have its pipe full soon.
        if self._feeder is not None and self._feeder.is_waiting:
            self._moved_at = now
        too_still = now - self._moved_at > self._bounds.stall_seconds
        return too_still or now - self._started_at > self._bounds.timeout_seconds


class _Lines:
    """Cuts what a pipe gives into lines."""

    def __init__(self, take: Callable[[str], bool]) -> None:
        self._take = take
        self._rest = b""

    def feed(self, chunk: bytes) -> bool:
        """Pass the lines on that a chunk completes; True where one of them showed progress."""
        *lines, rest = (self._rest + chunk).replace(b"\r", b"\n").split(b"\n")
        if not chunk:  # The pipe's end completes what is left.
            lines.append(rest)
            rest = b""
        self._rest = rest[-_LINE_MOST:]
        moved = [self._take(line[:_LINE_MOST].decode(errors="replace")) for line in lines if line]
        return any(moved)


def _finish(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
        child.wait(timeout=10)
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()

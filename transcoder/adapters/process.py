"""
Run one child process to its end, reading both of its pipes, and leave nothing of it behind.

One thread and a selector: a pipe that nobody reads would block the child, and a reader thread could
not be interrupted.  Imports ``ports`` and the standard library.
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

from transcoder.ports import Hold

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
) -> Ended:
    """
    Run a child to its end.

    ``on_output`` gets each line of stdout and says whether it shows progress.  Whatever is raised
    meanwhile, an interruption above all, ends the child at once: what it was making is of no use.
    """
    child: subprocess.Popen[bytes] | None = None
    try:
        with hold():
            child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                # Nothing else ends ffmpeg when we are killed outright; it calls libc and no Python.
                preexec_fn=_die_with_parent,  # noqa: PLW1509
            )
        tail: deque[str] = deque(maxlen=bounds.error_lines)

        def keep(line: str) -> bool:
            tail.append(line)
            on_error(line)
            return False

        stalled = _read(child, bounds, on_output, keep)
        if stalled:
            child.kill()
        return Ended(child.wait(timeout=10), "\n".join(tail), stalled)
    finally:
        if child is not None:
            _finish(child)


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _read(
    child: subprocess.Popen[bytes],
    bounds: Bounds,
    on_output: Callable[[str], bool],
    on_error: Callable[[str], bool],
) -> bool:
    """Read both pipes to their ends; True where the child stood still and must be stopped."""
    started_at = moved_at = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for pipe, take in ((child.stdout, on_output), (child.stderr, on_error)):
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ, _Lines(take))
        while selector.get_map():
            for key, _ in selector.select(timeout=0.5):
                chunk = os.read(key.fd, 65536)
                if key.data.feed(chunk):
                    moved_at = time.monotonic()
                if not chunk:
                    selector.unregister(key.fileobj)
            now = time.monotonic()
            if now - moved_at > bounds.stall_seconds or now - started_at > bounds.timeout_seconds:
                return True
    return False


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

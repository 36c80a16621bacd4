"""
Give a child an input that is still on its way, by its stdin.

A thread of its own: the main one reads what the child says.  The pipe holds back a feed that is
faster than the child.  Imports ``ports``.
"""

import threading
from collections.abc import Callable
from typing import IO

from transcoder.ports import Feed

_LOOK_UP_SECONDS = 0.5


class Feeder:
    """Writes a feed into a pipe, and reads it to its end even where the child does not."""

    def __init__(self, feed: Feed, pipe: IO[bytes], stop: Callable[[], object]) -> None:
        """``stop`` is called, once, where the feed breaks; the pipe must be unbuffered."""
        self._feed = feed
        self._pipe = pipe
        self._stop = stop
        self._is_waiting = False
        self._is_broken = False
        self._is_left = False
        self._ended = threading.Event()
        # A daemon: it may wait for a slow network while the process wants to end.
        self._thread = threading.Thread(target=self._carry_out, name="feeder", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    @property
    def is_waiting(self) -> bool:
        """Whether the next bytes are not here yet, so that the child may well stand still."""
        return self._is_waiting

    @property
    def is_broken(self) -> bool:
        """Whether the feed broke, so that the child has got bytes that are of no use."""
        return self._is_broken

    def wait(self) -> None:
        """
        Wait for the end of the feed.

        A child may be done before: some containers carry bytes at their end that it does not ask
        for.  Whether what it got was of any use is known only then.
        """
        # A signal that comes in the very moment before a wait would not wake it.
        while not self._ended.wait(_LOOK_UP_SECONDS):
            pass

    def leave(self) -> None:
        """Let the feed go on without us."""
        self._is_left = True

    def _carry_out(self) -> None:
        try:
            with self._pipe:
                while chunk := self._next():
                    self._write(chunk)
        except BrokenPipeError:
            # A child may end before its input does, as one does that is stopped.
            while not self._is_left and self._next():
                pass
        finally:
            self._ended.set()

    def _next(self) -> bytes:
        self._is_waiting = True
        try:
            return self._feed.read()
        # Whatever the feed fails of, what the child has got of it is not the whole, and the end of
        # the pipe, which comes next, must not make it look so.
        except Exception:  # noqa: BLE001
            self._is_broken = True
            self._stop()
            return b""
        finally:
            self._is_waiting = False

    def _write(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            rest = rest[self._pipe.write(rest) :]

"""
Turn SIGTERM and SIGINT into an exception in the main thread, once.

An exception rather than a flag, because what must stop may sit in a socket's read or in a wait for
ffmpeg; once, so that a second signal does not cut the cleaning up short.  Imports ``errors``.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from transcoder.errors import Interrupted

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Interruption:
    """Raises Interrupted for the first stop signal, but never inside ``held``."""

    def __init__(self) -> None:
        self._held_count = 0
        self._waiting: int | None = None
        self._raised = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Handle the signals for as long as the context lasts; only in the main thread."""
        before = {number: signal.signal(number, self._handle) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """
        Let nothing interrupt this: starting a process, or cleaning up.

        A signal that came meanwhile is raised at the end.
        """
        self._held_count += 1
        try:
            yield
        finally:
            self._held_count -= 1
            if self._held_count == 0 and self._waiting is not None:
                self._raise(self._waiting)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self._held_count:
            self._waiting = number
        else:
            self._raise(number)

    def _raise(self, number: int) -> None:
        if self._raised:
            return
        self._raised = True
        raise Interrupted(number)

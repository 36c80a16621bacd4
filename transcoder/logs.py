"""
Tell people how a task goes, on stderr: lines of JSON in a task's log, plain ones and a bar on a
terminal.

Not structlog: its import would cost a short task more than everything else at its start.
Imports ``core`` and the standard library.
"""

import json
import time
from contextlib import suppress
from typing import TextIO

from transcoder.core.progress import Standing, bar

#: A log keeps a line of progress at most this often.
LOG_SECONDS = 10.0
_BAR_SECONDS = 0.2


class TaskLog:
    """Writes events and progress to one stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._shown_at = float("-inf")
        self._bar_drawn = False

    def event(self, name: str, /, **fields: object) -> None:
        """One line: an event named ``noun.past_participle`` and its fields."""
        self._end_bar()
        if self._terminal:
            pairs = "  ".join(f"{key}={_plain(value)}" for key, value in fields.items())
            self._write(f"{name:24} {pairs}".rstrip() + "\n")
        else:
            self._write(json.dumps({"event": name, **fields}) + "\n")

    def progress(self, now: Standing) -> None:
        """How far the encode is; shown as often as the stream can bear."""
        instant = time.monotonic()
        wait = _BAR_SECONDS if self._terminal else LOG_SECONDS
        if instant - self._shown_at < wait:
            return
        self._shown_at = instant
        if self._terminal:
            self._write(f"\r\x1b[K{bar(now)}")
            self._bar_drawn = True
            return
        self.event(
            "transcode.progressed",
            percent=None if now.percent is None else round(now.percent, 1),
            speed=round(now.speed, 2),
            eta_seconds=None if now.eta_seconds is None else round(now.eta_seconds),
        )

    def _end_bar(self) -> None:
        if self._bar_drawn:
            self._write("\r\x1b[K")
            self._bar_drawn = False

    def _write(self, text: str) -> None:
        # A log that nobody can read any more must not end the task.
        with suppress(OSError):
            self._stream.write(text)
            self._stream.flush()


def _plain(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)

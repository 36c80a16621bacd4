"""
The only reader of time.

Everything else is handed instants, or a ``Clock``.  Imports the standard library only.
"""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The instant, aware, in UTC.  Can jump: for comparing with others' timestamps."""

    def monotonic(self) -> float:
        """Seconds that never run backwards, for durations."""


def elapsed_seconds() -> float:
    """
    Seconds since an arbitrary start, those too in which the machine or the process slept.

    The monotonic clock of Linux stands still while the machine is suspended; what must have run
    out by then is counted by this one.
    """
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since an arbitrary start."""
        return time.monotonic()

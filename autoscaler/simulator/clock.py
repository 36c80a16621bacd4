"""
Simulated time: a clock that stands still until it is advanced, and what is due on the way.

Deterministic: of two events at the same instant the one that was scheduled first comes first.
Imports the standard library only; fits the protocol ``autoscaler.clock.Clock``.
"""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

#: Second 0 of every simulation: a Sunday, noon.
EPOCH = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def instant(seconds: float) -> datetime:
    """The instant so many seconds after the start of the simulation."""
    return EPOCH + timedelta(seconds=seconds)


def seconds_at(at: datetime) -> float:
    """Seconds from the start of the simulation until that instant."""
    return (at - EPOCH).total_seconds()


class SimulatedClock:
    """Tells the simulated time, and runs what is due while it goes on."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self._seconds = seconds_at(start)
        self._scheduled_count = 0
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    @property
    def seconds(self) -> float:
        """Seconds since the start of the simulation."""
        return self._seconds

    @property
    def next_due(self) -> float | None:
        """When the next event is due, in seconds; None if none is scheduled."""
        return self._due[0][0] if self._due else None

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return instant(self._seconds)

    def monotonic(self) -> float:
        """Seconds since the start of the simulation."""
        return self._seconds

    def after(self, delay_seconds: float, do: Callable[[], None]) -> None:
        """Have this done so much later; at once is as soon as the clock goes on."""
        self._scheduled_count += 1
        due = self._seconds + max(0.0, delay_seconds)
        heapq.heappush(self._due, (due, self._scheduled_count, do))

    def advance_to(self, seconds: float) -> None:
        """Go on until then, through every event that is due; never back."""
        while self.step(seconds):
            pass
        self._seconds = max(self._seconds, seconds)

    def step(self, until_seconds: float) -> bool:
        """Go on to the next event, if one is due by then; whether one was."""
        if not self._due or self._due[0][0] > until_seconds:
            return False
        due, _, do = heapq.heappop(self._due)
        self._seconds = max(self._seconds, due)
        do()
        return True

    def advance(self, seconds: float) -> None:
        """Go on for so long."""
        self.advance_to(self._seconds + seconds)

"""
Whether cycles end, and end well: what a probe asks, and the silence that people are told of.

For one thread at a time.  Imports clock, core's words and status.documents.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from autoscaler.clock import Clock
from autoscaler.core.explaining import listing, span
from autoscaler.status.documents import Wrong

#: A cycle that has not ended for so many intervals, and for so long, is not coming: after failures
#: the daemon waits for a minute at most.
_INTERVALS = 5
_LEAST = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Health:
    """As the probes tell it."""

    #: Cycles of every pool end.
    alive: bool
    #: The last cycle of every pool went well.
    ready: bool
    #: A clause for people.
    detail: str


@dataclass(slots=True)
class _Beat:
    """A pool's last cycle; until the first, when it was begun to be looked at."""

    at: datetime
    monotonic: float
    #: None: none has ended.
    well: bool | None = None
    #: Reported, and the word that it has ended is still to come.
    reported: bool = False


class Pulse:
    """Told of each cycle that ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limit = _LEAST
        self._beats: dict[str, _Beat] = {}

    def watch(self, pools: Iterable[str], interval: timedelta) -> None:
        """These pools, and no others, from now on."""
        self._limit = max(_INTERVALS * interval, _LEAST)
        fresh = self._fresh
        self._beats = {pool: self._beats.get(pool) or fresh() for pool in pools}

    def reported(self, pool: str, *, well: bool) -> None:
        """A cycle was reported."""
        beat = self._fresh()
        beat.well, beat.reported = well, True
        self._beats[pool] = beat

    def ended(self, pool: str) -> bool:
        """A cycle has ended; whether that is news: one that was not reported broke off."""
        before = self._beats.get(pool)
        if before is not None and before.reported:
            before.reported = False
            return False
        beat = self._fresh()
        beat.well = False
        self._beats[pool] = beat
        return True

    def silent_pools(self) -> tuple[str, ...]:
        """Those whose cycles do not end."""
        latest = self._clock.monotonic() - self._limit.total_seconds()
        return tuple(pool for pool, beat in self._beats.items() if beat.monotonic < latest)

    def silent(self) -> list[Wrong]:
        """The same, for people."""
        return [self._wrong(pool, self._beats[pool]) for pool in self.silent_pools()]

    def health(self) -> Health:
        """Of all pools."""
        silent = self.silent_pools()
        waiting = [pool for pool, beat in self._beats.items() if beat.well is None]
        failed = [pool for pool, beat in self._beats.items() if beat.well is False]
        wrongs = [
            f"{what} {listing(pools)}"
            for what, pools in (
                ("no cycle ends of", silent),
                ("no cycle has ended yet of", waiting),
                ("the last cycle failed of", failed),
            )
            if pools
        ]
        ready = not (silent or waiting or failed)
        return Health(
            not silent, ready, "; ".join(wrongs) or "the last cycle of every pool is good"
        )

    def _fresh(self) -> _Beat:
        return _Beat(self._clock.now(), self._clock.monotonic())

    def _wrong(self, pool: str, beat: _Beat) -> Wrong:
        what = f"no cycle has ended for over {span(self._limit)}, so what is shown is old"
        mend = "the log may say what hangs; restart the daemon, which loses nothing"
        return Wrong("cycle.silent", "error", what, mend, beat.at, pool)

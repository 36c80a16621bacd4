"""
Watch a job's queue by Nomad's blocking query, and wake the cycle at once when it changes.

A trigger, not a source: what the queue holds is read by the cycle.  Imports clock, errors and the
Nomad client beside it.
"""

import random
import threading
from collections.abc import Callable

import structlog

from autoscaler.adapters.nomad_client import NomadClient, NotFound
from autoscaler.clock import Clock, SystemClock
from autoscaler.errors import ObservationError

#: Nomad answers after this long even when nothing changes, plus up to a sixteenth of it.
WAIT_SECONDS = 60
_TIMEOUT_SECONDS = WAIT_SECONDS * 17 / 16 + 10
_BACKOFF_MIN_SECONDS, _BACKOFF_MAX_SECONDS = 0.5, 30.0
#: Between an answer and the next query: in a storm of dispatches every query is answered at once.
_REST_SECONDS = 0.1
#: An answer without news that comes sooner was not waited for.
_AT_ONCE_SECONDS = 1.0

_log = structlog.get_logger()


class JobWatcher:
    """A thread that waits on one job's summary; it ends with the process, or when told."""

    def __init__(
        self,
        client: NomadClient,
        job: str,
        changed: Callable[[], None],
        rng: random.Random,
        clock: Clock | None = None,
    ) -> None:
        self._client = client
        self._job = job
        self._changed = changed
        self._rng = rng
        self._clock = clock or SystemClock()
        self._backoff = _BACKOFF_MIN_SECONDS
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch-{job}", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Wake nobody any more; a query under way is left to end by itself."""
        self._stopped.set()

    def _run(self) -> None:
        index = 0
        while not self._stopped.is_set():
            asked_at = self._clock.monotonic()
            try:
                told = self._wait(index)
            except (ObservationError, NotFound, ValueError) as error:
                # The cycle reads the same server and says what is wrong with it.
                _log.debug("watch.failed", job=self._job, error=str(error))
                # Indexes of a server that was restored may start anew.
                index, rest = 0, self._longer()
            else:
                waited = self._clock.monotonic() - asked_at >= _AT_ONCE_SECONDS
                if told == index and not waited:
                    # What answers, a cache perhaps, does not block: asked on and on it would drown.
                    _log.debug("watch.answered_at_once", job=self._job, index=index)
                    rest = self._longer()
                else:
                    self._backoff, rest = _BACKOFF_MIN_SECONDS, _REST_SECONDS
                index = told
            self._stopped.wait(rest)

    def _longer(self) -> float:
        """How long to leave it alone, each time twice as long."""
        rest = self._backoff * self._rng.uniform(0.5, 1.0)
        self._backoff = min(self._backoff * 2, _BACKOFF_MAX_SECONDS)
        return rest

    def _wait(self, index: int) -> int:
        """One blocking query; returns the index to wait on next.  Raises, ``ValueError`` too."""
        reply = self._client.get(
            self._client.nomad.job,
            self._job,
            "summary",
            params={"index": index, "wait": f"{WAIT_SECONDS}s"},
            timeout=_TIMEOUT_SECONDS,
        )
        # Index 0 would not block but answer at once, for ever.
        now_at = max(int(reply.headers.get("X-Nomad-Index", "")), 1)
        if now_at != index and not self._stopped.is_set():
            self._changed()
        return now_at

"""
Watch a job's queue by Nomad's blocking query, and wake the cycle at once when it changes.

A trigger, not a source: what the queue holds is read by the cycle.  Imports errors and the Nomad
client beside it.
"""

import random
import threading
from collections.abc import Callable

import structlog

from autoscaler.adapters.nomad_client import NomadClient, NotFound
from autoscaler.errors import ObservationError

#: Nomad answers after this long even when nothing changes, plus up to a sixteenth of it.
WAIT_SECONDS = 60
_TIMEOUT_SECONDS = WAIT_SECONDS * 17 / 16 + 10
_BACKOFF_MIN_SECONDS, _BACKOFF_MAX_SECONDS = 0.5, 30.0

_log = structlog.get_logger()


class JobWatcher:
    """A thread that waits on one job's summary; it ends with the process, or when told."""

    def __init__(
        self, client: NomadClient, job: str, changed: Callable[[], None], rng: random.Random
    ) -> None:
        self._client = client
        self._job = job
        self._changed = changed
        self._rng = rng
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch-{job}", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Wake nobody any more; a query under way is left to end by itself."""
        self._stopped.set()

    def _run(self) -> None:
        index, backoff = 0, _BACKOFF_MIN_SECONDS
        while not self._stopped.is_set():
            try:
                index, backoff = self._wait(index), _BACKOFF_MIN_SECONDS
            except (ObservationError, NotFound, ValueError) as error:
                # The cycle reads the same server and says what is wrong with it.
                _log.debug("watch.failed", job=self._job, error=str(error))
                # Indexes of a server that was restored may start anew.
                index = 0
                self._stopped.wait(backoff * self._rng.uniform(0.5, 1.0))
                backoff = min(backoff * 2, _BACKOFF_MAX_SECONDS)

    def _wait(self, index: int) -> int:
        """One blocking query; returns the index to wait on next."""
        reply = self._client.get(
            self._client.nomad.job,
            self._job,
            "summary",
            params={"index": index, "wait": f"{WAIT_SECONDS}s"},
            timeout=_TIMEOUT_SECONDS,
        )
        now_at = int(reply.headers.get("X-Nomad-Index", "0"))
        if now_at != index and not self._stopped.is_set():
            self._changed()
        # Index 0 would not block but answer at once, for ever.
        return max(now_at, 1)

"""
What was measured to Datadog's HTTP API, where no agent runs: by a thread of its own.

A cycle only leaves its figures here.  Every ten seconds what has come is sealed and sent; what is
not taken is kept, within bounds, and tried again after a while that grows and is spread at random.
Imports structlog, alarms, clock, datadog_backlog, datadog_intake and metrics.
"""

import math
import random
import threading

import structlog

from autoscaler.adapters.datadog_backlog import LANES, Backlog, Lane
from autoscaler.adapters.datadog_intake import ApiConnection, Intake, NotTaken
from autoscaler.alarms import Alarms
from autoscaler.clock import Clock
from autoscaler.metrics.measured import Measured

_log = structlog.get_logger()

_FLUSH_SECONDS = 10.0
_CLOSE_SECONDS = 2.0
_RETRY_MAX_SECONDS = 300.0
#: A pool with one job makes some thirty values in an interval: half an hour of five such pools.
_VALUES_MAX = 30_000
#: Datadog takes no figures that are older than an hour.
_EXPIRES_SECONDS = 55 * 60
#: In one request.
_BATCH_MAX: dict[Lane, int] = {"series": 1000, "distributions": 200, "events": 1, "checks": 1}
_FAILING = "datadog.failing"


class ApiSink:
    """Sends what it is given, later.  For any thread."""

    def __init__(
        self,
        connection: ApiConnection,
        alarms: Alarms,
        clock: Clock,
        rng: random.Random,
        *,
        flush_seconds: float = _FLUSH_SECONDS,
        values_max: int = _VALUES_MAX,
    ) -> None:
        self._url = connection.url
        self._alarms = alarms
        self._clock = clock
        self._rng = rng
        self._flush_seconds = flush_seconds
        self._backlog = Backlog(values_max)
        self._intake = Intake(connection, max(1, round(flush_seconds)))
        self._failed_count = 0
        self._retry_at = 0.0
        self._said: str | None = None
        self._why = ""
        self._closing = threading.Event()
        self._ends_at = math.inf
        self._thread = threading.Thread(target=self._run, name="datadog-api", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Values, events and checks that were given up."""
        return self._backlog.dropped

    @property
    def works(self) -> bool:
        """Whether the last request was taken, or none was made yet."""
        return self._said is None

    def send(self, measured: Measured) -> None:
        """Leave it here."""
        self._backlog.add(measured)

    def close(self) -> None:
        """Send what waits, within two seconds, and end the thread; a call that hangs is left."""
        self._ends_at = self._clock.monotonic() + _CLOSE_SECONDS
        self._closing.set()
        self._thread.join(_CLOSE_SECONDS)
        left = self._backlog.waiting
        if left or self._thread.is_alive():
            why = self._why or "it does not answer in time"
            _log.warning("metrics.abandoned", values=left, to=self._url, why=why)
        self._alarms.clear(_FAILING)

    def _run(self) -> None:
        closing = False
        while not closing:
            closing = self._closing.wait(self._flush_seconds)
            now = self._clock.now().timestamp()
            self._backlog.seal(int(now))
            self._backlog.expire(int(now) - _EXPIRES_SECONDS)
            # At the end it is now or never.
            if closing or self._clock.monotonic() >= self._retry_at:
                self._flush()
        self._intake.close()

    def _flush(self) -> None:
        """Send all that waits, or as much as is taken."""
        try:
            sent = [self._drain(lane) for lane in LANES]
        except NotTaken as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - a defect here must not end the thread unseen
            _log.exception("metrics.broken", to=self._url)
            self._fail(NotTaken(f"{type(error).__name__} in the autoscaler itself"))
        else:
            if any(sent):
                self._succeed()

    def _drain(self, lane: Lane) -> bool:
        """Whether anything was sent.  Raises ``NotTaken`` for what is to be tried again."""
        size, sent = _BATCH_MAX[lane], False
        while batch := self._backlog.take(lane, size):
            # After a call that hung, what comes next is the next sink's.
            if self._clock.monotonic() >= self._ends_at:
                self._backlog.put_back(lane, batch)
                return sent
            try:
                self._intake.send(lane, batch)
            except NotTaken as error:
                if error.too_large and len(batch) > 1:
                    self._backlog.put_back(lane, batch)
                    size = len(batch) // 2
                elif error.too_large or error.hopeless:
                    self._backlog.give_up(batch)
                    _log.warning("metrics.refused", lane=lane, values=len(batch), why=str(error))
                else:
                    self._backlog.put_back(lane, batch)
                    raise
            except Exception:
                self._backlog.give_up(batch)
                raise
            else:
                sent = True
        return sent

    def _fail(self, error: NotTaken) -> None:
        self._why = str(error)
        if self._closing.is_set():
            return
        self._failed_count += 1
        wait = min(
            self._flush_seconds * 2 ** min(self._failed_count - 1, 10), _RETRY_MAX_SECONDS
        ) * self._rng.uniform(0.5, 1.0)
        asked = min(error.retry_after_seconds, _RETRY_MAX_SECONDS)
        self._retry_at = self._clock.monotonic() + max(wait, asked)
        what, mend = self._told(error)
        self._alarms.sound(_FAILING, what=what, mend=mend)
        if self._said != what:
            self._said = what
            _log.warning("metrics.failing", to=self._url, why=str(error), mend=mend)

    def _told(self, error: NotTaken) -> tuple[str, str]:
        if error.wrong_key:
            what = f"Datadog refuses the API key ({error.status})"
            return what, "give DD_API_KEY a key of the site in datadog.site, and restart"
        what = f"metrics are not taken by {self._url}: {error}"
        return what, "they are kept for a while and sent again; see whether the API is reachable"

    def _succeed(self) -> None:
        self._failed_count, self._retry_at = 0, 0.0
        if self._said is not None:
            self._said, self._why = None, ""
            self._alarms.clear(_FAILING)
            _log.info("metrics.recovered", to=self._url, dropped=self.dropped)

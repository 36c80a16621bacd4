"""
Each cycle's figures to Datadog: through an agent by DogStatsD, or straight to the API.

Its own failures are counted, said once and sounded as an alarm; they never stop a cycle.
Imports the sinks beside it, alarms, clock, config, credentials, errors, metrics, ports and core.
"""

import random
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from autoscaler.adapters.datadog_api import ApiSink
from autoscaler.adapters.datadog_intake import ApiConnection
from autoscaler.adapters.datadog_statsd import AgentConnection, AgentSink
from autoscaler.alarms import Alarms
from autoscaler.clock import Clock
from autoscaler.config import DatadogSettings
from autoscaler.core.memory import Memory
from autoscaler.credentials import datadog_api_key
from autoscaler.errors import ConfigError
from autoscaler.metrics.measured import Measured, Sample
from autoscaler.metrics.measuring import Before, at_start, measure
from autoscaler.ports import CycleReport

_SITE = "datadoghq.com"


class Sink(Protocol):
    """A way to Datadog."""

    @property
    def dropped(self) -> int:
        """What could not be sent since it began."""

    @property
    def works(self) -> bool:
        """Whether what is handed in now is likely to arrive."""

    def send(self, measured: Measured) -> None:
        """Pass it on, now or soon.  Never raises for what is wrong on the way."""

    def close(self) -> None:
        """Send what waits, within seconds, and let go."""


class DatadogReporter:
    """Sends every cycle of every pool; names and tags are those of the catalogue."""

    def __init__(
        self,
        sink: Sink,
        memories: Mapping[str, Memory] | None = None,
        *,
        events: bool = True,
        counted: Callable[[Sample], None] = lambda _: None,
    ) -> None:
        """
        ``memories`` are those that the pools begin with: what they have counted is no news.

        ``counted`` is told of what was dropped, for those who cannot learn of it from Datadog.
        """
        self._sink = sink
        self._events = events
        self._counted = counted
        self._before: dict[str, Before] = at_start(memories or {})
        self._dropped_seen = 0
        self._dropped_untold = 0
        # Each pool's cycles have a thread of their own.
        self._lock = threading.Lock()

    def report(self, report: CycleReport) -> None:
        """Send it."""
        with self._lock:
            before = self._before.get(report.pool, Before())
            measured, self._before[report.pool] = measure(report, before)
            if not self._events:
                measured = replace(measured, events=())
            self._sink.send(self._with_drops(measured))
            self._watch_drops()

    def close(self) -> None:
        """Send what waits, within seconds, and let go."""
        with self._lock:
            self._sink.close()
            self._watch_drops()

    def _watch_drops(self) -> None:
        fresh = self._sink.dropped - self._dropped_seen
        if fresh > 0:
            self._dropped_seen += fresh
            self._dropped_untold += fresh
            self._counted(_drops(fresh))

    def _with_drops(self, measured: Measured) -> Measured:
        """While nothing arrives, it would be lost like the rest."""
        if not self._dropped_untold or not self._sink.works:
            return measured
        told, self._dropped_untold = self._dropped_untold, 0
        return replace(measured, samples=(*measured.samples, _drops(told)))


def datadog_sink(
    settings: DatadogSettings,
    environment: Mapping[str, str],
    alarms: Alarms,
    clock: Clock,
    rng: random.Random,
) -> Sink | None:
    """
    The way to Datadog that is configured; None where there is none.

    ``datadog.api`` goes before ``datadog.statsd``, so that nothing is counted twice.  Raises
    ``ConfigError`` where the API's key is missing.
    """
    connection = api_connection(settings, environment)
    if connection is not None:
        return ApiSink(connection, alarms, clock, rng)
    if settings.statsd is not None:
        return AgentSink(AgentConnection(settings.statsd, settings.prefix, settings.tags), alarms)
    return None


def api_connection(
    settings: DatadogSettings, environment: Mapping[str, str]
) -> ApiConnection | None:
    """Whose API and as whom; None where it is not wanted.  Raises ``ConfigError``."""
    if not settings.api:
        return None
    key = datadog_api_key(environment)
    if key is None:
        problem = (
            "datadog.api: true needs the environment variable DD_API_KEY, or under systemd the "
            "credential datadog-api-key; or set api to false and send to an agent"
        )
        raise ConfigError("the Datadog API key", (problem,))
    site = settings.site or environment.get("DD_SITE") or _SITE
    return ApiConnection(
        url=f"https://api.{site}",
        key=key,
        host=socket.gethostname(),
        prefix=settings.prefix,
        tags=settings.tags,
    )


def _drops(count: int) -> Sample:
    return Sample("datadog.dropped", count, ())

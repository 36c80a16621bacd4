"""
What was measured as DogStatsD datagrams, to an agent by UDP or by its unix socket.

Packed into few datagrams, which a thread of the library's own sends: neither an agent that hangs
nor a name that does not resolve holds a cycle up.  What cannot be sent is counted.
Imports datadog, structlog, alarms and metrics.
"""

from dataclasses import dataclass

import structlog
from datadog.dogstatsd.base import DogStatsd

from autoscaler.alarms import Alarms
from autoscaler.metrics.catalogue import METRICS, prefixed
from autoscaler.metrics.measured import Check, Event, Measured, tag_texts

_log = structlog.get_logger()

_OK, _CRITICAL = DogStatsd.OK, DogStatsd.CRITICAL
_UNIX = "unix://"
#: The library refuses events of more than 8 KiB, their tags included, with an error.
_EVENT_MAX_BYTES = 4000
_MESSAGE_MAX = 500
#: Datagrams that wait to be sent; a cycle makes a handful.
_QUEUE_MAX = 256
_CLOSE_SECONDS = 1.0
#: By UDP every other datagram to a port where nobody listens seems to go well.
_CLEAN_COUNT = 3
_DROPPED = "datadog.dropped"


@dataclass(frozen=True, slots=True)
class AgentConnection:
    """Where DogStatsD listens, ``HOST:PORT`` or ``unix:///PATH``, and how our metrics are named."""

    statsd: str
    prefix: str
    tags: tuple[str, ...]


class AgentSink:
    """Sends what it is given.  For one thread at a time."""

    def __init__(self, connection: AgentConnection, alarms: Alarms) -> None:
        self._address = connection.statsd
        self._prefix = connection.prefix
        self._alarms = alarms
        self._client = _client(connection)
        self._refused = 0
        self._dropped_seen = 0
        self._sent_seen = 0
        self._clean_count = 0
        self._dropping = False

    @property
    def dropped(self) -> int:
        """Datagrams and events that could not be sent, as far as this side can tell."""
        return int(self._client.packets_dropped) + self._refused

    @property
    def works(self) -> bool:
        """Whether nothing was dropped of late."""
        return not self._dropping

    def send(self, measured: Measured) -> None:
        """Hand it to the sender; what could not be sent of the cycle before is said once."""
        send = {
            "gauge": self._client.gauge,
            "count": self._client.increment,
            "distribution": self._client.distribution,
        }
        for sample in measured.samples:
            send[METRICS[sample.name].kind](sample.name, sample.value, tags=tag_texts(sample.tags))
        for event in measured.events:
            self._event(event)
        for check in measured.checks:
            self._check(check)
        self._client.flush()
        self._watch_drops()

    def close(self) -> None:
        """Send what waits, within a second, and let the socket go."""
        self._client.stop(_CLOSE_SECONDS)
        self._watch_drops()
        self._alarms.clear(_DROPPED)

    def _event(self, event: Event) -> None:
        text = event.text.encode()[:_EVENT_MAX_BYTES].decode(errors="ignore")
        try:
            self._client.event(
                event.title,
                text,
                tags=tag_texts(event.tags),
                aggregation_key=event.key,
                alert_type=event.alert_type,
            )
        except ValueError:
            # With very many tags of its own configuration it is too long after all.
            self._refused += 1

    def _check(self, check: Check) -> None:
        self._client.service_check(
            prefixed(check.name, self._prefix),
            _OK if check.ok else _CRITICAL,
            tags=tag_texts(check.tags),
            message=check.message[:_MESSAGE_MAX],
        )

    def _watch_drops(self) -> None:
        dropped, self._dropped_seen = self.dropped - self._dropped_seen, self.dropped
        sent, self._sent_seen = (
            self._client.packets_sent - self._sent_seen,
            self._client.packets_sent,
        )
        if dropped:
            self._clean_count = 0
            if not self._dropping:
                self._say_dropping(dropped)
        elif self._dropping and sent:
            self._clean_count += 1
            if self._clean_count == _CLEAN_COUNT:
                self._dropping = False
                self._alarms.clear(_DROPPED)
                _log.info("metrics.recovered", to=self._address, dropped=self.dropped)

    def _say_dropping(self, packets: int) -> None:
        self._dropping = True
        mend = "is the Datadog agent running, and datadog.statsd where it listens?"
        what = f"metrics for Datadog cannot be sent to {self._address} and are lost"
        self._alarms.sound(_DROPPED, what=what, mend=mend)
        _log.warning("metrics.dropped", packets=packets, to=self._address, mend=mend)


def _client(connection: AgentConnection) -> DogStatsd:
    shared = {
        "namespace": connection.prefix or None,
        "constant_tags": list(connection.tags),
        # Many lines to a datagram, and only when we say so: no thread flushes by the clock.
        "disable_buffering": False,
        "flush_interval": 0,
        "disable_background_sender": False,
        "sender_queue_size": _QUEUE_MAX,
        "sender_queue_timeout": 0,
        # The library counts what it drops only together with telemetry of its own: count it, and
        # never send that.
        "disable_telemetry": False,
        "telemetry_min_flush_interval": 1 << 62,
        "origin_detection_enabled": False,
        "track_instance": False,
    }
    if connection.statsd.startswith(_UNIX):
        path = connection.statsd.removeprefix(_UNIX)
        return DogStatsd(socket_path=path, socket_timeout=0.2, **shared)
    host, _, port = connection.statsd.rpartition(":")
    return DogStatsd(host=host, port=int(port), **shared)

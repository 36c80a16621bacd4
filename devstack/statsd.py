"""
A DogStatsD sink: what a Datadog Agent would receive, kept for tests and for the demo.

May import ``devstack.dogstatsd`` and the standard library.
"""

import socket
import threading
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from devstack.dogstatsd import Event, Kind, MalformedSampleError, Metric, ServiceCheck, parse

#: Enough for hours of the demo; what comes beyond pushes out the oldest.
_KEPT = 200_000
_DATAGRAM_BYTES = 65_536


class StatsdSink:
    """A UDP socket on loopback and all that came in by it, for the length of a ``with`` block."""

    def __init__(self) -> None:
        self._metrics: deque[Metric] = deque(maxlen=_KEPT)
        self._events: deque[Event] = deque(maxlen=_KEPT)
        self._checks: deque[ServiceCheck] = deque(maxlen=_KEPT)
        self._malformed: deque[str] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()
        self._received = 0

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._receive, name="statsd", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # An empty datagram ends the receiver; closing the socket would not wake it.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    @property
    def address(self) -> str:
        """``host:port``, as the configuration of a DogStatsD client wants it."""
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    @property
    def received(self) -> int:
        """Samples so far: metrics, events, service checks, and malformed lines."""
        return self._received

    @property
    def malformed(self) -> tuple[str, ...]:
        """Lines that an Agent would have dropped; a sender's bug."""
        with self._lock:
            return tuple(self._malformed)

    def metrics(self, name: str, *tags: str) -> tuple[Metric, ...]:
        """All metrics of that name which carry at least these tags, in the order of arrival."""
        with self._lock:
            found = [metric for metric in self._metrics if metric.name == name]
        return tuple(metric for metric in found if metric.tags.issuperset(tags))

    def gauge(self, name: str, *tags: str) -> float | None:
        """The gauge's newest value, or None where it never came."""
        last = None
        for metric in self.metrics(name, *tags):
            if metric.kind is Kind.GAUGE:
                last = metric.values[-1]
        return last

    def count(self, name: str, *tags: str) -> float:
        """The counter's sum, scaled up where the sender sampled."""
        return sum(
            sum(metric.values) / metric.sample_rate
            for metric in self.metrics(name, *tags)
            if metric.kind is Kind.COUNT
        )

    def names(self) -> frozenset[str]:
        """The names of all metrics that came."""
        with self._lock:
            return frozenset(metric.name for metric in self._metrics)

    def events(self) -> tuple[Event, ...]:
        with self._lock:
            return tuple(self._events)

    def checks(self, name: str) -> tuple[ServiceCheck, ...]:
        """All reports of one service check, in the order of arrival."""
        with self._lock:
            return tuple(check for check in self._checks if check.name == name)

    def _receive(self) -> None:
        while datagram := self._socket.recv(_DATAGRAM_BYTES):
            with self._lock:
                for line in _lines(datagram):
                    self._keep(line)

    def _keep(self, line: str) -> None:
        self._received += 1
        try:
            sample = parse(line)
        except MalformedSampleError:
            self._malformed.append(line)
            return
        match sample:
            case Metric():
                self._metrics.append(sample)
            case Event():
                self._events.append(sample)
            case ServiceCheck():
                self._checks.append(sample)


def _lines(datagram: bytes) -> Iterator[str]:
    return filter(None, datagram.decode(errors="replace").split("\n"))

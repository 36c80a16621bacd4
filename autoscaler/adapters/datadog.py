"""
A cycle's figures as DogStatsD metrics, events and service checks.

What was not read is not sent: a gap on the graph is true, a zero would not be.  Its own failures
are counted and logged once; they never stop a cycle.  Imports datadog, structlog, ports and core.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import structlog
from datadog.dogstatsd.base import DogStatsd

from autoscaler.core.model import JobQueue
from autoscaler.core.plan import SetDesiredCapacity, Terminate
from autoscaler.ports import CycleReport

_log = structlog.get_logger()

_OK, _CRITICAL = DogStatsd.OK, DogStatsd.CRITICAL
_UNIX = "unix://"


@dataclass(frozen=True, slots=True)
class DatadogConnection:
    """Where DogStatsD listens, ``HOST:PORT`` or ``unix:///PATH``, and how our metrics are named."""

    statsd: str
    prefix: str
    tags: tuple[str, ...]
    events: bool


class DatadogReporter:
    """Sends every cycle of every pool.  Names and tags are those of the metrics reference."""

    def __init__(self, connection: DatadogConnection) -> None:
        self._client = _client(connection)
        self._events = connection.events
        self._succeeded_at: dict[str, float] = {}
        self._dropping = False

    def report(self, report: CycleReport) -> None:
        """Send it; what cannot be sent is counted and said once."""
        dropped_before = self._client.packets_dropped_writer
        tags = [f"pool:{report.pool}"]
        for queue in report.observation.queues:
            self._queue(queue, report, tags)
        self._nodes_and_group(report, tags)
        self._cycle(report, tags)
        self._changes(report, tags)
        self._checks(report, tags)
        self._watch_drops(self._client.packets_dropped_writer - dropped_before)

    def close(self) -> None:
        """Let the socket go."""
        self._client.close_socket()

    def _queue(self, queue: JobQueue, report: CycleReport, tags: Sequence[str]) -> None:
        about = [*tags, f"job:{queue.job}"]
        oldest = 0.0
        if queue.oldest_pending_at is not None:
            oldest = max(0.0, (report.ended_at - queue.oldest_pending_at).total_seconds())
        unplaceable = report.decision.unplaceable.get(queue.job, 0)
        self._gauge("queue.pending", queue.pending_count, about)
        self._gauge("queue.running", queue.running_count, about)
        self._gauge("queue.unplaceable", unplaceable, about)
        self._gauge("queue.drift", queue.drift_count, about)
        if queue.oldest_pending_at is not None or not queue.pending_count:
            self._gauge("queue.oldest_seconds", oldest, about)

    def _nodes_and_group(self, report: CycleReport, tags: Sequence[str]) -> None:
        observed, decision = report.observation, report.decision
        group = observed.group
        if group is not None:
            in_service = sum(1 for one in group.instances if one.lifecycle.value == "in_service")
            self._gauge("group.desired", group.desired, tags)
            self._gauge("group.in_service", in_service, tags)
            self._gauge("group.min", group.size_min, tags)
            self._gauge("group.max", group.size_max, tags)
        if group is not None and observed.nodes is not None:
            for one in fields(decision.counts):
                self._gauge(f"nodes.{one.name}", getattr(decision.counts, one.name), tags)
            if decision.desired is not None:
                self._gauge("decision.desired", decision.desired, tags)

    def _cycle(self, report: CycleReport, tags: Sequence[str]) -> None:
        for missing in report.observation.missing:
            self._client.increment("cycle.errors", tags=[*tags, f"stage:{missing.stage}"])
        for action in report.actions:
            if action.outcome == "failed":
                self._client.increment("cycle.errors", tags=[*tags, f"stage:{action.stage}"])
        self._client.distribution("cycle.seconds", report.duration_seconds, tags=list(tags))
        ended = report.ended_at.timestamp()
        if report.outcome != "failed":
            self._succeeded_at[report.pool] = ended
        since = ended - self._succeeded_at.setdefault(report.pool, ended)
        self._gauge("seconds_since_success", max(0.0, since), tags)

    def _changes(self, report: CycleReport, tags: Sequence[str]) -> None:
        """Count the nodes that were bought and let go, and tell each change with its reasons."""
        done = [one.action for one in report.actions if one.outcome == "applied"]
        bought = sum(
            one.desired - one.current for one in done if isinstance(one, SetDesiredCapacity)
        )
        released = sum(1 for one in done if isinstance(one, Terminate))
        if bought:
            self._client.increment("scale_out", bought, tags=list(tags))
            self._event(f"{report.pool}: {bought} nodes more", report, tags)
        if released:
            self._client.increment("scale_in", released, tags=list(tags))
            self._event(f"{report.pool}: {released} nodes fewer", report, tags)

    def _event(self, title: str, report: CycleReport, tags: Sequence[str]) -> None:
        if not self._events:
            return
        decision = report.decision
        text = f"Desired capacity {decision.current} → {decision.desired}: {decision.why}"
        self._client.event(title, text, tags=list(tags), aggregation_key=f"capacity-{report.pool}")

    def _checks(self, report: CycleReport, tags: Sequence[str]) -> None:
        wrong = {missing.stage: missing.detail for missing in report.observation.missing}
        for system in ("nomad", "aws"):
            status = _CRITICAL if system in wrong else _OK
            name = f"{self._client.namespace}.{system}"
            self._client.service_check(
                name, status, tags=list(tags), message=wrong.get(system, "")[:500]
            )

    def _gauge(self, name: str, value: float, tags: Sequence[str]) -> None:
        self._client.gauge(name, value, tags=list(tags))

    def _watch_drops(self, dropped: int) -> None:
        if dropped and not self._dropping:
            _log.warning("metrics.dropped", packets=dropped, mend="is the Datadog agent running?")
        elif self._dropping and not dropped:
            _log.info("metrics.recovered")
        self._dropping = bool(dropped)


def _client(connection: DatadogConnection) -> DogStatsd:
    shared = {
        "namespace": connection.prefix,
        "constant_tags": list(connection.tags),
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

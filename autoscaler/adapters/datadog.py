"""
A cycle's figures as DogStatsD metrics, events and service checks.

What was not read is not sent: a gap on the graph is true, a zero would not be.  Its own failures
are counted and logged once; they never stop a cycle.
Imports datadog, structlog, launch_failures, ports and core.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import structlog
from datadog.dogstatsd.base import DogStatsd

from autoscaler.adapters.launch_failures import FreshFailure, LaunchFailures
from autoscaler.core.ledger import boot_time
from autoscaler.core.memory import Memory
from autoscaler.core.model import Group, JobQueue, Lifecycle, WaitsFor
from autoscaler.core.plan import (
    Action,
    LowerDesiredCapacity,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
)
from autoscaler.core.troubles import MENDS
from autoscaler.ports import CycleReport

_log = structlog.get_logger()

_OK, _CRITICAL = DogStatsd.OK, DogStatsd.CRITICAL
_UNIX = "unix://"
#: The library refuses events of more than 8 KiB, their tags included, with an error.
_EVENT_MAX_BYTES = 4096
#: What children can wait for that no node would give them.
_HELD_BY = tuple(one for one in WaitsFor if one is not WaitsFor.CAPACITY)


@dataclass(frozen=True, slots=True)
class DatadogConnection:
    """Where DogStatsD listens, ``HOST:PORT`` or ``unix:///PATH``, and how our metrics are named."""

    statsd: str
    prefix: str
    tags: tuple[str, ...]
    events: bool


class DatadogReporter:
    """Sends every cycle of every pool.  Names and tags are those of the metrics reference."""

    def __init__(
        self, connection: DatadogConnection, memories: Mapping[str, Memory] | None = None
    ) -> None:
        """``memories`` are those that the pools begin with: what they have counted is no news."""
        self._client = _client(connection)
        self._events = connection.events
        self._failures = LaunchFailures(memories or {})
        self._succeeded_at: dict[str, float] = {}
        self._dropping = False

    def report(self, report: CycleReport) -> None:
        """Send it; what cannot be sent is counted and said once."""
        dropped_before = self._client.packets_dropped_writer
        tags = [f"pool:{report.pool}"]
        for queue in report.observation.queues:
            self._queue(queue, report, tags)
        for group in report.observation.groups or ():
            self._group(group, tags)
        self._nodes(report, tags)
        self._cycle(report, tags)
        self._changes(report, tags)
        for fresh in self._failures.fresh(report):
            self._launch_failure(fresh, report, tags)
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
        holder = queue.verdict.waits_for if queue.verdict is not None else WaitsFor.CAPACITY
        for one in _HELD_BY:
            # Each on its own, and zero when it is over, so that an alarm on it ends.
            count = queue.pending_count if one is holder else 0
            self._gauge("queue.held", count, [*about, f"reason:{one.value}"])
        if queue.oldest_pending_at is not None or not queue.pending_count:
            self._gauge("queue.oldest_seconds", oldest, about)

    def _group(self, group: Group, tags: Sequence[str]) -> None:
        """One of the pool's groups; a graph of the pool adds them up."""
        about = [*tags, f"group:{group.name}"]
        in_service = [one for one in group.instances if one.lifecycle is Lifecycle.IN_SERVICE]
        self._gauge("group.desired", group.desired, about)
        self._gauge("group.in_service", len(in_service), about)
        self._gauge("group.min", group.size_min, about)
        self._gauge("group.max", group.size_max, about)

    def _nodes(self, report: CycleReport, tags: Sequence[str]) -> None:
        observed, decision = report.observation, report.decision
        if observed.groups is not None and observed.nodes is not None:
            for one in fields(decision.counts):
                self._gauge(f"nodes.{one.name}", getattr(decision.counts, one.name), tags)
            if decision.desired is not None:
                self._gauge("decision.desired", decision.desired, tags)
        if report.memory.boot_seconds:
            for percent in (50, 95):
                took = boot_time(report.memory, percent / 100).total_seconds()
                self._gauge(f"boot.seconds.p{percent}", took, tags)

    def _cycle(self, report: CycleReport, tags: Sequence[str]) -> None:
        for missing in report.observation.missing:
            self._count("cycle.errors", 1, [*tags, f"stage:{missing.stage}"])
        for action in report.actions:
            if action.outcome == "failed":
                self._count("cycle.errors", 1, [*tags, f"stage:{action.stage}"])
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
        taken_back = sum(
            one.current - one.desired for one in done if isinstance(one, LowerDesiredCapacity)
        )
        released = sum(1 for one in done if isinstance(one, Terminate) and not one.replace)
        if bought:
            self._count("scale_out", bought, tags)
            self._capacity_event(f"{_nodes(bought)} more", report, tags)
        if taken_back:
            self._capacity_event(f"{_nodes(taken_back)} no longer asked for", report, tags)
        if released:
            self._count("scale_in", released, tags)
            self._capacity_event(f"{_nodes(released)} fewer", report, tags)
        self._never_joined(done, report, tags)

    def _never_joined(
        self, done: Sequence[Action], report: CycleReport, tags: Sequence[str]
    ) -> None:
        ended = [one for one in done if isinstance(one, TerminateUnjoined)]
        if not ended:
            return
        self._count("never_joined", len(ended), tags)
        names = ", ".join(f"{one.instance.instance_id} of {one.instance.group}" for one in ended)
        self._event(
            f"{report.pool}: {len(ended)} of its instances never joined Nomad",
            f"Ended: {names}. {report.decision.why}",
            tags=tags,
            key=f"never-joined-{report.pool}",
            alert_type="error",
        )

    def _launch_failure(
        self, fresh: FreshFailure, report: CycleReport, tags: Sequence[str]
    ) -> None:
        failure = fresh.failure
        about = [*tags, f"group:{fresh.group}", f"kind:{failure.kind.value}"]
        self._count("launch_failures", 1, about)
        if fresh.first_of_its_kind:
            self._event(
                f"{report.pool}: {fresh.group} cannot launch instances ({failure.kind.value})",
                f"AWS says: {failure.detail} Mend: {MENDS[failure.kind]}.",
                tags=about,
                key=f"launch-{report.pool}-{fresh.group}",
                alert_type="error",
            )

    def _capacity_event(self, change: str, report: CycleReport, tags: Sequence[str]) -> None:
        decision = report.decision
        text = f"Desired capacity {decision.current} → {decision.desired}: {decision.why}"
        self._event(
            f"{report.pool}: {change}",
            text,
            tags=tags,
            key=f"capacity-{report.pool}",
            alert_type="info",
        )

    def _event(
        self, title: str, text: str, *, tags: Sequence[str], key: str, alert_type: str
    ) -> None:
        if self._events:
            self._client.event(
                title,
                text.encode()[:_EVENT_MAX_BYTES].decode(errors="ignore"),
                tags=list(tags),
                aggregation_key=key,
                alert_type=alert_type,
            )

    def _checks(self, report: CycleReport, tags: Sequence[str]) -> None:
        wrong = {missing.stage: missing.detail for missing in report.observation.missing}
        for system in ("nomad", "aws"):
            status = _CRITICAL if system in wrong else _OK
            name = f"{self._client.namespace}.{system}"
            self._client.service_check(
                name, status, tags=list(tags), message=wrong.get(system, "")[:500]
            )

    def _count(self, name: str, value: int, tags: Sequence[str]) -> None:
        self._client.increment(name, value, tags=list(tags))

    def _gauge(self, name: str, value: float, tags: Sequence[str]) -> None:
        self._client.gauge(name, value, tags=list(tags))

    def _watch_drops(self, dropped: int) -> None:
        if dropped and not self._dropping:
            _log.warning("metrics.dropped", packets=dropped, mend="is the Datadog agent running?")
        elif self._dropping and not dropped:
            _log.info("metrics.recovered")
        self._dropping = bool(dropped)


def _nodes(count: int) -> str:
    return f"{count} node{'s' if count > 1 else ''}"


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

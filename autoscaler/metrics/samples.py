"""
One cycle's report as samples of the catalogue's metrics.

What was not read is not sampled: a gap on the graph is true, a zero would not be.  Tags are those
of the configuration and of fixed sets, never a node, a child or free text, so that the number of
series stays what it is however long the daemon runs.
Pure; imports core, ports and the modules beside it.
"""

from collections.abc import Iterator
from datetime import datetime

from autoscaler.core.ledger import boot_time
from autoscaler.core.model import Group, JobQueue, Lifecycle, WaitsFor
from autoscaler.metrics.changes import changes
from autoscaler.metrics.launches import FreshFailure
from autoscaler.metrics.measured import Sample, Tags
from autoscaler.ports import CycleReport

#: What children can wait for that no node would give them.
_HELD_BY = tuple(one for one in WaitsFor if one is not WaitsFor.CAPACITY)


def samples(
    report: CycleReport, succeeded_at: datetime, failures: tuple[FreshFailure, ...]
) -> Iterator[Sample]:
    """Everything of one cycle, given when the last good one ended and what failed anew."""
    pool = (("pool", report.pool),)
    for queue in report.observation.queues:
        yield from _of_queue(queue, report, pool)
    for group in report.observation.groups or ():
        yield from _of_group(group, pool)
    yield from _of_nodes(report, pool)
    yield from _of_boots(report, pool)
    yield from _of_changes(report, pool)
    for fresh in failures:
        kind = fresh.failure.kind.value
        yield Sample("launch_failures", 1, (*pool, ("group", fresh.group), ("kind", kind)))
    yield from _of_cycle(report, succeeded_at, pool)
    yield leader(report)


def leader(report: CycleReport) -> Sample:
    """Whether this daemon acts upon the pool."""
    return Sample("leader", 0 if report.observation.standing_by else 1, (("pool", report.pool),))


def _of_queue(queue: JobQueue, report: CycleReport, pool: Tags) -> Iterator[Sample]:
    tags = (*pool, ("job", queue.job))
    yield Sample("queue.pending", queue.pending_count, tags)
    yield Sample("queue.running", queue.running_count, tags)
    yield Sample("queue.drift", queue.drift_count, tags)
    if _was_decided(report):
        unplaceable = report.decision.unplaceable.get(queue.job, 0)
        yield Sample("queue.unplaceable", unplaceable, tags)
    if queue.oldest_pending_at is not None:
        waited = (report.ended_at - queue.oldest_pending_at).total_seconds()
        yield Sample("queue.oldest_seconds", max(0.0, waited), tags)
    elif not queue.pending_count:
        yield Sample("queue.oldest_seconds", 0.0, tags)
    holder = queue.verdict.waits_for if queue.verdict is not None else WaitsFor.CAPACITY
    for one in _HELD_BY:
        # Each on its own, and zero when it is over, so that an alarm on it ends.
        count = queue.pending_count if one is holder else 0
        yield Sample("queue.held", count, (*tags, ("reason", one.value)))
    yield from _of_finished(queue, tags)


def _of_finished(queue: JobQueue, tags: Tags) -> Iterator[Sample]:
    for one in queue.finished:
        yield Sample("service.seconds", one.seconds, tags)
        if one.dispatched_at is not None and one.placed_at is not None:
            waited = (one.placed_at - one.dispatched_at).total_seconds()
            yield Sample("queue.wait_seconds", max(0.0, waited), tags)


def _of_group(group: Group, pool: Tags) -> Iterator[Sample]:
    """One of the pool's groups; a graph of the pool adds them up."""
    tags = (*pool, ("group", group.name))
    in_service = sum(1 for one in group.instances if one.lifecycle is Lifecycle.IN_SERVICE)
    yield Sample("group.desired", group.desired, tags)
    yield Sample("group.in_service", in_service, tags)
    yield Sample("group.min", group.size_min, tags)
    yield Sample("group.max", group.size_max, tags)


def _of_nodes(report: CycleReport, pool: Tags) -> Iterator[Sample]:
    if not _was_decided(report):
        return
    counts = report.decision.counts
    yield Sample("nodes.ready", counts.ready, pool)
    yield Sample("nodes.busy", counts.busy, pool)
    yield Sample("nodes.idle", counts.idle, pool)
    yield Sample("nodes.cordoned", counts.cordoned, pool)
    yield Sample("nodes.in_flight", counts.in_flight, pool)
    yield Sample("nodes.unjoined", counts.unjoined, pool)
    if report.decision.desired is not None:
        yield Sample("decision.desired", report.decision.desired, pool)


def _of_boots(report: CycleReport, pool: Tags) -> Iterator[Sample]:
    before = report.memory_before.boots
    if report.memory.boots is not before:
        for instance_id, boot in report.memory.boots.items():
            known = before.get(instance_id)
            if boot.eligible_at is None or (known is not None and known.eligible_at is not None):
                continue
            took = (boot.eligible_at - boot.requested_at).total_seconds()
            yield Sample("boot.seconds", max(0.0, took), (*pool, ("group", boot.group)))
    if report.memory.boot_seconds:
        yield Sample("boot.seconds.p50", boot_time(report.memory, 0.5).total_seconds(), pool)
        yield Sample("boot.seconds.p95", boot_time(report.memory, 0.95).total_seconds(), pool)


def _of_changes(report: CycleReport, pool: Tags) -> Iterator[Sample]:
    """The instances that were asked for and let go; nothing where nothing was done."""
    changed = changes(report)
    for name, count in (
        ("scale_out", changed.bought_count),
        ("scale_in", changed.released_count),
        ("never_joined", len(changed.never_joined)),
    ):
        if count:
            yield Sample(name, count, pool)


def _of_cycle(report: CycleReport, succeeded_at: datetime, pool: Tags) -> Iterator[Sample]:
    for missing in report.observation.missing:
        yield Sample("cycle.errors", 1, (*pool, ("stage", missing.stage)))
    for action in report.actions:
        if action.outcome == "failed":
            yield Sample("cycle.errors", 1, (*pool, ("stage", action.stage)))
    yield Sample("cycle.seconds", report.duration_seconds, pool)
    since = (report.ended_at - succeeded_at).total_seconds()
    yield Sample("seconds_since_success", max(0.0, since), pool)
    yield Sample("paused", 0 if report.observation.pause is None else 1, pool)


def _was_decided(report: CycleReport) -> bool:
    """Whether the decision saw nodes and groups: without them it counts none."""
    observed = report.observation
    return observed.groups is not None and observed.nodes is not None

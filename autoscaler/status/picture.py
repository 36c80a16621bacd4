"""
From one cycle's report to the pool as people see it.

What was not read is None, never zero.  Pure; imports core, ports, wording, status.documents,
status.past and status.states.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from autoscaler.core.demand import HELD_BY, is_held
from autoscaler.core.guards import size_min
from autoscaler.core.ledger import boot_time
from autoscaler.core.model import Group, JobQueue, Lifecycle, Observation
from autoscaler.core.pause import Pause
from autoscaler.core.settings import PoolSettings
from autoscaler.ports import CycleReport
from autoscaler.status.documents import (
    ActionStatus,
    DecisionStatus,
    GroupStatus,
    JobQueueStatus,
    NodesStatus,
    Paused,
    PoolStatus,
    QueueStatus,
    ReasonStatus,
)
from autoscaler.status.past import PastCycle
from autoscaler.status.states import Entry
from autoscaler.wording import sentence


def pool_status(
    settings: PoolSettings,
    report: CycleReport | None,
    entries: Sequence[Entry] | None,
    last_success_at: datetime | None,
) -> PoolStatus:
    """``settings`` are those in force, which the next cycle goes by; ``report`` may be of older."""
    if report is None:
        return _not_seen_yet(settings)
    observed, memory = report.observation, report.decision.memory
    groups = observed.groups
    boot = boot_time(memory, 0.5).total_seconds() if memory.boot_seconds else None
    return PoolStatus(
        name=settings.name,
        paused=_paused(observed.pause),
        queue=queue_status(report, settings),
        nodes=nodes_status(entries),
        groups=None if groups is None else tuple(map(_group, groups)),
        size_min=size_min(settings, observed.windows)[0],
        size_max=settings.size.max,
        decision=decision_status(report),
        last_success_at=last_success_at,
        boot_seconds=boot,
    )


def _not_seen_yet(settings: PoolSettings) -> PoolStatus:
    jobs = tuple(JobQueueStatus(job, None, None, None, None, None) for job in settings.jobs)
    return PoolStatus(
        name=settings.name,
        paused=None,
        queue=QueueStatus(None, None, None, None, _target_wait(settings), jobs),
        nodes=nodes_status(None),
        groups=None,
        size_min=settings.size.min,
        size_max=settings.size.max,
        decision=None,
        last_success_at=None,
        boot_seconds=None,
    )


def _paused(pause: Pause | None) -> Paused | None:
    return None if pause is None else Paused(pause.since, pause.until, pause.why, pause.by)


def queue_status(report: CycleReport, settings: PoolSettings) -> QueueStatus:
    """The jobs that the cycle was to read, each; of all together only what is known of all."""
    observed = report.observation
    read = {queue.job: queue for queue in observed.queues}
    # What fits no node is worked out only where the nodes are known.
    assessed = observed.nodes is not None and observed.groups is not None
    jobs = tuple(
        _job(job, read.get(job), report, assessed=assessed)
        for job in dict.fromkeys((*report.settings.jobs, *read))
    )
    # Another part of the world may have cut the list short.
    whole = all(one.pending is not None for one in jobs) and not _unread(observed, "queue")
    oldest = [one.oldest_seconds for one in jobs]
    return QueueStatus(
        pending=observed.pending_count if whole else None,
        running=observed.running_count if whole else None,
        unplaceable=sum(one.unplaceable or 0 for one in jobs) if whole and assessed else None,
        oldest_seconds=max((one for one in oldest if one is not None), default=0.0)
        if whole and None not in oldest
        else None,
        target_wait_seconds=_target_wait(settings),
        jobs=jobs,
    )


def _target_wait(settings: PoolSettings) -> float | None:
    scaling = settings.scaling
    return scaling.target_wait.total_seconds() if scaling.strategy == "backlog" else None


def _unread(observed: Observation, part: str) -> bool:
    return any(one.part == part for one in observed.missing)


def _job(
    job: str, queue: JobQueue | None, report: CycleReport, *, assessed: bool
) -> JobQueueStatus:
    if queue is None:
        return JobQueueStatus(job, None, None, None, None, None)
    held_by = None
    if queue.pending_count and queue.verdict is not None and is_held(queue.verdict):
        held_by = f"{HELD_BY[queue.verdict.waits_for]}: {queue.verdict.detail}"
    return JobQueueStatus(
        job=job,
        pending=queue.pending_count,
        running=queue.running_count,
        unplaceable=report.decision.unplaceable.get(job, 0) if assessed else None,
        oldest_seconds=oldest_seconds(queue, report.ended_at),
        held_by=held_by,
    )


def oldest_seconds(queue: JobQueue, now: datetime) -> float | None:
    """How long the child that waits longest has; zero where none waits, None where not known."""
    if not queue.pending_count:
        return 0.0
    if queue.oldest_pending_at is None:
        return None
    return round(max(0.0, (now - queue.oldest_pending_at).total_seconds()), 3)


def nodes_status(entries: Sequence[Entry] | None) -> NodesStatus:
    """None throughout where the nodes or the groups were not read."""
    if entries is None:
        return NodesStatus(None, None, None, None, None, None, None)
    counts = Counter(entry.state for entry in entries)
    return NodesStatus(
        ready=counts["busy"] + counts["idle"],
        busy=counts["busy"],
        idle=counts["idle"],
        cordoned=counts["cordoned"],
        in_flight=counts["in_flight"],
        unjoined=counts["unjoined"],
        other=counts["down"] + counts["foreign"] + counts["leaving"],
    )


def _group(group: Group) -> GroupStatus:
    in_service = sum(1 for one in group.instances if one.lifecycle is Lifecycle.IN_SERVICE)
    return GroupStatus(group.name, group.desired, in_service, group.size_min, group.size_max)


def decision_status(report: CycleReport | PastCycle) -> DecisionStatus:
    """What was decided, why, and what became of it."""
    decision = report.decision
    return DecisionStatus(
        pool=report.pool,
        cycle_id=report.cycle_id,
        at=report.ended_at,
        outcome=report.outcome,
        seconds=round(report.duration_seconds, 4),
        current=decision.current,
        desired=decision.desired,
        why=decision.why,
        reasons=tuple(ReasonStatus(one.rule.value, one.detail) for one in decision.reasons),
        actions=tuple(
            ActionStatus(sentence(one.action), one.outcome, one.detail) for one in report.actions
        ),
        paused=decision.paused,
    )

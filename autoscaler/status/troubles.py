"""
What is wrong with a pool at the moment, each with its mend: what is not read, fails, or waits.

Pure; imports core, ports, alarms, wording, status.finding and status.picture.
"""

from collections.abc import Iterator
from datetime import timedelta

from autoscaler.alarms import Severity
from autoscaler.core.decision import Decision, Rule
from autoscaler.core.demand import HELD_BY, HELD_RULES, is_held
from autoscaler.core.explaining import counted, listing, span
from autoscaler.core.ledger import boot_time
from autoscaler.core.model import JobQueue, WaitsFor
from autoscaler.core.pausing import paused_by
from autoscaler.core.troubles import MENDS, failing
from autoscaler.ports import ActionReport, CycleReport
from autoscaler.status.finding import FLEET, Finding
from autoscaler.status.picture import oldest_seconds
from autoscaler.wording import sentence, verb

#: How people call the outside systems.
_SYSTEMS = {"nomad": "Nomad", "aws": "AWS"}
_UNREAD_MENDS = {
    "nomad": "see that a Nomad server runs, has a leader and takes the token",
    "aws": "see the credentials, their rights and the region",
}
_HELD_MENDS = {
    WaitsFor.CONSTRAINT: "mend the job's constraints, or give the pool nodes that meet them",
    WaitsFor.QUOTA: "raise the namespace's quota in Nomad, or wait until others leave it room",
    WaitsFor.QUEUE: "mend, stop or give room to the job that heads the queue",
}
#: Waits are far over the target beyond so many times of it, and a boot.
_FAR_OVER = 2


def troubles(report: CycleReport) -> Iterator[Finding]:
    """In the order in which they are worth a look."""
    yield from _paused(report)
    yield from _unread(report)
    yield from _failed_actions(report)
    yield from _launches(report)
    yield from _boots(report)
    yield from _queues(report)
    yield from _waits(report)


def _paused(report: CycleReport) -> Iterator[Finding]:
    pause = report.observation.pause
    if pause is None:
        return
    resume = f"`autoscaler resume --pool {report.pool}`"
    yield Finding(
        code="pool.paused",
        severity="warning",
        what=f"{paused_by(pause, report.now)}: {pause.why}; nothing is bought or let go",
        mend=f"{resume} ends it" + ("" if pause.until is None else " sooner"),
        since=pause.since,
    )


def _unread(report: CycleReport) -> Iterator[Finding]:
    missing = report.observation.missing
    for stage in dict.fromkeys(one.stage for one in missing):
        of_stage = [one for one in missing if one.stage == stage]
        parts = " and ".join(dict.fromkeys(one.part for one in of_stage))
        details = "; ".join(dict.fromkeys(one.detail for one in of_stage))
        what = f"{_SYSTEMS.get(stage, stage)} does not tell of the {parts}: {details}"
        mend = _UNREAD_MENDS.get(stage, "see the log")
        yield Finding(
            code=f"{stage}.unread",
            severity="error",
            what=what,
            mend=f"{mend}; `autoscaler check` tells more; no node is let go meanwhile",
        )


def _failed_actions(report: CycleReport) -> Iterator[Finding]:
    for one in report.actions:
        if one.outcome == "failed":
            yield Finding(
                code="action.failed",
                severity="error",
                what=f"could not {sentence(one.action)}: {one.detail}",
                mend=_action_mend(one),
                subject=verb(one.action),
            )


def _action_mend(report: ActionReport) -> str:
    rights = "`autoscaler check` says whether a right is lacking"
    if report.stage == "aws":
        return f"{rights}; else AWS's answer says what to mend; it is tried again"
    return f"{rights}; it is tried again"


def _launches(report: CycleReport) -> Iterator[Finding]:
    memory = report.decision.memory
    stuck = failing(memory)
    others = [name for name in report.settings.groups if name not in stuck]
    for name in sorted(stuck & set(report.settings.groups)):
        trouble = memory.troubles[name]
        severity: Severity = "warning" if others else "error"
        instead = f"; {listing(others)} is used instead" if others else ""
        yield Finding(
            code=f"launch.{trouble.kind.value}",
            severity=severity,
            what=f"{name} cannot launch instances, {trouble.count} times in a row: AWS says "
            f"{trouble.detail}{instead}",
            mend=MENDS[trouble.kind],
            subject=name,
        )


def _boots(report: CycleReport) -> Iterator[Finding]:
    decision, memory = report.decision, report.decision.memory
    mend = "see an instance's console output, and whether its Nomad client finds the server"
    if memory.never_joined_count:
        capped = memory.never_joined_count >= report.settings.unjoined_max
        count = counted(memory.never_joined_count, "instance", "instances")
        then = "; no more are bought for now but one at a time" if capped else ""
        yield Finding(
            code="boots.never_joined",
            severity="error" if capped else "warning",
            what=f"{count} in a row never joined Nomad and were ended{then}",
            mend=mend,
        )
    if decision.counts.unjoined:
        yield Finding(
            code="nodes.unjoined",
            severity="warning",
            what=_quoted(decision, Rule.UNJOINED)
            or f"{counted(decision.counts.unjoined, 'instance', 'instances')} of the pool became "
            f"no ready node within {span(report.settings.boot_timeout)} of launch",
            mend=mend,
            parts=FLEET,
        )


def _queues(report: CycleReport) -> Iterator[Finding]:
    decision = report.decision
    for queue in report.observation.queues:
        if not queue.pending_count:
            continue
        if is_held(queue.verdict):
            yield _held(queue)
        elif decision.unplaceable.get(queue.job):
            yield _unplaceable(queue, decision)
    waits = _quoted(decision, Rule.NOT_PLACED)
    if waits:
        yield Finding(
            code="queue.not_placed",
            severity="warning",
            what=waits,
            mend="`autoscaler explain --job ID` of one that waits asks Nomad why",
            parts=("queue", *FLEET),
        )


def _held(queue: JobQueue) -> Finding:
    assert queue.verdict is not None  # noqa: S101 - what makes it held
    waits_for = queue.verdict.waits_for
    children = counted(queue.pending_count, "child", "children")
    return Finding(
        code=f"queue.{HELD_RULES[waits_for].value}",
        severity="error",
        what=f"{children} of {queue.job} wait for {HELD_BY[waits_for]}, which no node would "
        f"change: {queue.verdict.detail}",
        mend=_HELD_MENDS[waits_for],
        subject=queue.job,
        parts=("queue",),
    )


def _unplaceable(queue: JobQueue, decision: Decision) -> Finding:
    about = [
        one.detail
        for one in decision.reasons
        if one.rule is Rule.UNPLACEABLE and f"of {queue.job} fit" in one.detail
    ]
    children = counted(decision.unplaceable[queue.job], "child", "children")
    return Finding(
        code="queue.unplaceable",
        severity="error",
        what="; ".join(about) or f"{children} of {queue.job} fit no node of this pool",
        mend="ask for less in the job, or give the pool larger nodes (launch template, `node`)",
        subject=queue.job,
        parts=("queue", *FLEET),
    )


def _waits(report: CycleReport) -> Iterator[Finding]:
    """Far over the target where no more may be bought: else the autoscaler is at it."""
    scaling, groups = report.settings.scaling, report.observation.groups
    if scaling.strategy != "backlog" or groups is None:
        return
    desired = sum(group.desired for group in groups)
    most = min(report.settings.size.max, sum(group.size_max for group in groups))
    known = [
        seconds
        for queue in report.observation.queues
        if not is_held(queue.verdict)
        and (seconds := oldest_seconds(queue, report.ended_at)) is not None
    ]
    boot = boot_time(report.decision.memory, 0.5)
    if desired < most or timedelta(seconds=max(known, default=0)) <= (
        _FAR_OVER * scaling.target_wait + boot
    ):
        return
    yield Finding(
        code="wait.over_target",
        severity="warning",
        what=f"the oldest child has waited for {span(max(known))}, the target is "
        f"{span(scaling.target_wait)}, and the pool is at its maximum of {most}",
        mend="raise size.max (and the group's), or take a longer target_wait for enough",
        parts=("queue", *FLEET),
    )


def _quoted(decision: Decision, rule: Rule) -> str:
    return "; ".join(one.detail for one in decision.reasons if one.rule is rule)

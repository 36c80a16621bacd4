"""
The picture of ``autoscaler status`` as text for people, and as JSON.

Imports cli.status_lines and cli.status_nodes, cli.status_source, core's words and status.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from autoscaler.cli.status_lines import Line, written
from autoscaler.cli.status_nodes import node_lines
from autoscaler.cli.status_source import Shown
from autoscaler.core.explaining import clock, coming, since, span
from autoscaler.status.documents import (
    DecisionStatus,
    JobQueueStatus,
    Leadership,
    NodesStatus,
    PoolStatus,
    QueueStatus,
    Status,
    Wrong,
)
from autoscaler.status.json import dump

#: What people read has this width where no terminal says another.
_WIDTH = 80
#: So many of the last changes, and of each so many actions.
_CHANGES, _DEEDS = 8, 2
_HOW = {"applied": "done", "given_up": "not done", "failed": "FAILED"}
#: A decision that is older than so many intervals, and than that, is worth a word.
_OLD_INTERVALS, _OLD_SECONDS = 3, 60.0


@dataclass(frozen=True, slots=True)
class Style:
    """Where it is shown."""

    colour: bool = False
    terminal: bool = False

    @property
    def width(self) -> int:
        """Columns."""
        return max(60, shutil.get_terminal_size().columns) if self.terminal else _WIDTH


def as_text(shown: Shown, style: Style) -> str:
    """For people; what is wrong comes first."""
    return "\n".join(written(_lines(shown), style.width, colour=style.colour))


def as_json_text(shown: Shown, *, indent: int | None = 2) -> str:
    """The API's document."""
    document = dump(shown.status if shown.nodes is None else shown.nodes).decode()
    return json.dumps(json.loads(document), indent=indent, ensure_ascii=False)


def _lines(shown: Shown) -> Iterator[Line]:
    status, now = shown.status, shown.now
    yield _headline(shown)
    if shown.live:
        yield from _lead(status.leadership, now)
    yield Line()
    yield from _wrongs(status.wrongs, now, several=len(status.pools) > 1)
    for pool in status.pools:
        yield Line()
        yield from _pool(pool, status, now)
    if shown.nodes is not None:
        yield Line()
        yield from node_lines(shown.nodes, now)
    yield Line()
    yield from _changes(status.changes, now, several=len(status.pools) > 1)


def _headline(shown: Shown) -> Line:
    status, now = shown.status, shown.now
    if not shown.live:
        ended = [one.decision.at for one in status.pools if one.decision is not None]
        newest = max(ended, default=status.at)
        text = (
            "no daemon answers: this is the journal's last picture, "
            f"of {clock(newest, now)}, {span(now - newest)} ago"
        )
        return Line(None, text, "warning")
    dry = ", DRY RUN: nothing is done" if status.dry_run else ""
    text = (
        f"autoscaler {status.version}, pid {status.pid}, up {span(now - status.started_at)}, "
        f"every {status.interval_seconds:g} s{dry}; it is {clock(now, now)}"
    )
    return Line(None, text, "strong")


def _lead(lead: Leadership, now: datetime) -> Iterator[Line]:
    """Nothing of one that is alone."""
    leader = lead.leader or "nobody, as far as it knows,"
    if lead.role == "standing_by":
        led = f" {since(lead.since, now)}" if lead.since is not None else ""
        yield Line(None, f"STANDS BY, and does nothing: {leader} leads{led}", "warning")
    elif lead.role == "leading":
        led = f" {since(lead.since, now)}" if lead.since is not None else ""
        yield Line(None, f"leads{led}, by {lead.lock}")


def _wrongs(wrongs: Sequence[Wrong], now: datetime, *, several: bool) -> Iterator[Line]:
    if not wrongs:
        yield Line(None, "nothing is wrong", "good")
    for one in wrongs:
        of_pool = f"{one.pool}: " if several and one.pool is not None else ""
        label = one.severity.upper() if one.severity == "error" else one.severity
        yield Line(label, f"{of_pool}{one.what}", one.severity)
        yield Line("", f"mend: {one.mend}")
        yield Line("", f"{one.code}, {since(one.since, now)}", "faint")


def _pool(pool: PoolStatus, status: Status, now: datetime) -> Iterator[Line]:
    yield Line(None, f"pool {pool.name}", "strong")
    paused = pool.paused
    if paused is not None:
        until = "until resumed" if paused.until is None else f"ends {coming(paused.until, now)}"
        yield Line("  PAUSED", f"by {paused.by} {since(paused.since, now)}, {until}", "warning")
        yield Line("", f"why: {paused.why}")
    yield Line("  queue", _queue(pool.queue))
    yield Line("  oldest", _oldest(pool.queue), _urgency(pool.queue))
    yield from _jobs(pool.queue)
    yield Line("  nodes", _nodes(pool.nodes))
    yield from _groups(pool)
    yield from _decision(pool, status, now)


def _count(count: int | None, what: str) -> str:
    return f"{what} unknown" if count is None else f"{count} {what}"


def _queue(queue: QueueStatus | JobQueueStatus) -> str:
    parts = [_count(queue.pending, "pending"), _count(queue.running, "running")]
    if queue.unplaceable != 0:
        parts.append(_count(queue.unplaceable, "unplaceable"))
    return ", ".join(parts)


def _oldest(queue: QueueStatus) -> str:
    target = ""
    if queue.target_wait_seconds is not None:
        target = f"; the target is {span(queue.target_wait_seconds)}"
    if queue.oldest_seconds is None:
        return f"unknown{target}"
    if queue.pending == 0:
        return f"none waits{target}"
    return f"has waited for {span(queue.oldest_seconds)}{target}"


def _urgency(queue: QueueStatus) -> str:
    oldest, target = queue.oldest_seconds, queue.target_wait_seconds
    late = oldest is not None and target is not None and oldest > target
    return "warning" if late and queue.pending else ""


def _jobs(queue: QueueStatus) -> Iterator[Line]:
    """One by one where there are several, or one is held."""
    for job in queue.jobs:
        held = "" if job.held_by is None else f"; held by {job.held_by}"
        if len(queue.jobs) > 1 or held:
            yield Line("", f"{job.job}: {_queue(job)}{held}")


def _nodes(nodes: NodesStatus) -> str:
    if nodes.ready is None:
        return "unknown"
    parts = [f"{nodes.ready} ready ({nodes.busy} busy, {nodes.idle} idle)"]
    rest = {
        "in flight": nodes.in_flight,
        "cordoned": nodes.cordoned,
        "unjoined": nodes.unjoined,
        "other": nodes.other,
    }
    return ", ".join((*parts, *(f"{count} {name}" for name, count in rest.items() if count)))


def _groups(pool: PoolStatus) -> Iterator[Line]:
    bounds = f"the pool keeps {pool.size_min} to {pool.size_max}"
    if pool.groups is None:
        yield Line("  group", f"unknown; {bounds}")
    for index, group in enumerate(pool.groups or ()):
        yield Line(
            "  group" if not index else "",
            f"{group.name}: {group.desired} desired, {group.in_service} in service, its bounds "
            f"{group.min} to {group.max}" + ("" if index else f"; {bounds}"),
        )


def _decision(pool: PoolStatus, status: Status, now: datetime) -> Iterator[Line]:
    decision = pool.decision
    if decision is None:
        yield Line("  decision", "none yet: the first cycle is under way")
        return
    age = (now - decision.at).total_seconds()
    old = age > max(_OLD_SECONDS, _OLD_INTERVALS * status.interval_seconds)
    text = f"{_size(decision)} at {clock(decision.at, now)}, {span(age)} ago"
    yield Line("  decision", text, "warning" if old else "")
    yield Line("", decision.why)
    yield from _deeds(decision, "")


def _size(decision: DecisionStatus) -> str:
    if decision.current is None:
        return "desired unknown"
    if decision.current == decision.desired:
        return f"desired stays at {decision.current}"
    if decision.paused:
        return f"desired stays at {decision.current}; else it would be {decision.desired}"
    return f"desired {decision.current} → {decision.desired}"


def _deeds(decision: DecisionStatus, indent: str) -> Iterator[Line]:
    """What was done of it: the first few, and each that failed."""
    hidden = 0
    for index, action in enumerate(decision.actions):
        failed = action.outcome == "failed"
        if index >= _DEEDS and not failed:
            hidden += 1
            continue
        how = _HOW.get(action.outcome, action.outcome)
        detail = f"; {action.detail}" if action.detail else ""
        yield Line("", f"{indent}{how}: {action.what}{detail}", "error" if failed else "")
    if hidden:
        yield Line("", f"{indent}and {hidden} more actions", "faint")


def _changes(changes: Sequence[DecisionStatus], now: datetime, *, several: bool) -> Iterator[Line]:
    yield Line(None, "last changes" if changes else "no changes of late", "strong")
    for one in changes[:_CHANGES]:
        pool = f"{one.pool}: " if several else ""
        yield Line("", f"{clock(one.at, now)}  {pool}{_size(one)}")
        yield from _deeds(one, "  ")
    more = len(changes) - _CHANGES
    if more > 0:
        yield Line("", f"and {more} before; `autoscaler explain --last N` tells of them", "faint")

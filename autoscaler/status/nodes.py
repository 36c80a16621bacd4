"""
From a pool's nodes and instances to the documents that list them.

Pure; imports core, ports, status.documents and status.states.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from autoscaler.core.explaining import counted, span
from autoscaler.core.fleet import Member
from autoscaler.core.ledger import ready_in
from autoscaler.core.memory import Memory
from autoscaler.core.model import Lifecycle, NodeStatus, Running
from autoscaler.ports import CycleReport
from autoscaler.status.documents import NodeState, NodeStatusDocument, RunningStatus
from autoscaler.status.states import Entry, Sightings


def node_documents(
    report: CycleReport, entries: Iterable[Entry], sightings: Sightings
) -> Iterator[NodeStatusDocument]:
    """One for each entry, in their order."""
    for entry in entries:
        yield _document(entry, report, sightings)


def _document(entry: Entry, report: CycleReport, sightings: Sightings) -> NodeStatusDocument:
    node = entry.member.node if entry.member is not None else None
    instance_id = entry.instance.instance_id if entry.instance is not None else None
    return NodeStatusDocument(
        pool=report.pool,
        state=entry.state,
        node_id=node.node_id if node is not None else None,
        name=node.name if node is not None else None,
        instance_id=node.instance_id if node is not None else instance_id,
        group=entry.group or None,
        since=_since(entry, report, sightings),
        note=_NOTES[entry.state](entry, report),
        running=tuple(map(_running, node.running)) if node is not None else (),
        cpu_allocated=node.allocated.cpu_mhz if node is not None else None,
        cpu_total=node.capacity.cpu_mhz if node is not None else None,
        memory_allocated=node.allocated.memory_mib if node is not None else None,
        memory_total=node.capacity.memory_mib if node is not None else None,
    )


def _running(one: Running) -> RunningStatus:
    return RunningStatus(one.job, one.child, one.profile, one.started_at)


def _since(entry: Entry, report: CycleReport, sightings: Sightings) -> datetime | None:
    """What the world or the memory says, which outlives the daemon; else what was seen."""
    memory = report.decision.memory
    known: datetime | None = None
    match entry.state, entry.member:
        case "idle", Member(node):
            known = memory.idle_since.get(node.node_id)
        case "cordoned", Member(marked_at=at):
            known = at
        case "in_flight", _:
            known = _asked_at(entry, memory)
        case "unjoined", _:
            known = _overdue_at(entry, report.settings.boot_timeout)
        case _:
            pass
    _, seen = sightings.since.get(entry.key or "", (None, None))
    return known or seen


def _asked_at(entry: Entry, memory: Memory) -> datetime | None:
    if entry.instance is None:
        return min((one.at for one in memory.requests if one.group == entry.group), default=None)
    boot = memory.boots.get(entry.instance.instance_id)
    return boot.requested_at if boot is not None else entry.instance.launched_at


def _overdue_at(entry: Entry, boot_timeout: timedelta) -> datetime | None:
    if entry.instance is None or entry.instance.launched_at is None:
        return None
    return entry.instance.launched_at + boot_timeout


def _busy(entry: Entry, _: CycleReport) -> str:
    count = entry.member.node.live_count if entry.member is not None else 0
    return f"runs {counted(count, 'allocation', 'allocations')}{_outside(entry)}"


def _outside(entry: Entry) -> str:
    return "" if entry.instance is not None else "; on no instance of the pool's groups"


def _idle(entry: Entry, _: CycleReport) -> str:
    return f"runs nothing{_outside(entry)}"


def _cordoned(entry: Entry, _: CycleReport) -> str:
    if entry.member is not None and not entry.member.idle:
        return "takes no more work, and goes once what runs there has ended"
    return "takes no more work, and goes once that has settled"


def _in_flight(entry: Entry, report: CycleReport) -> str:
    instance_id = entry.instance.instance_id if entry.instance is not None else None
    seconds = ready_in(report.decision.memory, instance_id, entry.group, report.now)
    if entry.instance is None:
        step = "asked for, and AWS has yet to launch it"
    elif entry.member is not None:
        step = "its node has joined, and is not ready yet"
    elif entry.instance.lifecycle is Lifecycle.PENDING:
        step = "launching"
    else:
        step = "in service, and its node has not joined yet"
    return f"{step}; ready in about {span(seconds)}"


def _unjoined(_: Entry, report: CycleReport) -> str:
    limit = span(report.settings.boot_timeout)
    return f"no ready node within {limit} of its launch: see its console output"


def _foreign(entry: Entry, _: CycleReport) -> str:
    if entry.draining:
        return "somebody else drains it: no capacity, and left alone"
    return "somebody else made it ineligible: no capacity, and left alone"


def _down(entry: Entry, _: CycleReport) -> str:
    status = entry.member.node.status if entry.member is not None else NodeStatus.DOWN
    if status is NodeStatus.DOWN:
        return "Nomad hears nothing of it"
    return f"Nomad calls it {status.value}, and places nothing there"


def _leaving(entry: Entry, _: CycleReport) -> str:
    instance = entry.instance
    if instance is None:
        return "its instance has left the group"
    if instance.lifecycle is Lifecycle.ASIDE:
        return "its instance stands by in the group, out of service"
    if instance.lifecycle is Lifecycle.HELD:
        return "AWS ends its instance, and a lifecycle hook holds that up"
    if instance.lifecycle is not Lifecycle.LEAVING and instance.notice is not None:
        return f"AWS announced: {instance.notice.kind.value.replace('_', ' ')}"
    return "AWS ends its instance"


_NOTES: Mapping[NodeState, Callable[[Entry, CycleReport], str]] = {
    "busy": _busy,
    "idle": _idle,
    "cordoned": _cordoned,
    "foreign": _foreign,
    "in_flight": _in_flight,
    "unjoined": _unjoined,
    "down": _down,
    "leaving": _leaving,
}

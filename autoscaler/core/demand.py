"""
From pending children to nodes: what fits where, and what must be bought.

First fit, in Nomad's terms: a child takes its ask of CPU, memory and disk.  The order of the bins
is the order of cost: room on ready nodes is free, un-cordoning is free, nodes in flight are paid
already, new ones are bought.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from autoscaler.core.decision import Memory, NodeRef, Reason, Rule
from autoscaler.core.fleet import Fleet, Member
from autoscaler.core.model import JobQueue, Resources
from autoscaler.core.settings import NodeShape, PoolSettings

#: Where the settings name no disk: more than any node has, in MiB.
_UNLIMITED_DISK_MIB = 1 << 50


@dataclass(frozen=True, slots=True)
class Need:
    """What the pending children need beyond the room that there is."""

    #: Ready nodes that pending children will take, by node id: these must stay.
    wanted: frozenset[str]
    uncordon: tuple[NodeRef, ...]
    #: Nodes to buy, before any guard.
    new_count: int
    unplaceable: dict[str, int]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Bin:
    """Room for children: of so much, and for so many at most (None: as many as fit)."""

    free: Resources
    slots: int | None = None

    def holds(self, ask: Resources) -> int:
        fitting = self.free.room_for(ask)
        return fitting if self.slots is None else min(fitting, self.slots)

    def less(self, ask: Resources, count: int) -> "_Bin":
        slots = None if self.slots is None else self.slots - count
        return _Bin(self.free - ask.times(count), slots)


def shape_of(settings: NodeShape, memory: Memory) -> Resources:
    """What a new node is expected to offer: as last seen, else as configured."""
    if memory.shape is not None:
        return memory.shape
    disk = _UNLIMITED_DISK_MIB if settings.disk is None else settings.disk
    return Resources(settings.cpu, settings.memory, disk)


def assess(
    queues: Sequence[JobQueue], fleet: Fleet, settings: PoolSettings, memory: Memory
) -> Need:
    """Place the pending children on what there is, and count the nodes that the rest needs."""
    shape = shape_of(settings.node, memory)
    new_bin = _Bin(shape, settings.scaling.children_per_node)
    # Large asks first, or small ones would leave gaps that no large one fits.
    waiting = sorted(
        (queue for queue in queues if queue.pending_count > 0),
        key=lambda queue: (queue.ask.memory_mib, queue.ask.cpu_mhz, queue.job),
        reverse=True,
    )
    pending_count = sum(queue.pending_count for queue in waiting)
    ready = _busiest_first(fleet.ready, memory)
    waiting, taken = _fill(waiting, [_Bin(member.node.free) for member in ready])
    wanted = frozenset(
        member.node.node_id for member, count in zip(ready, taken, strict=True) if count
    )
    waiting, taken_back = _fill(waiting, [_Bin(member.node.free) for member in fleet.cordoned])
    uncordon = tuple(
        member.ref for member, count in zip(fleet.cordoned, taken_back, strict=True) if count
    )
    waiting, unplaceable = _set_aside_unplaceable(waiting, new_bin)
    waiting, taken_in_flight = _fill(waiting, [new_bin] * fleet.in_flight_count)
    new_count = _bins_for(waiting, new_bin)
    reasons = []
    if pending_count:
        room = (sum(taken), sum(taken_back), sum(taken_in_flight))
        reasons.append(_demand_reason(pending_count, room, waiting, new_bin, new_count))
    if uncordon:
        names = ", ".join(ref.name for ref in uncordon)
        reasons.append(
            Reason(Rule.UNCORDON, f"{names} taken back for {sum(taken_back)} pending children")
        )
    reasons.extend(_unplaceable_reason(queue, shape) for queue in unplaceable)
    counts = {queue.job: queue.pending_count for queue in unplaceable}
    return Need(wanted, uncordon, new_count, counts, tuple(reasons))


def _busiest_first(members: Iterable[Member], memory: Memory) -> list[Member]:
    """Nodes at work first, then those idle for the shortest time: the longest idle stay free."""

    def order(member: Member) -> tuple[bool, int, float, str]:
        since: datetime | None = memory.idle_since.get(member.node.node_id)
        idle_since = since.timestamp() if since else 0.0
        return (member.idle, member.node.free.cpu_mhz, -idle_since, member.node.node_id)

    return sorted(members, key=order)


def _fill(waiting: Sequence[JobQueue], bins: Sequence[_Bin]) -> tuple[list[JobQueue], list[int]]:
    """Put children into the bins, in order; returns what is left and how many each bin took."""
    left = [queue.pending_count for queue in waiting]
    taken = []
    for one in bins:
        room, total = one, 0
        for index, queue in enumerate(waiting):
            count = min(left[index], room.holds(queue.ask)) if left[index] else 0
            if count:
                room = room.less(queue.ask, count)
                left[index] -= count
                total += count
        taken.append(total)
    rest = [
        replace(queue, pending_count=count)
        for queue, count in zip(waiting, left, strict=True)
        if count
    ]
    return rest, taken


def _set_aside_unplaceable(
    waiting: Sequence[JobQueue], new_bin: _Bin
) -> tuple[list[JobQueue], list[JobQueue]]:
    """Children that not even an empty node holds would buy node after node, and never start."""
    fitting = [queue for queue in waiting if new_bin.holds(queue.ask)]
    return fitting, [queue for queue in waiting if not new_bin.holds(queue.ask)]


def _bins_for(waiting: Sequence[JobQueue], new_bin: _Bin) -> int:
    """How many new nodes hold them all."""
    left = list(waiting)
    count = 0
    while left:
        rest, _ = _fill(left, [new_bin])
        after = {queue.job: queue.pending_count for queue in rest}
        used = [(queue, queue.pending_count - after.get(queue.job, 0)) for queue in left]
        # The next node fills the same way until one of the jobs runs short: take all those at once.
        repeats = max(1, min(queue.pending_count // take for queue, take in used if take))
        count += repeats
        left = [
            replace(queue, pending_count=queue.pending_count - take * repeats)
            for queue, take in used
            if queue.pending_count > take * repeats
        ]
    return count


def _demand_reason(
    pending_count: int,
    room: tuple[int, int, int],
    waiting: Sequence[JobQueue],
    new_bin: _Bin,
    new_count: int,
) -> Reason:
    on_ready, on_cordoned, in_flight = room
    parts = [f"{pending_count} pending"]
    if on_ready:
        parts.append(f"{on_ready} fit on ready nodes")
    if on_cordoned:
        parts.append(f"{on_cordoned} on nodes taken back")
    if in_flight:
        parts.append(f"{in_flight} on nodes in flight")
    if new_count:
        rest = sum(queue.pending_count for queue in waiting)
        each = "/".join(sorted({str(new_bin.holds(queue.ask)) for queue in waiting}))
        parts.append(f"{rest} need {new_count} new nodes at {each} per node")
    elif in_flight:
        return Reason(Rule.IN_FLIGHT, ", ".join(parts))
    return Reason(Rule.DEMAND, ", ".join(parts))


def _unplaceable_reason(queue: JobQueue, shape: Resources) -> Reason:
    over = " and ".join(shape.exceeded_by(queue.ask))
    return Reason(
        Rule.UNPLACEABLE,
        f"{queue.pending_count} children of {queue.job} fit no node of this pool: each asks {over}",
    )

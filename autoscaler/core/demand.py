"""
From pending children to room: what fits where, and what is left to be bought for.

First fit, in Nomad's terms.  The order of the bins is the order of cost: room on ready nodes is
free, un-cordoning is free, nodes in flight are paid already, new ones are bought.
Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from autoscaler.core.constraints import unmet
from autoscaler.core.decision import NodeRef, Reason, Rule
from autoscaler.core.fleet import Fleet, Member
from autoscaler.core.memory import Memory, NodeTemplate
from autoscaler.core.model import (
    Constraint,
    JobQueue,
    NodeFacts,
    Verdict,
    WaitsFor,
)
from autoscaler.core.packing import Bin, Load, Suits, bins_for, fill
from autoscaler.core.resources import Excess, Resources
from autoscaler.core.settings import PoolSettings

#: Where the settings name no disk: more than any node has, in MiB.
_UNLIMITED_DISK_MIB = 1 << 50
#: What is not asked for at all, no node has too little of.
_OVERDRAWN = -(1 << 62)

#: The kind of the facts that the configuration gives.
_CONFIGURED = "configured"

#: The rule by which children are held that wait for something else than capacity.
HELD_RULES = {
    WaitsFor.CONSTRAINT: Rule.CONSTRAINT,
    WaitsFor.QUOTA: Rule.QUOTA,
    WaitsFor.QUEUE: Rule.QUEUE_HEAD,
}
HELD_BY = {
    WaitsFor.CONSTRAINT: "a constraint",
    WaitsFor.QUOTA: "a quota",
    WaitsFor.QUEUE: "the head of Nomad's batch queue",
}


@dataclass(frozen=True, slots=True)
class Demand:
    """Where the pending children find room, and what they lack."""

    #: Ready nodes that they will take, by node id: these must stay.
    wanted: frozenset[str]
    #: Cordoned nodes that they will take.
    uncordon: tuple[NodeRef, ...]
    #: What finds no room on any node that is there, in the order in which Nomad would place it.
    unplaced: tuple[Load, ...]
    #: What is left of that when the nodes in flight have come.
    short: tuple[Load, ...]
    #: Nodes in flight that are not needed for any of it.
    idle_in_flight_count: int
    #: New nodes that hold all of ``short``, before any strategy or guard.
    room_for_all: int
    #: An empty new node.
    new_bin: Bin
    unplaceable: Mapping[str, int]
    reasons: tuple[Reason, ...]


def idle_beyond(fleet: Fleet, demand: Demand) -> list[Member]:
    """Ready nodes that run nothing, and that no pending child will take."""
    wanted = demand.wanted
    return [one for one in fleet.ready if one.idle and one.node.node_id not in wanted]


def template_of(settings: PoolSettings, memory: Memory) -> NodeTemplate:
    """What a new node is expected to be: as last seen, else as configured."""
    if memory.template is not None:
        return memory.template
    shape, nodes = settings.node, settings.nodes
    disk = _UNLIMITED_DISK_MIB if shape.disk is None else shape.disk
    known = {
        "node.class": nodes.class_,
        "node.pool": nodes.pool,
        "node.datacenter": nodes.datacenter,
    }
    facts = {name: value for name, value in known.items() if value is not None}
    return NodeTemplate(Resources(shape.cpu, shape.memory, disk), NodeFacts(_CONFIGURED, facts))


def assess(
    queues: Sequence[JobQueue],
    fleet: Fleet,
    settings: PoolSettings,
    memory: Memory,
    slots: int | None,
) -> Demand:
    """Place the pending children on what there is; ``slots``: at most so many to a new node."""
    template = template_of(settings, memory)
    new_bin = _new_bin(template, slots)
    waiting = [queue for queue in queues if queue.pending_count > 0]
    held = [queue for queue in waiting if is_held(queue.verdict)]
    suits = _Suitability()
    loads = in_order(queue for queue in waiting if not is_held(queue.verdict))
    if not loads and not held:
        return _nothing_waits(len(fleet.in_flight), new_bin)
    ready = _busiest_first(_with_room(fleet.ready, loads), memory)
    on_ready = fill(loads, [bin_of(member) for member in ready], suits)
    wanted = frozenset(
        member.node.node_id for member, count in zip(ready, on_ready.taken, strict=True) if count
    )
    cordoned = [member for member in fleet.cordoned if not member.warned]
    on_cordoned = fill(on_ready.left, [bin_of(member) for member in cordoned], suits)
    taken_back = tuple(
        member.ref for member, count in zip(cordoned, on_cordoned.taken, strict=True) if count
    )
    hopeless = [load for load in on_cordoned.left if not _fits(load, new_bin, suits)]
    # A child of which one group can never start is not worth a node for the others.
    jobs = {load.queue.job for load in hopeless}
    unplaced = tuple(load for load in on_cordoned.left if load.queue.job not in jobs)
    in_flight = fill(unplaced, [new_bin] * len(fleet.in_flight), suits)
    room_for_all = bins_for(in_flight.left, new_bin, suits)
    all_count, hopeless_count = _children(loads), _children(hopeless)
    reasons = _reasons(
        _Placed(
            pending_count=all_count - hopeless_count,
            on_ready=all_count - _children(on_ready.left),
            on_cordoned=_children(on_ready.left) - _children(on_cordoned.left),
            in_flight=_children(unplaced) - _children(in_flight.left),
            short=in_flight.left,
        ),
        new_bin,
        room_for_all,
    )
    if taken_back:
        names = ", ".join(ref.name for ref in taken_back)
        reasons.append(Reason(Rule.UNCORDON, f"{names} taken back for pending children"))
    reasons.extend(_hopeless_reason(load, template) for load in hopeless)
    reasons.extend(_held_reason(queue) for queue in held)
    return Demand(
        wanted=wanted,
        uncordon=taken_back,
        unplaced=unplaced,
        short=in_flight.left,
        idle_in_flight_count=in_flight.taken.count(0),
        room_for_all=room_for_all,
        new_bin=new_bin,
        unplaceable=_unplaceable(hopeless, held),
        reasons=tuple(reasons),
    )


def _nothing_waits(in_flight_count: int, new_bin: Bin) -> Demand:
    return Demand(
        wanted=frozenset(),
        uncordon=(),
        unplaced=(),
        short=(),
        idle_in_flight_count=in_flight_count,
        room_for_all=0,
        new_bin=new_bin,
        unplaceable={},
        reasons=(),
    )


def is_held(verdict: Verdict | None) -> bool:
    """Whether, by Nomad's word, no node would get the children going."""
    return verdict is not None and verdict.waits_for is not WaitsFor.CAPACITY


def _new_bin(template: NodeTemplate, slots: int | None) -> Bin:
    shape = template.shape
    return Bin(shape, shape.mhz_per_core, slots, template.facts)


def bin_of(member: Member) -> Bin:
    """The room on a node."""
    node = member.node
    return Bin(node.free, node.capacity.mhz_per_core, None, node.facts)


class _Suitability:
    """Whether a load may be placed on nodes of a kind; asked often, worked out once per kind."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], bool] = {}

    def __call__(self, load: Load, facts: NodeFacts | None) -> bool:
        if facts is None or not load.group.constraints:
            return True
        key = (load.queue.job, load.group.name, facts.kind)
        if key not in self._known:
            self._known[key] = violated(load, facts) is None
        return self._known[key]


def violated(load: Load, facts: NodeFacts | None) -> Constraint | None:
    """What the load demands and a node with such facts surely is not; None if there is nothing."""
    # Of a pool none of whose nodes has been seen only the configured facts are known.
    whole = facts is not None and facts.kind != _CONFIGURED
    return unmet(load.group.constraints, facts, whole=whole)


def in_order(queues: Iterable[JobQueue]) -> list[Load]:
    """
    What their pending children want placed, as Nomad places it: by priority.

    Among equals large asks first, or small ones would leave gaps that no large one fits.
    """
    loads = [
        Load(queue, group, queue.pending_count * group.count)
        for queue in queues
        for group in queue.groups
        if group.count > 0
    ]
    if len(loads) < 2:
        return loads

    def order(load: Load) -> tuple[int, int, int, str, str]:
        ask = load.group.ask
        return (
            -load.queue.priority,
            -ask.memory_mib,
            -ask.cpu_mhz,
            load.queue.job,
            load.group.name,
        )

    return sorted(loads, key=order)


def _with_room(members: Iterable[Member], loads: Sequence[Load]) -> list[Member]:
    """Those that can have room for one of the loads; most nodes are full, and soon told."""
    if not loads:
        return []
    cpu_mhz = min(load.group.ask.cpu_mhz for load in loads) or _OVERDRAWN
    memory_mib = min(load.group.ask.memory_mib for load in loads) or _OVERDRAWN
    return [
        member
        for member in members
        if (free := member.node.free).cpu_mhz >= cpu_mhz and free.memory_mib >= memory_mib
    ]


def _busiest_first(members: Iterable[Member], memory: Memory) -> list[Member]:
    """Nodes at work first, then those idle for the shortest time: the longest idle stay free."""

    def order(member: Member) -> tuple[bool, int, float, str]:
        since: datetime | None = memory.idle_since.get(member.node.node_id)
        idle_since = since.timestamp() if since else 0.0
        return (member.idle, member.node.free.cpu_mhz, -idle_since, member.node.node_id)

    return sorted(members, key=order)


def _fits(load: Load, new_bin: Bin, suits: Suits) -> bool:
    """A child that not even an empty node holds would buy node after node, and never start."""
    return new_bin.holds(load) > 0 and suits(load, new_bin.facts)


def children_of(loads: Iterable[Load]) -> dict[str, int]:
    """The children that these allocations are part of, by job."""
    counts: dict[str, int] = {}
    for load in loads:
        counts[load.queue.job] = max(counts.get(load.queue.job, 0), load.child_count)
    return counts


def _children(loads: Sequence[Load]) -> int:
    if len(loads) < 2:
        return loads[0].child_count if loads else 0
    return sum(children_of(loads).values())


def _unplaceable(hopeless: Sequence[Load], held: Sequence[JobQueue]) -> Mapping[str, int]:
    return children_of(hopeless) | {queue.job: queue.pending_count for queue in held}


@dataclass(frozen=True, slots=True)
class _Placed:
    """How many children found room where, for people."""

    pending_count: int
    on_ready: int
    on_cordoned: int
    in_flight: int
    short: Sequence[Load]


def _reasons(placed: _Placed, new_bin: Bin, room_for_all: int) -> list[Reason]:
    if placed.pending_count <= 0:
        return []
    parts = [f"{placed.pending_count} pending"]
    if placed.on_ready:
        parts.append(f"{placed.on_ready} fit on ready nodes")
    if placed.on_cordoned:
        parts.append(f"{placed.on_cordoned} on nodes taken back")
    if placed.in_flight:
        parts.append(f"{placed.in_flight} on nodes in flight")
    if room_for_all:
        each = "/".join(sorted({str(new_bin.holds(load)) for load in placed.short}))
        parts.append(
            f"{_children(placed.short)} would need {room_for_all} new nodes at {each} per node"
        )
    elif placed.in_flight:
        return [Reason(Rule.IN_FLIGHT, ", ".join(parts))]
    return [Reason(Rule.DEMAND, ", ".join(parts))]


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a load can never be placed on a node: what it asks too much of, or else demands."""

    over: tuple[Excess, ...]
    #: None where it is the amounts alone, or more than can be told here.
    constraint: Constraint | None

    @property
    def detail(self) -> str:
        """For people, as it follows on "each"."""
        if self.over:
            return f"asks {' and '.join(one.text for one in self.over)}"
        if self.constraint is None:
            return "wants more than a node offers"
        return f"wants {self.constraint.text}"


def misfit(load: Load, template: NodeTemplate) -> Misfit | None:
    """Why even an empty node such as this does not take such a load; None if it does."""
    shape = template.shape
    over = shape.excess(load.group.ask, shape.mhz_per_core)
    demanded = violated(load, template.facts)
    if not over and demanded is None and _new_bin(template, None).holds(load):
        return None
    return Misfit(over, demanded)


def _hopeless_reason(load: Load, template: NodeTemplate) -> Reason:
    found = misfit(load, template)
    detail = found.detail if found else "wants more than a node offers"
    return Reason(
        Rule.UNPLACEABLE,
        f"{load.child_count} children of {load.queue.job} fit no node of this pool: each {detail}",
    )


def _held_reason(queue: JobQueue) -> Reason:
    assert queue.verdict is not None  # noqa: S101 - what makes it held
    waits_for, detail = queue.verdict.waits_for, queue.verdict.detail
    return Reason(
        HELD_RULES[waits_for],
        f"{queue.pending_count} children of {queue.job} wait for {HELD_BY[waits_for]}, "
        f"which no node would change: {detail}",
    )

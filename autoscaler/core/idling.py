"""
For how long an idle node is kept, and how the last children of a burst are gathered.

An idle node is kept while its idling is likely to cost less than the boot of another would; what
will be needed last goes first.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from autoscaler.core.decision import Decision, Rule
from autoscaler.core.demand import idle_beyond
from autoscaler.core.fleet import Member
from autoscaler.core.guards import because, looking_again, seconds
from autoscaler.core.laws import ServiceLaws
from autoscaler.core.learning import arrival_rate
from autoscaler.core.ledger import boot_time
from autoscaler.core.memory import Memory
from autoscaler.core.model import JobQueue, Node
from autoscaler.core.release import Situation, cordon_idle, idle_to_spare, may_go, names_of


def let_idle_go(decision: Decision, situation: Situation, queues: Sequence[JobQueue]) -> Decision:
    """Cordon the idle nodes that are not worth keeping."""
    now = situation.now
    idle = idle_to_spare(decision, situation)
    if not idle:
        return _told_why_none(decision, situation)
    last, cooldown = decision.memory.last_scale_in_at, situation.scale_in.cooldown
    if last is not None and last + cooldown > now:
        detail = f"{seconds(last + cooldown - now)} of scale-in cooldown left"
        decision = because(decision, Rule.SCALE_IN_COOLDOWN, detail)
        return looking_again(decision, last + cooldown)
    idle_after = situation.scale_in.idle_after
    if idle_after is None:
        ripe = _not_worth_keeping(idle, decision.memory, situation, queues)
        kept = len(idle) - len(ripe)
        if kept:
            boot = boot_time(decision.memory, 0.5)
            detail = (
                f"{kept} idle stay: at {arrival_rate(decision.memory, now) * 60:.1f} children a "
                f"minute they are likely to be needed soon, and a boot takes {seconds(boot)}"
            )
            decision = because(decision, Rule.KEEP_WARM, detail)
    else:
        ripe, decision = _idle_for(idle, idle_after, decision, now)
    return cordon_idle(decision, situation, ripe)


def _told_why_none(decision: Decision, situation: Situation) -> Decision:
    idle = idle_beyond(situation.fleet, situation.demand)
    if not idle:
        return decision
    spare = situation.settings.scaling.spare
    if spare and len(idle) <= spare:
        return because(decision, Rule.SPARE, f"{len(idle)} idle stay: {spare} are to be spare")
    detail = f"{len(idle)} idle stay: the minimum is {situation.least}"
    return because(decision, Rule.SIZE_MIN, detail)


def _idle_for(
    idle: Sequence[Member], idle_after: timedelta, decision: Decision, now: datetime
) -> tuple[list[Member], Decision]:
    """Those that have been idle for so long, the longest first as they come."""
    ripe_at = [
        (decision.memory.idle_since[member.node.node_id] + idle_after, member) for member in idle
    ]
    ripe = [member for at, member in ripe_at if at <= now]
    unripe = [at for at, _ in ripe_at if at > now]
    if unripe:
        decision = looking_again(decision, unripe[0])
    if unripe and not ripe:
        detail = f"{len(unripe)} idle, the first may go in {seconds(unripe[0] - now)}"
        decision = because(decision, Rule.IDLE_AFTER, detail)
    return ripe, decision


def _not_worth_keeping(
    idle: Sequence[Member], memory: Memory, situation: Situation, queues: Sequence[JobQueue]
) -> list[Member]:
    """Beginning with the longest idle: those that arrivals are not likely to need soon."""
    rate = arrival_rate(memory, situation.now)
    # The whole of a boot would never cost more than twice the best there is; less is cheaper where
    # children can wait.
    soon = situation.scale_in.keep_warm * boot_time(memory, 0.5).total_seconds()
    free = sum(places_on(member.node, queues) for member in situation.fleet.ready)
    ripe = []
    for member in idle:
        others = free - places_on(member.node, queues)
        if rate > 0 and (others + 1) / rate < soon:
            break
        ripe.append(member)
        free = others
    return ripe


def places_on(node: Node, queues: Sequence[JobQueue]) -> int:
    """How many more children a node has room for: of the job that asks for most."""
    free, mhz_per_core = node.free, node.capacity.mhz_per_core
    least = None
    for queue in queues:
        for group in queue.groups:
            room = free.room_for(group.ask, mhz_per_core) // group.count
            if room == 0:
                return 0
            least = room if least is None else min(least, room)
    return least or 0


def pack_tail(decision: Decision, situation: Situation, queues: Sequence[JobQueue]) -> Decision:
    """
    Take the node whose last child ends soonest out of use while the others have room enough.

    Nomad spreads what little comes, so that a few children pin many half-used nodes.  Taken back
    the moment a child waits for room, as every cordoned node is.
    """
    fleet, memory, now = situation.fleet, decision.memory, situation.now
    busy = [member for member in fleet.ready if not member.idle and may_go(member)]
    # One at a time: each changes what the rest must have room for.
    if len(busy) < 2 or any(not member.idle for member in fleet.cordoned):
        return decision
    going = len(fleet.cordoned) + len(decision.cordon)
    if going >= situation.scale_in.max_step:
        return decision
    room = situation.room.less([*(one.ref for one in fleet.cordoned), *decision.cordon])
    places = {member.node.node_id: places_on(member.node, queues) for member in fleet.ready}
    candidates = [
        member for member in busy if places[member.node.node_id] and room.of(member.group) > 0
    ]
    boot = boot_time(memory, 0.5).total_seconds()
    rate = arrival_rate(memory, now)
    fewest = min((places[member.node.node_id] for member in candidates), default=0)
    if not candidates or sum(places.values()) - fewest < 1 + rate * boot:
        return decision
    laws = ServiceLaws(memory)
    left = {member.ref: seconds_left(member, laws, now) for member in candidates}
    soonest = min(candidates, key=lambda member: (left[member.ref], member.node.node_id))
    coming = rate * max(boot, left[soonest.ref])
    rest = sum(
        places[member.node.node_id]
        for member in fleet.ready
        if member is not soonest and member.ref not in decision.cordon
    )
    if rest < 1 + coming:
        return decision
    decision = because(
        decision,
        Rule.PACK_TAIL,
        f"{names_of([soonest])} takes no more: its last child is likely to end in "
        f"{left[soonest.ref]:.0f} s, and the other nodes have room for {rest}",
    )
    return replace(decision, cordon=(*decision.cordon, soonest.ref))


def seconds_left(member: Member, laws: ServiceLaws, now: datetime) -> float:
    """Until the last of its children ends, in the middle case."""
    left = 0.0
    for one in member.node.running:
        age = 0.0
        if one.started_at is not None:
            age = max(0.0, (now - one.started_at).total_seconds())
        left = max(left, laws.of(one.job, one.profile or "").median_left(age))
    return left

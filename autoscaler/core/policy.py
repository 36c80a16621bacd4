"""
Decide one pool's cycle: the groups' sizes, and the fate of each node.

Only the order is here; the arithmetic is in the modules beside it.  Equal arguments give an equal
``Decision``: the daemon, the dry run and the simulator call this one function.
Pure; imports ``autoscaler.core`` only.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from autoscaler.core.briefing import brief
from autoscaler.core.decision import Decision, Reason, Rule
from autoscaler.core.fleet import held_instances
from autoscaler.core.guards import (
    hold_for_cooldown,
    hold_for_unjoined,
    keep_above_min,
    keep_below_max,
    seconds,
    trim_to_step,
)
from autoscaler.core.hooks import due_for_heartbeat
from autoscaler.core.idling import let_idle_go, pack_tail
from autoscaler.core.memory import Memory
from autoscaler.core.model import Observation
from autoscaler.core.orders import place_orders
from autoscaler.core.pausing import heed_leader, heed_pause
from autoscaler.core.release import heed_notices, wind_down
from autoscaler.core.settings import PoolSettings
from autoscaler.core.strategies import keep_spare, nodes_to_buy
from autoscaler.core.unjoined import mend_boots

#: Nomad needs a moment to place what has room; longer than this is worth a word.
_PLACED_WITHIN = timedelta(minutes=1)


def decide(
    observed: Observation, settings: PoolSettings, memory: Memory, now: datetime
) -> Decision:
    """
    Buy what the queue surely needs; let go of what it surely does not; say why.

    A paused pool is decided on like any other: people see what would be done, and memory goes on.
    So does a daemon that stands by, which can take over with all that it has learned.
    """
    decision = heed_pause(_decided(observed, settings, memory, now), observed.pause, now)
    return heed_leader(decision, observed.standing_by)


def _decided(
    observed: Observation, settings: PoolSettings, memory: Memory, now: datetime
) -> Decision:
    briefing = brief(observed, settings, memory, now)
    if briefing is None:
        return _hold(observed, memory, now)
    memory, outlook, situation = briefing.memory, briefing.outlook, briefing.situation
    fleet, demand, groups = situation.fleet, situation.demand, situation.groups
    least, window, stands = situation.least, briefing.window, briefing.stands
    scaling = settings.scaling
    count, reasons = nodes_to_buy(outlook)
    current = sum(group.desired for group in groups)
    decision = Decision(
        pool=observed.pool,
        current=current,
        desired=current,
        reasons=_missing(observed) + demand.reasons + _not_placed(memory, now) + reasons,
        memory=memory,
        counts=fleet.counts,
        unplaceable=demand.unplaceable,
        buy=count,
        uncordon=demand.uncordon,
    )
    decision = keep_spare(decision, outlook)
    committed = sum(stands.values())
    if observed.complete:
        useful = committed - len(fleet.never_joined)
        decision = keep_above_min(decision, useful, least, window)
        decision = mend_boots(decision, situation)
    decision = hold_for_cooldown(decision, scaling.scale_out, now)
    decision = trim_to_step(decision, scaling.scale_out)
    decision = keep_below_max(decision, committed, settings)
    decision = keep_above_min(decision, committed - len(decision.give_up), least, window)
    decision = hold_for_unjoined(decision, settings, now)
    decision = place_orders(decision, groups, stands, now)
    # What was given up above is gone already.
    if decision.give_up:
        situation = replace(situation, room=situation.room.less(decision.give_up))
    decision = heed_notices(decision, situation)
    if observed.complete:
        decision = wind_down(decision, situation)
        if not demand.room_for_all and not decision.uncordon:
            decision = let_idle_go(decision, situation, observed.queues)
            if scaling.scale_in.pack_tail and not observed.pending_count and not fleet.in_flight:
                decision = pack_tail(decision, situation, observed.queues)
    return _summed_up(decision)


def _summed_up(decision: Decision) -> Decision:
    orders = (*decision.orders, *decision.retract)
    change = sum(order.count for order in orders) - len(decision.release) - len(decision.give_up)
    if change:
        decision = replace(decision, desired=(decision.current or 0) + change)
    if not decision.reasons:
        quiet = Reason(Rule.QUIET, "nothing waits, and nothing is to spare")
        decision = replace(decision, reasons=(quiet,))
    return decision


def _hold(observed: Observation, memory: Memory, now: datetime) -> Decision:
    """
    Unknown is not zero: without the nodes or the groups there is nothing sure to act on.

    Instances that a lifecycle hook holds are held on to: whether work runs there is not known.
    """
    groups = observed.groups
    desired = None if groups is None else sum(group.desired for group in groups)
    return Decision(
        observed.pool,
        desired,
        desired,
        _missing(observed),
        memory,
        hold_on=due_for_heartbeat(held_instances(groups or ()), groups or (), memory, now),
    )


def _not_placed(memory: Memory, now: datetime) -> tuple[Reason, ...]:
    """Nomad places in a moment what has room: if it does not, it knows something that we do not."""
    since = memory.fitting_since
    if since is None or now - since < _PLACED_WITHIN:
        return ()
    detail = (
        f"children that ready nodes have room for have waited for {seconds(now - since)}: Nomad "
        "knows why, see `nomad job status` of one"
    )
    return (Reason(Rule.NOT_PLACED, detail),)


def _missing(observed: Observation) -> tuple[Reason, ...]:
    """The details are in the observation: here is what follows from them."""
    parts = " and ".join(sorted({missing.part for missing in observed.missing}))
    if not parts:
        return ()
    return (Reason(Rule.INCOMPLETE, f"{parts} unknown, which is not zero: nothing is let go"),)

"""
Decide one pool's cycle: the group's size, and the fate of each node.

Only the order is here; the arithmetic is in ``demand``, ``guards`` and ``release``.  Equal
arguments give an equal ``Decision``: the daemon and the dry run both call this one function.
Pure; imports ``autoscaler.core`` only.
"""

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from autoscaler.core.decision import Decision, Memory, Reason, Rule
from autoscaler.core.demand import assess
from autoscaler.core.fleet import Fleet, muster
from autoscaler.core.guards import (
    hold_for_cooldown,
    keep_above_min,
    keep_below_max,
    trim_to_step,
)
from autoscaler.core.model import Observation
from autoscaler.core.release import Situation, cordon_idle, wind_down
from autoscaler.core.settings import PoolSettings


def decide(
    observed: Observation, settings: PoolSettings, memory: Memory, now: datetime
) -> Decision:
    """Buy what the queue surely needs; let go of what it surely does not; say why."""
    group, nodes = observed.group, observed.nodes
    if group is None or nodes is None:
        return _hold(observed, memory)
    fleet = muster(nodes, group, settings.boot_timeout, now)
    memory = _remember(memory, fleet, now)
    need = assess(observed.queues, fleet, settings, memory)
    decision = Decision(
        pool=observed.pool,
        current=group.desired,
        desired=group.desired + need.new_count,
        reasons=_missing(observed) + need.reasons + _unjoined(fleet, settings),
        memory=memory,
        counts=fleet.counts,
        unplaceable=MappingProxyType(need.unplaceable),
        buy=need.new_count,
        uncordon=need.uncordon,
    )
    decision = hold_for_cooldown(decision, settings.scaling.scale_out, now)
    decision = trim_to_step(decision, settings.scaling.scale_out)
    decision = keep_below_max(decision, settings.size, group)
    decision = keep_above_min(decision, settings.size, group)
    situation = Situation(fleet, group, settings, now, need.wanted)
    if observed.complete:
        decision = wind_down(decision, situation)
        if not need.new_count and not decision.uncordon:
            decision = cordon_idle(decision, situation)
    if not decision.reasons:
        quiet = Reason(Rule.QUIET, "nothing waits, and nothing is to spare")
        decision = replace(decision, reasons=(quiet,))
    return decision


def _hold(observed: Observation, memory: Memory) -> Decision:
    """Unknown is not zero: without the nodes or the group there is nothing sure to act on."""
    desired = observed.group.desired if observed.group else None
    return Decision(observed.pool, desired, desired, _missing(observed), memory)


def _missing(observed: Observation) -> tuple[Reason, ...]:
    """The details are in the observation: here is what follows from them."""
    parts = " and ".join(sorted({missing.part for missing in observed.missing}))
    if not parts:
        return ()
    return (Reason(Rule.INCOMPLETE, f"{parts} unknown, which is not zero: nothing is let go"),)


def _unjoined(fleet: Fleet, settings: PoolSettings) -> tuple[Reason, ...]:
    if not fleet.unjoined:
        return ()
    names = ", ".join(instance.instance_id for instance in fleet.unjoined)
    limit = settings.boot_timeout.total_seconds()
    return (Reason(Rule.UNJOINED, f"{names} in service for over {limit:.0f} s and no ready node"),)


def _remember(memory: Memory, fleet: Fleet, now: datetime) -> Memory:
    idle_since = {
        member.node.node_id: memory.idle_since.get(member.node.node_id, now)
        for member in fleet.ready
        if member.idle
    }
    shape = None
    for member in fleet.ready:
        capacity = member.node.capacity
        shape = capacity if shape is None else shape.at_most(capacity)
    return replace(memory, idle_since=MappingProxyType(idle_since), shape=shape or memory.shape)

"""
How many nodes the queue is worth, by the pool's strategy; and the spare ones on top.

Pure; imports ``autoscaler.core`` only.
"""

from dataclasses import replace

from autoscaler.core.backlog import least_nodes
from autoscaler.core.decision import Decision, Reason, Rule
from autoscaler.core.demand import children_of, idle_beyond
from autoscaler.core.guards import buying
from autoscaler.core.settings import Scaling
from autoscaler.core.starts import Outlook


def slots_per_node(scaling: Scaling) -> int | None:
    """At how many allocations a new node counts as full; None: when its resources are used up."""
    return scaling.children_per_node if scaling.strategy == "per_node" else None


def nodes_to_buy(outlook: Outlook) -> tuple[int, tuple[Reason, ...]]:
    """How many, before any guard, and why; never more than hold all that is short of room."""
    match outlook.scaling.strategy:
        case "backlog":
            return least_nodes(outlook)
        case "steps":
            return _by_steps(outlook)
        case "per_node":
            return outlook.demand.room_for_all, ()


def _by_steps(outlook: Outlook) -> tuple[int, tuple[Reason, ...]]:
    depth = sum(children_of(outlook.demand.short).values())
    reached = [step for step in outlook.scaling.steps if step.queue <= depth]
    if not reached:
        return 0, ()
    step = max(reached, key=lambda one: one.queue)
    count = min(step.add, outlook.demand.room_for_all)
    detail = f"{depth} find no room: the step from {step.queue} adds {step.add}"
    return count, (Reason(Rule.STEPS, detail),)


def keep_spare(decision: Decision, outlook: Outlook) -> Decision:
    """Have so many idle nodes beyond those that the queue needs."""
    spare = outlook.scaling.spare
    if not spare:
        return decision
    idle = len(idle_beyond(outlook.fleet, outlook.demand))
    missing = spare - idle - outlook.demand.idle_in_flight_count
    if missing <= 0:
        return decision
    cordoned = [
        member.ref
        for member in outlook.fleet.cordoned
        if member.idle and not member.warned and member.ref not in decision.uncordon
    ][:missing]
    detail = f"{spare} idle are to be spare, {idle} are"
    if cordoned:
        decision = replace(
            decision,
            uncordon=(*decision.uncordon, *cordoned),
            reasons=(*decision.reasons, Reason(Rule.SPARE, detail)),
        )
    return buying(decision, decision.buy + missing - len(cordoned), Rule.SPARE, detail)

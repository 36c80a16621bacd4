"""
From which group the nodes come: the first that can launch, and back to it when it can again.

What was asked of a group whose launches fail is not on its way: another group is asked, and the
request is taken back where that cannot cost an instance.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from autoscaler.core.decision import Decision, Order, Rule
from autoscaler.core.guards import because, looking_again, seconds
from autoscaler.core.memory import Memory
from autoscaler.core.model import Group, Lifecycle
from autoscaler.core.troubles import MENDS, failing, launches_allowed, tried_again_at


def standing(groups: Sequence[Group], memory: Memory, *, complete: bool) -> Mapping[str, int]:
    """
    Each group's desired capacity without requests that fail and can be taken back.

    A request is what is desired beyond the instances that are there; of a picture that is not
    ``complete`` none is taken back.
    """
    stuck = failing(memory) if complete else frozenset()
    return {
        group.name: min(group.desired, max(group.size_min, group.present_count))
        if group.name in stuck and _can_lower(group)
        else group.desired
        for group in groups
    }


def place_orders(
    decision: Decision, groups: Sequence[Group], stands: Mapping[str, int], now: datetime
) -> Decision:
    """
    Share out what is to be bought, in order of preference, and take back what is stuck.

    ``stands`` is what ``standing`` says of these groups.
    """
    left = decision.buy
    desired = {group.name: group.desired for group in groups}
    for group in groups:
        allowed = launches_allowed(decision.memory, group, now)
        room = max(0, group.size_max - group.desired)
        count = min(left, room if allowed is None else min(room, allowed))
        desired[group.name] += count
        left -= count
    for group in groups:
        if group.name in failing(decision.memory):
            # What no other group can take stays asked for: AWS goes on trying by itself.
            base = max(group.size_min, group.present_count)
            kept = min(max(0, group.desired - base), left)
            left -= kept
            if desired[group.name] == group.desired > base + kept:
                decision = _taken_back(decision, group, stands[group.name], kept)
    decision = _told(decision, groups, now)
    if not decision.buy:
        return decision
    decision = replace(decision, orders=_orders(groups, desired))
    decision = _told_of_fail_over(decision, groups)
    bought = sum(order.count for order in decision.orders)
    if bought < decision.buy:
        decision = _told_of_limits(decision, groups, decision.buy - bought)
    return replace(decision, buy=bought)


def _orders(groups: Sequence[Group], desired: dict[str, int]) -> tuple[Order, ...]:
    return tuple(
        Order(group.name, group.desired, desired[group.name])
        for group in groups
        if desired[group.name] > group.desired
    )


def _can_lower(group: Group) -> bool:
    """
    Whether AWS would find no victim, should an instance launch just when we ask for fewer.

    The capacity is lowered to the instances that are there; one more makes one too many.
    """
    staying = (
        instance
        for instance in group.instances
        if instance.lifecycle not in (Lifecycle.LEAVING, Lifecycle.HELD)
    )
    return group.protects_new and all(instance.protected for instance in staying)


def _taken_back(decision: Decision, group: Group, stands: int, kept: int) -> Decision:
    """Lower the group to what stands of it and is kept, where AWS could not choose a victim."""
    count = group.desired - max(group.size_min, group.present_count) - kept
    if not _can_lower(group):
        detail = (
            f"{count} asked of {group.name} stay asked for: not all of its instances are "
            "protected from scale-in, and AWS would choose one to end"
        )
        return because(decision, Rule.RETRACT, detail)
    if stands == group.desired:
        return decision  # The picture is partial: nothing is taken back.
    order = Order(group.name, group.desired, stands + kept)
    decision = replace(decision, retract=(*decision.retract, order))
    return because(
        decision, Rule.RETRACT, f"{count} asked of {group.name} taken back: they do not come"
    )


def _told(decision: Decision, groups: Sequence[Group], now: datetime) -> Decision:
    for group in groups:
        trouble = decision.memory.troubles.get(group.name)
        if trouble is None or not trouble.count:
            continue
        at = tried_again_at(trouble)
        then = f"tried again in {seconds(at - now)}" if at > now else "tried again with one"
        detail = (
            f"{group.name}: {trouble.count} launches in a row failed ({trouble.kind.value}); "
            f"{then}; {MENDS[trouble.kind]}. AWS says: {trouble.detail}"
        )
        decision = because(decision, Rule.LAUNCH_FAILURE, detail)
        if at > now:
            decision = looking_again(decision, at)
    return decision


def _told_of_fail_over(decision: Decision, groups: Sequence[Group]) -> Decision:
    stuck = failing(decision.memory)
    for order in decision.orders:
        before = [group.name for group in groups[: _place(groups, order.group)]]
        failed = [name for name in before if name in stuck]
        if order.group in stuck:
            detail = f"one asked of {order.group} to see whether it launches again"
            decision = because(decision, Rule.PROBE, detail)
        elif failed:
            detail = f"{order.count} asked of {order.group}, as {' and '.join(failed)} cannot"
            decision = because(decision, Rule.FAIL_OVER, detail)
    return decision


def _told_of_limits(decision: Decision, groups: Sequence[Group], count: int) -> Decision:
    stuck = failing(decision.memory)
    full = [
        f"{group.name} (at most {group.size_max})"
        for group in groups
        if group.name not in stuck and group.size_max <= group.desired + _asked(decision, group)
    ]
    if not full:
        return decision
    return because(decision, Rule.SIZE_MAX, f"{count} more would not fit {' and '.join(full)}")


def _asked(decision: Decision, group: Group) -> int:
    return sum(order.count for order in decision.orders if order.group == group.name)


def _place(groups: Sequence[Group], name: str) -> int:
    return next(index for index, group in enumerate(groups) if group.name == name)

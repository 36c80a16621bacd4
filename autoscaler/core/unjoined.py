"""
Instances whose node never joined: replaced, a few times, and then given up.

Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Sequence
from dataclasses import replace

from autoscaler.core.decision import Decision, InstanceRef, Rule
from autoscaler.core.guards import because, unjoined_rest_until
from autoscaler.core.release import Situation
from autoscaler.core.room import beyond_desired


def mend_boots(decision: Decision, situation: Situation) -> Decision:
    """
    End the instances that never became nodes.

    The demand is replaced by AWS at once, as the desired capacity stays; but after several in a row
    more of the same would not join either, and these are not replaced.
    """
    fleet, groups, settings = situation.fleet, situation.groups, situation.settings
    limit = settings.boot_timeout.total_seconds()
    lost = [ref for ref in fleet.unjoined if ref not in fleet.never_joined]
    if lost:
        detail = f"{_names(lost)} in service for over {limit:.0f} s, with a node that is not ready"
        decision = because(decision, Rule.UNJOINED, detail)
    if not fleet.never_joined:
        return decision
    left = max(0, settings.unjoined_max - decision.memory.never_joined_count)
    until = unjoined_rest_until(decision.memory, settings)
    if until is not None and until <= situation.now:
        left = 1
    # What is bought in this cycle counts none of them, so those that are still needed are among
    # what is bought: replacing one spares the purchase of another.
    replaced = fleet.never_joined[: min(left, decision.buy)]
    going = situation.room.within(fleet.never_joined[len(replaced) :])
    over, surplus = beyond_desired(going, groups)
    parts = []
    if replaced:
        parts.append(f"{_names(replaced)} replaced")
        decision = replace(decision, buy=decision.buy - len(replaced))
    if going:
        parts.append(f"{_names(going)} given up")
    kept = len(fleet.never_joined) - len(replaced) - len(going)
    if kept:
        parts.append(f"{kept} stay for the minimum")
    decision = replace(decision, replace=(*replaced, *over), give_up=surplus)
    detail = f"no node within {limit:.0f} s of the launch: {', '.join(parts)}"
    return because(decision, Rule.UNJOINED, detail)


def _names(refs: Sequence[InstanceRef]) -> str:
    return ", ".join(ref.instance_id for ref in refs)

"""
Instances whose node never joined: replaced, a few times, and then given up.

Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Sequence
from dataclasses import replace

from autoscaler.core.decision import Decision, InstanceRef, Rule
from autoscaler.core.guards import because, unjoined_rest
from autoscaler.core.memory import Memory
from autoscaler.core.release import Situation


def mend_boots(decision: Decision, situation: Situation) -> Decision:
    """
    End the instances that never became nodes.

    The demand is replaced by AWS at once, as the desired capacity stays; but after several in a row
    more of the same would not join either, and these are not replaced.
    """
    fleet, settings = situation.fleet, situation.settings
    limit = settings.boot_timeout.total_seconds()
    lost = [ref for ref in fleet.unjoined if ref not in fleet.never_joined]
    if lost:
        detail = f"{_names(lost)} in service for over {limit:.0f} s, with a node that is not ready"
        decision = because(decision, Rule.UNJOINED, detail)
    if not fleet.never_joined:
        return decision
    count = decision.memory.never_joined_count
    # Those lost now count already: the last of a series is not replaced.
    left = max(0, settings.unjoined_max - count - len(fleet.never_joined))
    # What is bought in this cycle counts none of them, so those that are still needed are among
    # what is bought: replacing one spares the purchase of another.
    needed = fleet.never_joined[: min(left, decision.buy)]
    rest = fleet.never_joined[len(needed) :]
    beyond, given_up = situation.room.split(rest)
    kept = [ref for ref in rest if ref not in beyond and ref not in given_up]
    again = _tried_again(kept, decision.memory, situation)
    replaced = (*needed, *again)
    stay = [ref for ref in kept if ref not in again]
    parts = [
        f"{_names(refs)} {what}"
        for refs, what in (
            (replaced, "replaced"),
            ((*beyond, *given_up), "given up"),
            (stay, "kept for the minimum"),
        )
        if refs
    ]
    decision = replace(
        decision,
        buy=decision.buy - len(needed),
        replace=(*replaced, *beyond),
        give_up=given_up,
    )
    detail = f"no node within {limit:.0f} s of the launch: {', '.join(parts)}"
    return because(decision, Rule.UNJOINED, detail)


def _tried_again(
    kept: Sequence[InstanceRef], memory: Memory, situation: Situation
) -> tuple[InstanceRef, ...]:
    """Those that a minimum keeps are replaced as well, and after a series one that has rested."""
    settings = situation.settings
    left = settings.unjoined_max - memory.never_joined_count
    if left > 0:
        return tuple(kept[:left])
    rest = unjoined_rest(memory, settings)
    for ref in kept:
        boot = memory.boots.get(ref.instance_id)
        lost_at = boot.requested_at + settings.boot_timeout if boot else situation.now
        last = memory.last_never_joined_at or lost_at
        if max(lost_at, last) + rest <= situation.now:
            return (ref,)
    return ()


def _names(refs: Sequence[InstanceRef]) -> str:
    return ", ".join(ref.instance_id for ref in refs)

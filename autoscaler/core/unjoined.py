"""
Instances whose node never joined: replaced, a few times, and then given up.

Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Sequence
from dataclasses import replace

from autoscaler.core.decision import Decision, InstanceRef, Rule
from autoscaler.core.guards import because, unjoined_rest_until
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
    left = max(0, settings.unjoined_max - decision.memory.never_joined_count)
    until = unjoined_rest_until(decision.memory, settings)
    if until is not None and until <= situation.now:
        left = 1
    # What is bought in this cycle counts none of them, so those that are still needed are among
    # what is bought: replacing one spares the purchase of another.
    needed = fleet.never_joined[: min(left, decision.buy)]
    rest = fleet.never_joined[len(needed) :]
    beyond, given_up = situation.room.split(rest)
    kept = [ref for ref in rest if ref not in beyond and ref not in given_up]
    replaced = (*needed, *kept[: left - len(needed)])
    stay = kept[left - len(needed) :]
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


def _names(refs: Sequence[InstanceRef]) -> str:
    return ", ".join(ref.instance_id for ref in refs)

"""
The bounds on buying: each can hold or trim a decision, and says so.

Pure; imports ``autoscaler.core`` only.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from autoscaler.core.decision import Decision, Reason, Rule
from autoscaler.core.model import Group
from autoscaler.core.settings import ScaleOut, Size


def buying(decision: Decision, count: int, rule: Rule, detail: str) -> Decision:
    """The decision with another number of nodes to buy, and the reason if that changes it."""
    if count == decision.buy:
        return decision
    current = decision.current or 0
    return replace(
        decision,
        buy=count,
        desired=current + count - len(decision.release),
        reasons=(*decision.reasons, Reason(rule, detail)),
    )


def looking_again(decision: Decision, at: datetime) -> Decision:
    """The decision that asks for a cycle at that time, if none is due before."""
    if decision.look_again_at is not None and decision.look_again_at <= at:
        return decision
    return replace(decision, look_again_at=at)


def hold_for_cooldown(decision: Decision, settings: ScaleOut, now: datetime) -> Decision:
    """Buy nothing while the scale-out cooldown runs."""
    last = decision.memory.last_scale_out_at
    if not decision.buy or last is None or last + settings.cooldown <= now:
        return decision
    left = last + settings.cooldown - now
    held = buying(
        decision, 0, Rule.SCALE_OUT_COOLDOWN, f"{seconds(left)} of scale-out cooldown left"
    )
    return looking_again(held, last + settings.cooldown)


def trim_to_step(decision: Decision, settings: ScaleOut) -> Decision:
    """Buy at most so many nodes in one cycle."""
    count = min(decision.buy, settings.max_step)
    return buying(decision, count, Rule.MAX_STEP, f"at most {settings.max_step} in one cycle")


def keep_below_max(decision: Decision, size: Size, group: Group) -> Decision:
    """Never above our maximum, nor above the group's own."""
    highest = min(size.max, group.size_max)
    whose = "pool's" if size.max <= group.size_max else "group's"
    count = min(decision.buy, max(0, highest - group.desired))
    return buying(decision, count, Rule.SIZE_MAX, f"the {whose} maximum is {highest}")


def keep_above_min(decision: Decision, size: Size, group: Group) -> Decision:
    """Never below our minimum: it is bought whether there is work or not."""
    lowest = min(size.min, group.size_max)
    count = max(decision.buy, lowest - group.desired)
    return buying(decision, count, Rule.SIZE_MIN, f"the pool's minimum is {size.min}")


def seconds(duration: timedelta) -> str:
    """A duration for people."""
    return f"{duration.total_seconds():.0f} s"

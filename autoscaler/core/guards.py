"""
The bounds on buying: each can hold or trim a decision, and says so.

Pure; imports ``autoscaler.core`` only.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from autoscaler.core.decision import Decision, Reason, Rule
from autoscaler.core.memory import Memory
from autoscaler.core.model import Window
from autoscaler.core.settings import PoolSettings, ScaleOut

#: How long nothing is bought after several instances in a row never joined, at most.
_UNJOINED_REST_MAX = timedelta(hours=1)


def buying(decision: Decision, count: int, rule: Rule, detail: str) -> Decision:
    """The decision with another number of nodes to buy, and the reason if that changes it."""
    if count == decision.buy:
        return decision
    return because(replace(decision, buy=count), rule, detail)


def because(decision: Decision, rule: Rule, detail: str) -> Decision:
    """The decision with one reason more."""
    return replace(decision, reasons=(*decision.reasons, Reason(rule, detail)))


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


def size_min(settings: PoolSettings, windows: tuple[Window, ...]) -> tuple[int, Window | None]:
    """The least size in force, and the schedule that raised it, if one did."""
    highest = max(windows, key=lambda window: window.size_min, default=None)
    if highest is None or highest.size_min <= settings.size.min:
        return settings.size.min, None
    return min(highest.size_min, settings.size.max), highest


def keep_above_min(
    decision: Decision, committed: int, least: int, window: Window | None
) -> Decision:
    """Never below the minimum in force: it is bought whether there is work or not."""
    count = max(decision.buy, least - committed)
    if window is None:
        return buying(decision, count, Rule.SIZE_MIN, f"the pool's minimum is {least}")
    detail = f"the schedule {window.cron!r} wants {least} until {window.until:%Y-%m-%d %H:%M} UTC"
    return buying(decision, count, Rule.SCHEDULE, detail)


def keep_below_max(decision: Decision, committed: int, settings: PoolSettings) -> Decision:
    """Never above our maximum; a group's own is kept where the groups are chosen."""
    count = min(decision.buy, max(0, settings.size.max - committed))
    return buying(decision, count, Rule.SIZE_MAX, f"the pool's maximum is {settings.size.max}")


def hold_for_unjoined(decision: Decision, settings: PoolSettings, now: datetime) -> Decision:
    """
    Buy nothing for a while when several instances in a row never became nodes.

    More of the same would not join either; one is tried when the rest is over.
    """
    lost_now = len(decision.replace) + len(decision.give_up)
    memory = decision.memory
    count = memory.never_joined_count + lost_now
    last = now if lost_now else memory.last_never_joined_at
    if count < settings.unjoined_max or last is None or not decision.buy:
        return decision
    what = f"{count} instances in a row never became nodes"
    until = last + unjoined_rest(replace(memory, never_joined_count=count), settings)
    if until > now:
        mend = "see an instance's console output, and whether its Nomad client finds the server"
        detail = f"{what}; one is tried in {seconds(until - now)}: {mend}"
        return looking_again(buying(decision, 0, Rule.NEVER_JOINED, detail), until)
    if any(boot.eligible_at is None for boot in memory.boots.values()):
        return buying(decision, 0, Rule.NEVER_JOINED, f"{what}; one is being tried")
    return because(replace(decision, buy=1), Rule.PROBE, f"{what}; trying one")


def unjoined_rest(memory: Memory, settings: PoolSettings) -> timedelta:
    """How long nothing is bought after a series of instances that never joined."""
    over = max(0, memory.never_joined_count - settings.unjoined_max)
    rest: timedelta = min(settings.boot_timeout * 2 ** min(over, 10), _UNJOINED_REST_MAX)
    return rest


def seconds(duration: timedelta) -> str:
    """A duration for people."""
    return f"{duration.total_seconds():.0f} s"

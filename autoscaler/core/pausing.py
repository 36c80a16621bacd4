"""
What a pause, or another daemon that leads, makes of a decision: the same decision, which says
first that nothing of it is done.

Pure; imports ``autoscaler.core`` only.
"""

from dataclasses import replace
from datetime import datetime

from autoscaler.core.decision import Decision, Reason, Rule
from autoscaler.core.explaining import clock, span
from autoscaler.core.pause import Pause


def heed_pause(decision: Decision, pause: Pause | None, now: datetime) -> Decision:
    """
    Mark it as one that is not carried out.

    Of what is due before the next interval only the pause's own end is left: a settle or an idle
    time that ends meanwhile leads to nothing.
    """
    if pause is None:
        return decision
    reason = Reason(Rule.PAUSED, f"{paused_by(pause, now)}: {pause.why}; nothing is done")
    return replace(
        decision,
        reasons=(reason, *decision.reasons),
        paused=True,
        look_again_at=pause.until,
    )


def heed_leader(decision: Decision, standing_by: str) -> Decision:
    """
    Mark it as one that another daemon carries out, and not this one.

    Nothing is left to do here, not even the heartbeats: they are the leader's.
    """
    if not standing_by:
        return decision
    reason = Reason(Rule.STANDING_BY, f"{standing_by}; nothing is done here")
    return replace(
        decision,
        reasons=(reason, *decision.reasons),
        paused=True,
        hold_on=(),
        look_again_at=None,
    )


def paused_by(pause: Pause, now: datetime) -> str:
    """``paused by ann until 14:20:00 UTC (in 40 min)``, or since when where it has no end."""
    if pause.until is None:
        return f"paused by {pause.by} since {clock(pause.since, now)}, until resumed"
    return f"paused by {pause.by} until {clock(pause.until, now)} (in {span(pause.until - now)})"

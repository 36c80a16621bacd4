"""
Whether our clock and another system's agree, by the Date header of its answers.

Pure; imports the finding beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from autoscaler.checks.finding import About, Finding

_WARNING = timedelta(seconds=5)
_WRONG = timedelta(seconds=30)
#: An answer that took longer tells too little.
_ROUND_TRIP_MAX = timedelta(seconds=5)
#: The header is cut to whole seconds.
_HALF_A_SECOND = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When an answer was asked for and came, by our clock, and what its Date header said."""

    sent_at: datetime
    came_at: datetime
    date: str | None


def skew(stamp: Stamp) -> timedelta | None:
    """How far ahead of the other's our clock is; None where that cannot be told."""
    if stamp.date is None or stamp.came_at - stamp.sent_at > _ROUND_TRIP_MAX:
        return None
    try:
        theirs = parsedate_to_datetime(stamp.date)
    except ValueError:
        return None
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    ours = stamp.sent_at + (stamp.came_at - stamp.sent_at) / 2
    return ours - (theirs + _HALF_A_SECOND)


def judge_clock(stamp: Stamp | None, system: str, about: About) -> Iterator[Finding]:
    """``system`` is whose clock it is, for people; nothing where no answer came at all."""
    if stamp is None:
        return
    ahead = skew(stamp)
    if ahead is None:
        says = f"whether this clock and {system}'s agree: its answer tells no usable time"
        yield about.unknown("clock.skew", says)
        return
    off = abs(ahead)
    if off <= _WARNING:
        yield about.ok("clock.skew", f"this clock and {system}'s agree")
        return
    way = "ahead of" if ahead > timedelta(0) else "behind"
    says = f"this clock is {off.total_seconds():.0f} s {way} {system}'s"
    mend = "let chrony or systemd-timesyncd keep the clocks: ages and timeouts are told by them"
    tell = about.wrong if off > _WRONG else about.warning
    yield tell("clock.skew", says, mend)

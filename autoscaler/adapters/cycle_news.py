"""
What of a cycle is news: so that the log has what changed, and neither a trouble that stands nor a
storm of dispatches fills it.

Imports ports and the standard library only.
"""

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from autoscaler.ports import CycleReport

#: What was said so lately is not said again, and counts that change alone are not said sooner: in
#: a storm cycles run several times a second.
_AGAIN_AFTER = timedelta(seconds=10)
#: So many different errors of one trouble are told; beyond that the words differ by chance.
_ERRORS_TOLD_MAX = 8
#: Words of an error that differ from one time to the next: ids, addresses, times.
_VARYING = re.compile(r"\b(?=\w{4,}\b)\w*\d\w*")


@dataclass(slots=True)
class ChangeFilter:
    """Tells of one pool's cycles which change something: so often at most, the last for sure."""

    _decided: Hashable = None
    _gist: tuple[Any, ...] | None = None
    _said_at: datetime | None = None
    #: When each decision was said last, those of late only.
    _lately: dict[Hashable, datetime] = field(default_factory=dict)

    def is_news(self, report: CycleReport) -> bool:
        """
        Whether the cycle's line is to be seen; what is not stays news until it is.

        A decision, or the reasons for it, that was not said of late is so at once.
        """
        now = report.ended_at
        self._lately = {one: at for one, at in self._lately.items() if _is_recent(at, now)}
        decided = _decided(report)
        changed = decided != self._decided and decided not in self._lately
        counted = report.gist != self._gist and not _is_recent(self._said_at, now)
        return changed or counted

    def said(self, report: CycleReport) -> None:
        """The line was shown."""
        self._decided, self._gist = _decided(report), report.gist
        self._said_at = self._lately[self._decided] = report.ended_at


@dataclass(slots=True)
class TroubleFilter:
    """Tells of troubles, by what they are of, which errors are new; each once while it stands."""

    _told: dict[tuple[str, ...], set[str]] = field(default_factory=dict)

    def is_news(self, trouble: tuple[str, ...], error: str) -> bool:
        """Whether this error was not told of that trouble; numbers and ids in it left out."""
        told = self._told.setdefault(trouble, set())
        kind = _VARYING.sub("#", error)
        if kind in told or len(told) >= _ERRORS_TOLD_MAX:
            return False
        told.add(kind)
        return True

    def over(self, standing: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Which troubles are over, of those that were told, when these stand."""
        left = set(standing)
        over = [one for one in self._told if one not in left]
        for one in over:
            del self._told[one]
        return over


def _decided(report: CycleReport) -> Hashable:
    decision = report.decision
    rules = tuple(reason.rule for reason in decision.reasons)
    return (decision.desired, decision.paused, report.outcome == "failed", rules)


def _is_recent(at: datetime | None, now: datetime) -> bool:
    # A clock that was set back must not silence anything.
    return at is not None and timedelta(0) <= now - at < _AGAIN_AFTER

"""
What was decided of late: the decisions that were news, and those that changed something.

For one thread at a time.  Imports core, ports, status.documents, status.past and status.picture.
"""

from collections import deque
from collections.abc import Iterable
from typing import Any

from autoscaler.core.plan import ExtendHook, Purge
from autoscaler.ports import ActionReport, CycleReport
from autoscaler.status.documents import DecisionStatus
from autoscaler.status.past import PastCycle
from autoscaler.status.picture import decision_status

_NEWS_MAX = 500
_CHANGES_MAX = 50
#: A heartbeat, and the tidying of Nomad's records: neither takes nor gives capacity.
_NO_CHANGE = (ExtendHook, Purge)


class Chronicle:
    """Of all pools; the newest are kept."""

    def __init__(self) -> None:
        self._news: dict[str, deque[DecisionStatus]] = {}
        self._changes: deque[DecisionStatus] = deque(maxlen=_CHANGES_MAX)
        self._gists: dict[str, tuple[Any, ...]] = {}

    def add(self, report: CycleReport) -> None:
        """Keep it where it says something new."""
        if report.gist == self._gists.get(report.pool) and not report.actions:
            return
        self._gists[report.pool] = report.gist
        decision = decision_status(report)
        news = self._news.setdefault(report.pool, deque(maxlen=_NEWS_MAX))
        _add(news, decision)
        if any(map(_changes, report.actions)):
            _add(self._changes, decision)

    def recall(self, cycles: Iterable[PastCycle]) -> None:
        """Begin with what an earlier run did, in whichever order it comes."""
        for cycle in sorted(cycles, key=lambda one: one.ended_at):
            decision = decision_status(cycle)
            news = self._news.setdefault(cycle.pool, deque(maxlen=_NEWS_MAX))
            if not news or decision.actions or _said(news[-1]) != _said(decision):
                _add(news, decision)
            if any(map(_changes, cycle.actions)):
                _add(self._changes, decision)
        # Other pools' may have been there before.
        self._changes = deque(sorted(self._changes, key=lambda one: one.at), maxlen=_CHANGES_MAX)

    @property
    def changes(self) -> tuple[DecisionStatus, ...]:
        """Those that changed capacity, cordoned, released or failed to; newest first."""
        return tuple(reversed(self._changes))

    def news(self, pool: str | None, last: int) -> tuple[DecisionStatus, ...]:
        """The last so many of one pool, or of all; newest first."""
        kept = [one for name, news in self._news.items() if pool in (None, name) for one in news]
        return tuple(sorted(kept, key=lambda one: one.at, reverse=True)[: max(0, last)])


def _changes(report: ActionReport) -> bool:
    return report.outcome == "failed" or not isinstance(report.action, _NO_CHANGE)


def _said(decision: DecisionStatus) -> tuple[Any, ...]:
    """As near to a report's gist as can be told without what was seen."""
    rules = [one.rule for one in decision.reasons]
    return decision.current, decision.desired, decision.outcome, rules


def _add(kept: deque[DecisionStatus], decision: DecisionStatus) -> None:
    """An attempt that fails again and again is told once, as it failed last."""
    if kept and _fails_alike(kept[-1], decision):
        kept.pop()
    kept.append(decision)


def _fails_alike(before: DecisionStatus, after: DecisionStatus) -> bool:
    same = (before.pool, before.outcome, before.actions) == (
        after.pool,
        after.outcome,
        after.actions,
    )
    return same and any(one.outcome == "failed" for one in after.actions)

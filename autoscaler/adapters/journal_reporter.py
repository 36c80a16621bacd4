"""
What of the cycles goes into the journal, and when: news at once, the rest now and then.

Imports journal, core and ports.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from autoscaler.adapters.journal import Journal, without_the_moment
from autoscaler.core.memory import Memory
from autoscaler.ports import CycleReport

#: A storm of changes in the queue that leave the decision as it is is written down no more often,
#: nor are more and more service times.
_CHANGES_EVERY = timedelta(seconds=5)
#: What is no news is written down so often all the same.
_EVERY = timedelta(minutes=1)


class JournalReporter:
    """Keeps what each pool remembers, and of its cycles those that say something."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._recorded: dict[str, CycleReport] = {}
        self._remembered: dict[str, tuple[Memory, datetime]] = {}

    def report(self, report: CycleReport) -> None:
        """Write down what is worth it."""
        self._journal.note(report.pool, report.observation, report.now)
        if self._worth_recording(report):
            self._recorded[report.pool] = report
            self._journal.record(report)
        if self._worth_remembering(report):
            self._remembered[report.pool] = (report.memory, report.ended_at)
            self._journal.remember(report.pool, report.memory, report.ended_at)

    def _worth_recording(self, report: CycleReport) -> bool:
        before = self._recorded.get(report.pool)
        # What is to be done is news even where none of it was begun, as the daemon was to stop.
        if before is None or report.actions or report.decision.acts:
            return True
        if _answer(report) != _answer(before):
            return True
        age = report.ended_at - before.ended_at
        # A clock that was set back must silence nothing.
        if age < timedelta(0):
            return True
        return age >= _EVERY or (age >= _CHANGES_EVERY and report.gist != before.gist)

    def _worth_remembering(self, report: CycleReport) -> bool:
        before, remembered_at = self._remembered.get(report.pool, (Memory(), None))
        if _facts(report.memory) != _facts(before):
            return True
        age = None if remembered_at is None else report.ended_at - remembered_at
        if age is not None and age < timedelta(0):
            age = None
        if report.memory.service_seconds != before.service_seconds:
            return age is None or age >= _CHANGES_EVERY
        return (age is None or age >= _EVERY) and report.memory != before


def _facts(memory: Memory) -> Memory:
    """What must not be lost: all that is learned but the last of many service times."""
    return replace(without_the_moment(memory), service_seconds=Memory().service_seconds)


def _answer(report: CycleReport) -> tuple[Any, ...]:
    """What was decided and by which rules, the numbers in its reasons left out."""
    decision = report.decision
    rules = tuple(reason.rule for reason in decision.reasons)
    unplaceable = frozenset(decision.unplaceable)
    pause = report.observation.pause
    return decision.current, decision.desired, rules, unplaceable, pause, report.outcome

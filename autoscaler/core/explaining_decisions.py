"""
The last decisions, told: what was decided, why, and what became of it.

A run of cycles that held for the same reasons is told once, with its span.
Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from autoscaler.core.decision import Decision
from autoscaler.core.explaining import Explanation, Fate, quoted, told


@dataclass(frozen=True, slots=True)
class Deed:
    """One action of a cycle, in words."""

    #: Such as ``set_desired_capacity``, and the clause for people.
    code: str
    sentence: str
    #: ``applied``, ``given_up`` or ``failed``; and why, where it was not applied.
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One cycle as it was written down."""

    at: datetime
    cycle_id: str
    #: ``failed``, ``applied`` or ``no_op``.
    outcome: str
    decision: Decision
    deeds: tuple[Deed, ...] = ()
    #: What could not be read, each with its reason.
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Cycles in a row that decided alike: one that acted, or several that held."""

    since: datetime
    until: datetime
    #: Of those that were written down; between them there may have been more, all alike.
    record_count: int
    cycle_id: str
    explanation: Explanation


def explain_decisions(records: Iterable[DecisionRecord]) -> tuple[Stretch, ...]:
    """``records`` oldest first, and so is what is told."""
    runs: list[list[DecisionRecord]] = []
    for record in records:
        if runs and _alike(runs[-1][-1], record):
            runs[-1].append(record)
        else:
            runs.append([record])
    return tuple(_told(run) for run in runs)


def _alike(before: DecisionRecord, record: DecisionRecord) -> bool:
    # What was done is told each time, however often it was the same.
    return not before.deeds and not record.deeds and _gist(before) == _gist(record)


def _gist(record: DecisionRecord) -> tuple[Any, ...]:
    decision = record.decision
    rules = tuple(reason.rule for reason in decision.reasons)
    return decision.current, decision.desired, rules, record.outcome, record.missing


def _told(run: Sequence[DecisionRecord]) -> Stretch:
    last = run[-1]
    decision = last.decision
    details = (
        *(quoted(reason) for reason in decision.reasons),
        *(told(Fate.UNKNOWN, text) for text in last.missing),
        *(_deed(one) for one in last.deeds),
    )
    explanation = told(
        _code(last),
        _sentence(last),
        *details,
        current=decision.current,
        desired=decision.desired,
        buy_count=decision.buy,
    )
    return Stretch(run[0].at, last.at, len(run), last.cycle_id, explanation)


def _code(record: DecisionRecord) -> Fate:
    if record.outcome == "failed":
        return Fate.FAILED_CYCLE
    return Fate.ACTED if record.deeds else Fate.HELD


def _sentence(record: DecisionRecord) -> str:
    decision = record.decision
    if decision.current is None:
        size = "the desired capacity is not known"
    elif decision.desired == decision.current:
        size = f"desired stays at {decision.current}"
    elif decision.paused:
        how = "standing by" if decision.stands_by else "paused"
        size = f"desired stays at {decision.current}: {how}, else it would be {decision.desired}"
    else:
        size = f"desired {decision.current} → {decision.desired}"
    if record.outcome == "failed":
        return f"{size}; the cycle failed"
    return size


def _deed(deed: Deed) -> Explanation:
    if deed.outcome == "applied":
        return told(Fate.ACTION, f"done: {deed.sentence}", action=deed.code)
    code = Fate.ACTION_FAILED if deed.outcome == "failed" else Fate.ACTION
    how = "failed" if deed.outcome == "failed" else "not done"
    why = f"; {deed.detail}" if deed.detail else ""
    return told(code, f"{how}: {deed.sentence}{why}", action=deed.code)

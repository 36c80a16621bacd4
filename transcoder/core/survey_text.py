"""
Show a survey to people as lines of text, and to programs as plain values.

What comes from logs and inputs is anybody's: nothing unprintable reaches a terminal.
Imports ``children``, ``progress``, ``survey`` and the standard library.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from transcoder.core.children import State
from transcoder.core.progress import Standing, bar
from transcoder.core.survey import Row, Survey
from transcoder.core.task_log import PROGRESSED, Doing

_TITLES = {
    State.RUNNING: ("RUNNING", ("FOR", "CHILD", "NODE", "PROGRESS", "INPUT")),
    State.PENDING: ("PENDING", ("FOR", "CHILD", "INPUT")),
    State.FAILED: ("FAILED", ("AGO", "CHILD", "NODE", "INPUT")),
    State.DONE: ("DONE", ("AGO", "CHILD", "NODE", "TOOK", "RESULTS")),
}
_BAR_WIDTH = 10


def headline(survey: Survey) -> str:
    """One line: how many children stand where."""
    counts = survey.tally
    oldest = survey.oldest_pending_seconds
    waited = f" (the oldest for {span(oldest)})" if oldest is not None else ""
    more = "; there are more than were counted" if survey.cut else ""
    return (
        f"{printable(survey.job)}: {counts.pending} pending{waited}, {counts.running} running, "
        f"{counts.failed} failed, {counts.done} done{more}"
    )


def lines(survey: Survey, states: Iterable[State] = tuple(_TITLES)) -> list[str]:
    """All of a survey that is of these states."""
    shown = [headline(survey)]
    for state in (known for known in _TITLES if known in set(states)):
        shown += _section(state, survey.of(state), getattr(survey.tally, state.value))
    return shown


def _section(state: State, rows: Sequence[Row], count: int) -> list[str]:
    if not rows:
        return []
    title, heads = _TITLES[state]
    which = "oldest" if state is State.PENDING else "newest"
    part = f" (the {which} {len(rows)} of {count})" if len(rows) < count else ""
    table = _aligned([heads, *(_cells(one) for one in rows)])
    shown = ["", f"{title}{part}", f"  {table[0]}"]
    for one, line in zip(rows, table[1:], strict=True):
        shown.append(f"  {line}")
        shown += [f"      {note}" for note in _notes(one)]
    return shown


def _cells(one: Row) -> tuple[str, ...]:
    since = "?" if one.since_seconds is None else span(one.since_seconds)
    given = printable(f"{one.input or '?'} ({one.profiles or '?'})")
    node = printable(one.node or "?")
    if one.state is State.PENDING:
        return since, one.id, given
    if one.state is State.RUNNING:
        return since, one.id, node, doing_words(one.doing), given
    if one.state is State.FAILED:
        return since, one.id, node, given
    took = "?" if one.took_seconds is None else span(one.took_seconds)
    return since, one.id, node, took, printable(" ".join(one.keys) or given)


def _notes(one: Row) -> list[str]:
    """What there is to say of a child beside its line."""
    why = ": ".join(part for part in (one.reason, one.detail) if part)
    notes: list[str] = []
    if one.state is State.FAILED:
        notes += [why] if why else []
        notes += [f"after {one.attempt} attempts"] if one.attempt > 1 else []
    elif one.attempt > 1 and one.state is not State.DONE:
        notes.append(f"attempt {one.attempt}" + (f"; the one before: {why}" if why else ""))
    notes += [one.trouble] if one.trouble else []
    return [printable(note) for note in notes]


def doing_words(doing: Doing | None) -> str:
    """``[####······]  42 %  2.1x  0:12 left``, or the event that a task told last."""
    if doing is None:
        return "?"
    if doing.standing is not None and doing.event == PROGRESSED:
        return bar(doing.standing, _BAR_WIDTH)
    return printable(doing.event)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    # The last column ends where it ends.
    return ["  ".join(map(str.ljust, cells, [*widths[:-1], 0])) for cells in rows]


def span(seconds: float) -> str:
    """``12s``, ``3m05s``, ``2h40m``, ``3d4h``: two units are enough to act on."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    return f"{whole // 86400}d{whole % 86400 // 3600}h"


def printable(text: str) -> str:
    """The text without what would move a cursor, colour a screen or ring a bell."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def as_event(survey: Survey, states: Iterable[State] = tuple(State)) -> dict[str, object]:
    """A survey as one JSON object."""
    wanted = set(states)
    return {
        "event": "children.surveyed",
        "job": survey.job,
        "at": round(survey.at, 3),
        **asdict(survey.tally),
        "oldest_pending_seconds": _rounded(survey.oldest_pending_seconds),
        "complete": not survey.cut,
        "children": [_row_fields(one) for one in survey.rows if one.state in wanted],
    }


def _row_fields(one: Row) -> dict[str, object]:
    return {
        "job_id": one.id,
        "state": one.state,
        "since_seconds": _rounded(one.since_seconds),
        "input": one.input,
        "profile": one.profiles,
        "node": one.node,
        "attempt": one.attempt,
        **doing_fields(one.doing),
        "reason": one.reason,
        "detail": one.detail,
        "keys": list(one.keys),
        "took_seconds": _rounded(one.took_seconds),
        "trouble": one.trouble,
    }


def doing_fields(doing: Doing | None) -> dict[str, object]:
    """What a task does, as fields of an event; all None where that is not known."""
    now: Standing | None = doing.standing if doing else None
    return {
        "doing": doing.event if doing else None,
        "percent": now.percent if now else None,
        "speed": now.speed if now else None,
        "eta_seconds": now.eta_seconds if now else None,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)

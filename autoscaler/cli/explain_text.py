"""
The answers of ``autoscaler explain`` as text for people, and as JSON.

Imports cli.explain_answers and core.
"""

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from autoscaler.adapters.pictures import Picture
from autoscaler.cli.explain_answers import Answer, PoolAnswer
from autoscaler.core.explaining import Explanation, Fate, Number, span
from autoscaler.core.explaining_decisions import Stretch

#: A picture that is older than that is worth a warning.
_OLD_SECONDS = 120.0
#: Codes are set in a column of that width.
_CODE_WIDTH = 20


def as_text(answer: Answer) -> str:
    """For people."""
    lines = [f"note: {note}" for note in answer.notes]
    if answer.explanation is not None:
        lines.extend(_subject(answer, answer.explanation))
    else:
        for pool in answer.pools:
            lines.extend(_pool(pool, answer.at))
    return "\n".join(_wrapped(lines))


def _subject(answer: Answer, explanation: Explanation) -> Iterator[str]:
    pool = f"  (pool {answer.pools[0].pool})" if len(answer.pools) == 1 else ""
    yield f"{answer.subject}{pool}"
    yield f"  {explanation.sentence}"
    yield from (f"    {_code(one)}{one.sentence}" for one in _with_details(explanation))
    for one in answer.pools:
        if one.picture is not None:
            yield f"  {_source(one.picture, answer.at)}"


def _with_details(explanation: Explanation) -> Iterator[Explanation]:
    for one in explanation.details:
        if one.sentence not in explanation.sentence:
            yield one
        yield from one.details


def _pool(pool: PoolAnswer, now: datetime) -> Iterator[str]:
    yield f"pool {pool.pool}"
    if pool.picture is None:
        yield "  no cycle of it is known yet"
        return
    yield f"  {_source(pool.picture, now)}"
    yield f"  {_scene(pool.picture)}"
    for stretch in pool.decisions:
        yield ""
        yield f"  {_times(stretch)}"
        yield f"  {stretch.explanation.sentence}"
        yield from (f"    {_code(one)}{one.sentence}" for one in stretch.explanation.details)
    yield ""


def _scene(picture: Picture) -> str:
    observed, counts = picture.record.observation, picture.record.decision.counts
    unread = {one.part for one in observed.missing}
    parts = []
    if "queue" not in unread:
        parts.append(f"{observed.pending_count} pending, {observed.running_count} running")
    if not unread & {"nodes", "group"}:
        parts.append(
            f"{counts.ready} ready ({counts.busy} busy, {counts.idle} idle), "
            f"{counts.in_flight} in flight, {counts.cordoned} cordoned"
        )
    parts.extend(f"{part} unknown" for part in sorted(unread))
    return "; ".join(parts)


def _source(picture: Picture, now: datetime) -> str:
    age = picture.age_seconds(now)
    if picture.pid is not None:
        whence = f"from the running daemon (pid {picture.pid})"
    elif picture.daemon_silent:
        whence = "from the journal, as the daemon does not answer"
    else:
        whence = "from the journal: no daemon runs, so nothing is decided meanwhile"
    text = f"as of {both(picture.record.at)}, {span(age)} ago, {whence}"
    if age > _OLD_SECONDS and picture.pid is not None:
        text += "; its cycles do not get on, see its log"
    return text


def _times(stretch: Stretch) -> str:
    if stretch.since == stretch.until:
        return both(stretch.until)
    length = span(stretch.until - stretch.since)
    return f"{both(stretch.since)} to {both(stretch.until, short=True)}, {length}"


def both(at: datetime, *, short: bool = False) -> str:
    """An instant in local time and, where that is another, in UTC."""
    local, utc = at.astimezone(), at.astimezone(UTC)
    shape = "%H:%M:%S" if short else "%Y-%m-%d %H:%M:%S"
    if local.utcoffset() == utc.utcoffset():
        return f"{utc:{shape}} UTC"
    return f"{local:{shape} %Z} ({utc:%H:%M:%S} UTC)"


def _code(explanation: Explanation) -> str:
    code = "" if explanation.code == Fate.ACTION.value else explanation.code
    return f"{code:<{_CODE_WIDTH}}"


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    """On a terminal each line is folded where it ends, under itself."""
    if not sys.stdout.isatty():
        yield from lines
        return
    width = max(60, shutil.get_terminal_size().columns)
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if line.startswith("    "):
            indent += _CODE_WIDTH
        yield from textwrap.wrap(
            line, width, subsequent_indent=" " * indent, break_long_words=False
        ) or [""]


def as_json(answer: Answer) -> str:
    """For machines; instants in ISO 8601, UTC."""
    form: dict[str, Any] = {"at": _plain(answer.at), "notes": list(answer.notes)}
    if answer.explanation is not None:
        form["subject"] = answer.subject
        form["found"] = answer.found
        form["explanation"] = _explained(answer.explanation)
    form["pools"] = [_pool_form(one, answer.at) for one in answer.pools]
    return json.dumps(form, indent=2, ensure_ascii=False)


def _pool_form(pool: PoolAnswer, now: datetime) -> dict[str, Any]:
    picture = pool.picture
    form: dict[str, Any] = {"pool": pool.pool, "picture": None}
    if picture is not None:
        form["picture"] = {
            "source": "journal" if picture.pid is None else "daemon",
            "pid": picture.pid,
            "cycle_id": picture.record.cycle_id,
            "at": _plain(picture.record.at),
            "age_seconds": round(picture.age_seconds(now), 3),
        }
    if pool.decisions:
        form["decisions"] = [
            {
                "since": _plain(one.since),
                "until": _plain(one.until),
                "record_count": one.record_count,
                "cycle_id": one.cycle_id,
                **_explained(one.explanation),
            }
            for one in pool.decisions
        ]
    return form


def _explained(explanation: Explanation) -> dict[str, Any]:
    return {
        "code": explanation.code,
        "sentence": explanation.sentence,
        "numbers": _numbers(explanation.numbers),
        "details": [_explained(one) for one in explanation.details],
    }


def _numbers(numbers: Mapping[str, Number]) -> dict[str, Any]:
    return {name: _plain(number) for name, number in numbers.items()}


def _plain(value: Number) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return round(value, 3) if isinstance(value, float) else value

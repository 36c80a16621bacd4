"""
What the log of a task tells of it: how far it is, and how it ended.

The task writes lines of JSON (``logs`` to stderr, its outcome to stdout); between them may stand
anything.  Imports ``progress`` and the standard library.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from transcoder.core.progress import Standing

_LARGEST = 1e15

OUTCOME = "transcoder.outcome"
PROGRESSED = "transcode.progressed"

#: What ends an encode, or begins another: progress told before is not of now.
_OVER = frozenset(
    {
        "task.started",
        "transcode.started",
        "transcode.restarted",
        "transcode.finished",
        "verify.finished",
        "publish.finished",
    }
)


@dataclass(frozen=True, slots=True)
class Doing:
    """What a task does: the last event that it told, and how far the encode is, if it is one."""

    event: str
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """One attempt's end, in its own words."""

    done: bool
    exit_code: int | None
    reason: str | None
    detail: str | None
    #: None where the task did not say.
    retryable: bool | None
    keys: tuple[str, ...]
    seconds: float | None
    warnings: tuple[str, ...] = ()


def last_doing(tail: bytes) -> Doing | None:
    """What a task does, by the end of its stderr; None where that tells nothing."""
    newest: str | None = None
    for told in _backwards(tail):
        event = str(told["event"])
        newest = newest or event
        if event == PROGRESSED:
            return Doing(newest, _standing(told))
        if event in _OVER:
            break
    return Doing(newest) if newest else None


def last_ending(tail: bytes) -> Ending | None:
    """How a task ended last, by the end of its stdout; None where that tells nothing."""
    for told in _backwards(tail):
        if told["event"] == OUTCOME:
            return _ending(told)
    return None


def _backwards(tail: bytes) -> Iterator[Mapping[str, Any]]:
    """The events in a log's end, the last first.  Its first line may have lost its beginning."""
    for line in reversed(tail.splitlines()):
        if not line.startswith(b"{"):
            continue
        try:
            told = json.loads(line)
        # The line may be half, or be made to break parsers: then it tells nothing.
        except (ValueError, RecursionError):
            continue
        if isinstance(told, dict) and isinstance(told.get("event"), str):
            yield told


def _standing(told: Mapping[str, Any]) -> Standing:
    speed = _number(told, "speed")
    return Standing(_number(told, "percent"), speed or 0.0, _number(told, "eta_seconds"))


def _ending(told: Mapping[str, Any]) -> Ending:
    code, retryable = _number(told, "exit_code"), told.get("retryable")
    outputs, seconds = told.get("outputs"), told.get("seconds")
    warnings = told.get("warnings")
    return Ending(
        done=told.get("outcome") == "done",
        exit_code=None if code is None else int(code),
        reason=_text(told, "reason"),
        detail=_text(told, "detail"),
        retryable=retryable if isinstance(retryable, bool) else None,
        keys=tuple(
            output["key"]
            for output in (outputs if isinstance(outputs, list) else ())
            if isinstance(output, dict) and isinstance(output.get("key"), str)
        ),
        seconds=_number(seconds, "total") if isinstance(seconds, dict) else None,
        warnings=tuple(str(item) for item in (warnings if isinstance(warnings, list) else ())),
    )


def _number(told: Mapping[str, Any], name: str) -> float | None:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # No infinity, no NaN, nothing that a float cannot hold: the line may be anybody's.
    return float(value) if abs(value) < _LARGEST else None


def _text(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) else None

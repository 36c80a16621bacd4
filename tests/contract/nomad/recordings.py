"""
Read what a real server was recorded to answer, and compare another's answers with it.

Ids, instants, indexes and addresses differ from run to run: they are compared by their kind.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parents[2] / "recordings" / "nomad"

#: Text that differs from run to run, and what stands for it.
_MASKS = (
    (re.compile(r"transcode/dispatch-\d+-[0-9a-f]{8}"), "<child>"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\bi-[0-9a-z]+\b"), "<instance>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "<address>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<instant>"),
    (re.compile(r"v1:\d+"), "<class>"),
)
#: Numbers that differ from run to run.
_NUMBERS = re.compile(r".*(Index|Time|At)$|DiskMB|NormScore|binpack")
#: Maps and lists whose contents are the machine's, not the API's.
_MACHINES_OWN = {"Attributes", "Drivers", "Links", "Networks", "NodeNetworks"}
#: Histories are as long as they are.
_ANY_LENGTH = {"Events"}
#: An instant that has not come is null, and so is a count of what did not happen.
_INSTANTS = frozenset({"FinishedAt", "LastRestart", "StartedAt"})
_COUNTS = frozenset({"ClassExhausted", "DimensionExhausted"})


@dataclass(frozen=True)
class Recording:
    """One request, and what the real server answered."""

    method: str
    path: str
    body_sent: Any
    status: int
    headers: dict[str, str]
    body: Any


def recording(name: str) -> Recording:
    found = json.loads((DIRECTORY / f"{name}.json").read_text(encoding="utf-8"))
    request, response = found["request"], found["response"]
    return Recording(
        request["method"],
        request["path"],
        request["body"],
        response["status"],
        response["headers"],
        response["body"],
    )


def event_lines() -> list[dict[str, Any]]:
    """The lines of the event stream over the minutes of the recordings."""
    text = (DIRECTORY / "event-stream.ndjson").read_text(encoding="utf-8")
    return [line for line in map(json.loads, text.splitlines()) if line]


def disagreements(
    recorded: Any, actual: Any, *, apart_from: frozenset[str] = frozenset(), at: str = "body"
) -> Iterator[str]:
    """
    Where two answers differ: in keys, in kinds, or in values that do not change from run to run.

    ``apart_from`` names keys whose values depend on the moment; their kinds are compared.
    """
    key = at.rpartition(".")[2].partition("[")[0]
    if key in _MACHINES_OWN and type(recorded) is type(actual):
        return
    if None in (recorded, actual) and key in _INSTANTS | (_COUNTS & apart_from):
        return
    if isinstance(recorded, dict) and isinstance(actual, dict):
        yield from _of_maps(recorded, actual, apart_from, at)
    elif isinstance(recorded, list) and isinstance(actual, list):
        yield from _of_lists(recorded, actual, apart_from, at, key)
    elif _kind(recorded) != _kind(actual):
        yield f"{at}: {actual!r} is not of the kind of {recorded!r}"
    elif key not in apart_from and _steady(recorded, key) != _steady(actual, key):
        yield f"{at}: {actual!r}, recorded was {recorded!r}"


def _of_maps(
    recorded: dict[str, Any], actual: dict[str, Any], apart_from: frozenset[str], at: str
) -> Iterator[str]:
    if recorded.keys() != actual.keys():
        lacks, has = recorded.keys() - actual.keys(), actual.keys() - recorded.keys()
        yield f"{at}: lacks {sorted(lacks)}, has {sorted(has)} besides"
    for key in recorded.keys() & actual.keys():
        yield from disagreements(
            recorded[key], actual[key], apart_from=apart_from, at=f"{at}.{key}"
        )


def _of_lists(
    recorded: list[Any], actual: list[Any], apart_from: frozenset[str], at: str, key: str
) -> Iterator[str]:
    if len(recorded) != len(actual) and key not in _ANY_LENGTH | apart_from:
        yield f"{at}: {len(actual)} entries, recorded were {len(recorded)}"
    pairs = zip(_in_order(recorded), _in_order(actual), strict=False)
    for number, (one, other) in enumerate(pairs):
        yield from disagreements(one, other, apart_from=apart_from, at=f"{at}[{number}]")


def _in_order(items: list[Any]) -> list[Any]:
    """Lists come in the order of random ids: compare them in an order that means something."""
    if not all(isinstance(item, dict) for item in items):
        return items
    if any("Type" in item and "DisplayMessage" in item for item in items):
        return items  # A task's history.
    names = ("Status", "Drain", "SchedulingEligibility", "TriggeredBy", "CreateIndex")
    return sorted(items, key=lambda item: [str(item.get(name, "")) for name in names[:4]])


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def _steady(value: Any, key: str) -> Any:
    """A value less what differs from run to run."""
    if isinstance(value, str):
        for pattern, mask in _MASKS:
            value = pattern.sub(mask, value)
        return value
    return "<number>" if _NUMBERS.fullmatch(key) and not isinstance(value, bool) else value

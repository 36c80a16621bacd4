"""
What tasks leave for each other beside the results, so that no work is done twice.

Two kinds of notes: which content a version of an input is (so that it need not be fetched to find
its results), and that a child has failed for good (Nomad does not read exit codes, and would try it
again).  Imports ``core``, ``ports`` and ``errors``.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from transcoder.core.identity import Identity
from transcoder.core.naming import is_md5
from transcoder.errors import Reason, TaskError
from transcoder.ports import Fetched, Notes

_SOURCES = ".transcoder/sources"
_FAILURES = ".transcoder/failures"


@dataclass(frozen=True, slots=True)
class Known:
    """The content of an input, as an earlier task found it."""

    md5: str
    bytes: int


def recall_content(notes: Notes, identity: Identity | None) -> Known | None:
    """What content that version of an input is, where a task has told."""
    if identity is None:
        return None
    told = _read(notes, f"{_SOURCES}/{identity.key}.json")
    md5, size = told.get("md5"), told.get("bytes")
    if isinstance(md5, str) and is_md5(md5) and isinstance(size, int):
        return Known(md5, size)
    return None


def note_content(notes: Notes, identity: Identity, fetched: Fetched) -> None:
    """Tell what content that version is.  Only a saving of work: a failure here fails nothing."""
    told: dict[str, object] = {"place": identity.place, "version": identity.version}
    told |= {"md5": fetched.md5, "bytes": fetched.bytes}
    with suppress(TaskError):
        notes.write(f"{_SOURCES}/{identity.key}.json", json.dumps(told).encode())


def recall_failure(marks: Iterable[Notes], child: str) -> TaskError | None:
    """Why an earlier attempt of the child failed for good, where one did."""
    for notes in marks:
        told = _read(notes, _mark(child))
        reason, detail = told.get("reason"), told.get("detail")
        if isinstance(reason, str) and reason in set(Reason) and isinstance(detail, str):
            return TaskError(Reason(reason), f"{detail} (found by an earlier attempt)")
    return None


def note_failure(marks: Iterable[Notes], child: str, reason: Reason, detail: str) -> None:
    """Tell that the child has failed for good, wherever that can be told."""
    told = json.dumps({"child": child, "reason": reason, "detail": detail}).encode()
    for notes in marks:
        with suppress(TaskError):
            notes.write(_mark(child), told)


def _mark(child: str) -> str:
    return f"{_FAILURES}/{re.sub(r'[^A-Za-z0-9._-]', '_', child)}.json"


def _read(notes: Notes, name: str) -> dict[str, object]:
    """A note's fields; none where there is no such note, or none that can be read."""
    try:
        note = notes.read(name)
        told = json.loads(note.data) if note is not None else {}
    except (TaskError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}

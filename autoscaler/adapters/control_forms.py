"""
What goes over the control socket: a request, and each pool's last cycle in the journal's forms, or
a document of what is shown to people.

Imports journal_forms, journal_records, ports, status.json and status.documents.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeVar, get_args

from autoscaler.adapters import journal_forms as forms
from autoscaler.adapters.journal_records import CycleRecord
from autoscaler.ports import CycleReport
from autoscaler.status.documents import Nodes, Status
from autoscaler.status.json import dump, load

_T = TypeVar("_T")

#: What can be asked for: each pool's last cycle, or one of the documents.
Wanted = Literal["pictures", "status", "nodes"]
_WANTED: Mapping[str, Wanted] = {one: one for one in get_args(Wanted)}

#: A request is a few words; an answer, even of thousands of nodes, some megabytes.
REQUEST_BYTES_MAX = 4096
ANSWER_BYTES_MAX = 256 * 1024 * 1024
#: Raised when one side would no longer understand the other.
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a daemon says."""

    #: Its process id.
    pid: int
    records: tuple[CycleRecord, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for."""

    wanted: Wanted
    #: Pictures of this pool alone; None: of all.
    pool: str | None = None


def request(pool: str | None = None, wanted: Wanted = "pictures") -> bytes:
    """Ask for the last cycle of one pool, or of all, or for a document."""
    return _line({"version": _VERSION, "ask": wanted, "pool": pool})


def read_request(line: bytes) -> Request:
    """Raises ``ValueError``."""
    if len(line) > REQUEST_BYTES_MAX:
        raise ValueError(f"a request has at most {REQUEST_BYTES_MAX} bytes")
    asked = _read(line)
    wanted = _WANTED.get(str(asked.get("ask")))
    if asked.get("version") != _VERSION or wanted is None:
        names = ", ".join(map(repr, get_args(Wanted)))
        raise ValueError(f"only version {_VERSION} of {names} can be asked for")
    pool = asked.get("pool")
    if pool is not None and not isinstance(pool, str):
        raise ValueError("the pool is a name or null")
    return Request(wanted, pool)


def refusal(error: str) -> bytes:
    """The answer to what cannot be answered."""
    return _line({"version": _VERSION, "error": error})


def answer(reports: Mapping[str, CycleReport], pool: str | None, pid: int) -> bytes:
    """Of one pool, if it has had a cycle, or of all that have."""
    wanted = [report for name, report in reports.items() if pool in (None, name)]
    return _line({"version": _VERSION, "pid": pid, "cycles": [_written(one) for one in wanted]})


def document_answer(document: Status | Nodes) -> bytes:
    """One line, as ``status.json`` writes it."""
    return b'{"version":%d,"document":%b}\n' % (_VERSION, dump(document))


def read_document(kind: type[_T], line: bytes) -> _T:
    """Raises ``ValueError`` as ``read_answer`` does."""
    found = _understood(line)
    if "document" not in found:
        raise ValueError("its answer lacks the document")
    return load(kind, json.dumps(found["document"]).encode())


def read_answer(line: bytes) -> Answer:
    """Raises ``ValueError`` where it is no whole answer, or an error instead of one."""
    found = _understood(line)
    try:
        return Answer(int(found["pid"]), tuple(_record(one) for one in found["cycles"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"its answer lacks {error}") from error


def _understood(line: bytes) -> Mapping[str, Any]:
    found = _read(line)
    if "error" in found:
        raise ValueError(str(found["error"])[:300])
    if found.get("version") != _VERSION:
        raise ValueError(f"it speaks version {found.get('version')}, and this program {_VERSION}")
    return found


def _written(report: CycleReport) -> dict[str, Any]:
    return {
        "pool": report.pool,
        "cycle_id": report.cycle_id,
        "at": report.ended_at.isoformat(),
        "outcome": report.outcome,
        "seconds": report.duration_seconds,
        "observation": forms.written_observation(report.observation),
        "decision": forms.written_decision(report.decision),
        "actions": forms.written_actions(report.actions),
        "settings": forms.written_settings(report.settings),
        "memory": forms.written_memory(report.memory_before),
        "memory_after": forms.written_memory(report.decision.memory),
        "now": report.now.isoformat(),
    }


def _record(form: Mapping[str, Any]) -> CycleRecord:
    decision = forms.read_decision(form["decision"])
    return CycleRecord(
        form["pool"],
        form["cycle_id"],
        datetime.fromisoformat(form["at"]),
        form["outcome"],
        form["seconds"],
        forms.read_observation(form["observation"]),
        replace(decision, memory=forms.read_memory(form["memory_after"])),
        forms.read_actions(form["actions"]),
        forms.read_settings(form["settings"]),
        forms.read_memory(form["memory"]),
        datetime.fromisoformat(form["now"]),
    )


def _line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def _read(line: bytes) -> Mapping[str, Any]:
    if not line.endswith(b"\n"):
        raise ValueError("it broke off")
    match json.loads(line):
        case dict() as found:
            return found
        case _:
            raise ValueError("it is no JSON object")

"""
What goes over the control socket: a request, and each pool's last cycle in the journal's forms.

Imports journal_forms, journal_records, core and ports.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from autoscaler.adapters import journal_forms as forms
from autoscaler.adapters.journal_records import CycleRecord
from autoscaler.ports import CycleReport

#: A request is a few words; an answer, even of thousands of nodes, some megabytes.
REQUEST_BYTES_MAX = 4096
ANSWER_BYTES_MAX = 256 * 1024 * 1024
#: Raised when one side would no longer understand the other.
_VERSION = 1
_PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a daemon says."""

    #: Its process id.
    pid: int
    records: tuple[CycleRecord, ...]


def request(pool: str | None) -> bytes:
    """Ask for the last cycle of one pool, or of all."""
    return _line({"version": _VERSION, "ask": _PICTURES, "pool": pool})


def read_request(line: bytes) -> str | None:
    """The pool that is asked for; None: all.  Raises ``ValueError``."""
    if len(line) > REQUEST_BYTES_MAX:
        raise ValueError(f"a request has at most {REQUEST_BYTES_MAX} bytes")
    asked = _read(line)
    if asked.get("version") != _VERSION or asked.get("ask") != _PICTURES:
        raise ValueError(f"only version {_VERSION} of {_PICTURES!r} can be asked for")
    pool = asked.get("pool")
    if pool is not None and not isinstance(pool, str):
        raise ValueError("the pool is a name or null")
    return pool


def refusal(error: str) -> bytes:
    """The answer to what cannot be answered."""
    return _line({"version": _VERSION, "error": error})


def answer(reports: Mapping[str, CycleReport], pool: str | None, pid: int) -> bytes:
    """Of one pool, if it has had a cycle, or of all that have."""
    wanted = [report for name, report in reports.items() if pool in (None, name)]
    return _line({"version": _VERSION, "pid": pid, "cycles": [_written(one) for one in wanted]})


def read_answer(line: bytes) -> Answer:
    """Raises ``ValueError`` where it is no whole answer, or an error instead of one."""
    found = _read(line)
    if "error" in found:
        raise ValueError(str(found["error"])[:300])
    if found.get("version") != _VERSION:
        raise ValueError(f"it speaks version {found.get('version')}, and this program {_VERSION}")
    try:
        return Answer(int(found["pid"]), tuple(_record(one) for one in found["cycles"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"its answer lacks {error}") from error


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

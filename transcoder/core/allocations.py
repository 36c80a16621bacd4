"""
Read what Nomad says of a child's allocations.

Imports the standard library only.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

Allocation = Mapping[str, Any]

# What the transcoder's own exit codes tell; see ``core.outcome``.
_MEANINGS = {
    65: "bad input",
    66: "no such input",
    70: "a bug",
    75: "worth another attempt",
    78: "configuration",
    137: "killed; out of memory?",
    143: "stopped",
}
_TASK = "transcode"
#: Events that are the course of things and explain nothing.
_COURSE = frozenset({"Received", "Task Setup", "Not Restarting", "Started", "Restarting"})


def newest_of(allocations: Iterable[Allocation]) -> Allocation | None:
    """The last one made; earlier ones are attempts that were given up."""
    return max(allocations, key=lambda a: int(a.get("CreateIndex") or 0), default=None)


def task_of(allocation: Allocation) -> str | None:
    """The name of the task that transcodes; None where the node has told of no task yet."""
    names = list(allocation.get("TaskStates") or {})
    return _TASK if _TASK in names else next(iter(names), None)


def node_of(allocation: Allocation) -> str | None:
    """The name of its node, or else the beginning of the node's id."""
    return allocation.get("NodeName") or str(allocation.get("NodeID") or "")[:8] or None


def started_at(allocation: Allocation) -> float | None:
    """When its task was started last, in seconds since the epoch; None where it never was."""
    return _instant(_state(allocation).get("StartedAt"))


def ended_at(allocation: Allocation) -> float | None:
    """When its task ended for good, in seconds since the epoch."""
    return _instant(_state(allocation).get("FinishedAt"))


def is_waiting(allocation: Allocation) -> bool:
    """Whether its task is to be started, for the first time or again after a pause."""
    return bool(_state(allocation).get("State", "pending") == "pending")


def restarts_of(allocation: Allocation) -> int:
    """How often its task was started anew on the same node."""
    return int(_state(allocation).get("Restarts") or 0)


def exit_code_of(allocation: Allocation) -> int | None:
    """With what its task ended last; None where it has not ended, or not been started."""
    event = _last_end(allocation)
    code = event.get("ExitCode") if event else None
    return code if isinstance(code, int) else None


def was_stopped(allocation: Allocation) -> bool:
    """Whether it ended because it was told to: Nomad calls that complete, whatever came of it."""
    return allocation.get("DesiredStatus") == "stop" and exit_code_of(allocation) != 0


def failure_words(allocation: Allocation) -> str:
    """How an allocation failed, as far as Nomad can tell."""
    status = str(allocation.get("ClientStatus", "unknown"))
    event = _last_end(allocation)
    if event is not None:
        return f"{status}: task {task_of(allocation)}: {_exit_words(event)}"
    trouble = _trouble(allocation)
    said = trouble or allocation.get("ClientDescription") or "no reason is given"
    return f"{status}: {said}"


def _state(allocation: Allocation) -> Mapping[str, Any]:
    name = task_of(allocation)
    return (allocation["TaskStates"][name] or {}) if name else {}


def _instant(text: object) -> float | None:
    """Seconds since the epoch of Go's text; its zero, the year one, is no instant."""
    try:
        instant = datetime.fromisoformat(text) if isinstance(text, str) else None
        return instant.timestamp() if instant and instant.year > 1 else None
    except ValueError:
        return None


def _events(allocation: Allocation) -> list[Mapping[str, Any]]:
    return list(_state(allocation).get("Events") or [])


def _last_end(allocation: Allocation) -> Mapping[str, Any] | None:
    ends = (event for event in reversed(_events(allocation)) if event.get("Type") == "Terminated")
    return next(ends, None)


def _trouble(allocation: Allocation) -> str | None:
    """What kept the task from being started: a driver, a template, an artifact."""
    for event in reversed(_events(allocation)):
        said = " ".join(str(event.get("DisplayMessage") or "").split())
        if said and event.get("Type") not in _COURSE:
            return said
    return None


def _exit_words(event: Mapping[str, Any]) -> str:
    code, message = event.get("ExitCode"), event.get("DisplayMessage")
    meaning = _MEANINGS.get(code) if isinstance(code, int) else None
    said = str(message or f"Exit Code: {code}")
    return f"{said} ({meaning})" if meaning else said

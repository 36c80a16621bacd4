"""A Nomad server for dispatches and looks at their children that is all values."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from transcoder.core.allocations import Allocation
from transcoder.core.survey import Listed, Listing
from transcoder.errors import LogUnreadable, TransientError
from transcoder.ports import Dispatched, Statuses, Stream


@dataclass
class ScriptedJobs:
    """A job on a server that answers from a script."""

    refuse_at: dict[int, Exception] = field(default_factory=dict)
    statuses_script: list[Statuses | TransientError] = field(default_factory=list)
    allocations_by_child: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    metas: list[dict[str, str]] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    #: By allocation and stream; what is not here cannot be read.
    logs: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def dispatch(self, meta: Mapping[str, str]) -> Dispatched:
        number = len(self.metas)
        if number in self.refuse_at:
            raise self.refuse_at[number]
        self.metas.append(dict(meta))
        return Dispatched(f"transcode/dispatch-{number}", f"eval-{number}")

    def statuses(self, index: int, wait_seconds: int) -> Statuses:
        self.indices.append(index)
        self.waits.append(wait_seconds)
        answer = self.statuses_script.pop(0)
        if isinstance(answer, TransientError):
            raise answer
        return answer

    def allocations(self, child_id: str) -> Sequence[Allocation]:
        return self.allocations_by_child.get(child_id, [])

    def tail(self, allocation: Allocation, stream: Stream, most_bytes: int) -> bytes:
        try:
            return self.logs[allocation["ID"], stream][-most_bytes:]
        except KeyError:
            raise LogUnreadable("its node is gone, or cannot be reached") from None


@dataclass
class ScriptedChildren(ScriptedJobs):
    """The children of a job, by what stands in tables; asked for by several threads at once."""

    children: tuple[Listed, ...] = ()
    metas_by_child: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Children whose details the server does not tell now.
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    cut: bool = False
    away: bool = False

    def listing(self, index: int, wait_seconds: int) -> Listing:
        self.indices.append(index)
        return Listing(self.children, index + 1, self.cut)

    def meta(self, child_id: str) -> Mapping[str, str]:
        self.asked.append(f"meta {child_id}")
        if self.away:
            raise TransientError("no cluster leader")
        return self.metas_by_child[child_id]

    def allocations(self, child_id: str) -> Sequence[Allocation]:
        self.asked.append(f"allocations {child_id}")
        if child_id in self.broken:
            raise TransientError("no cluster leader")
        return super().allocations(child_id)


def a_task(*events: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The states of the tasks of an allocation whose one task began a minute after the epoch."""
    state = {
        "State": "running",
        "Restarts": 0,
        "StartedAt": "1970-01-01T00:01:00.5Z",
        "FinishedAt": None,
        "Events": list(events),
    }
    return {"transcode": {**state, **changes}}


def an_end(code: int) -> dict[str, Any]:
    """The event of a task that ended with that code."""
    return {"Type": "Terminated", "ExitCode": code, "DisplayMessage": f"Exit Code: {code}"}


def an_allocation(status: str, name: str = "a1", index: int = 1, **changes: Any) -> dict[str, Any]:
    plain = {
        "ID": name,
        "ClientStatus": status,
        "CreateIndex": index,
        "DesiredStatus": "run",
        "NodeName": "i-1",
        "TaskStates": a_task(),
    }
    return {**plain, **changes}


def an_outcome(**told: Any) -> bytes:
    """The line with which a task tells its outcome."""
    plain = {"event": "transcoder.outcome", "outcome": "done", "exit_code": 0}
    return json.dumps({**plain, **told}).encode() + b"\n"


def a_progress(percent: float) -> bytes:
    told = {"event": "transcode.progressed", "percent": percent, "speed": 2.1, "eta_seconds": 12}
    return json.dumps(told).encode() + b"\n"

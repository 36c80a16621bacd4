"""A Nomad that answers from literals, in place of ``NomadClient``; and the recorded answers."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from autoscaler.adapters.nomad_client import NotFound
from tests.builders import at

RECORDINGS = Path("tests/recordings/nomad")
ENDPOINTS = ("allocation", "allocations", "job", "jobs", "node", "nodes")


def recorded(name: str) -> Any:
    """The body of a recorded answer."""
    return json.loads((RECORDINGS / f"{name}.json").read_text())["response"]["body"]


class Reply:
    """What an answer is to the adapters: JSON and headers."""

    def __init__(self, body: Any, headers: Mapping[str, str] | None = None) -> None:
        self._body = copy.deepcopy(body)
        self.headers = dict(headers or {})

    def json(self) -> Any:
        """The body."""
        return self._body


class FakeNomad:
    """Answers by path; raises an answer that is an exception, and NotFound where it has none."""

    def __init__(self, **answers: Any) -> None:
        self.address = "http://nomad.test"
        self.namespace = "default"
        self.nomad = SimpleNamespace(**{name: SimpleNamespace(ENDPOINT=name) for name in ENDPOINTS})
        self.batch_queue = SimpleNamespace(ENDPOINT="queue")
        #: By path: a body, a ``Reply``, an exception, or what makes one of the parameters.
        self.answers: dict[str, Any] = dict(answers)
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.posted: list[tuple[str, Any]] = []

    def get(self, endpoint: Any, *path: str, params: Mapping[str, Any] | None = None, **_: Any):
        """As ``NomadClient.get``."""
        what = "/".join((endpoint.ENDPOINT, *path))
        self.asked.append((what, dict(params or {})))
        return self._answer(what, params or {})

    def post(self, endpoint: Any, *path: str, body: object) -> Reply:
        """As ``NomadClient.post``."""
        what = "/".join((endpoint.ENDPOINT, *path))
        self.posted.append((what, body))
        return self._answer(what, {})

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(1 for what, _ in self.asked if what == path)

    def _answer(self, what: str, params: Mapping[str, Any]) -> Reply:
        if what not in self.answers:
            raise NotFound(what)
        answer = self.answers[what]
        if callable(answer):
            answer = answer(params)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else Reply(answer)


def a_summary(pending: int = 0, running: int = 0, dead: int = 0) -> dict[str, Any]:
    """A job's summary."""
    return {"Children": {"Pending": pending, "Running": running, "Dead": dead}}


def a_job(**changes: Any) -> dict[str, Any]:
    """The recorded parameterized job, but for some fields."""
    return {**recorded("job"), **changes}


def a_child(number: int, *, seconds: float = 0, status: str = "pending", **fields: Any) -> Any:
    """The stub of a child that was dispatched so many seconds after the epoch of the tests."""
    nanoseconds = int(at(seconds).timestamp() * 1_000_000) * 1000
    return {
        "ID": f"transcode/dispatch-{number}",
        "ParentID": "transcode",
        "Status": status,
        "SubmitTime": nanoseconds,
        **fields,
    }


def an_allocation(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A recorded allocation in the list's form, at work for some seconds, but for some fields."""
    return {
        **recorded("allocations")[0],
        "ID": f"alloc-{number}",
        "JobID": f"transcode/dispatch-{number}",
        "NodeID": "node-1",
        "ClientStatus": "running",
        "TaskStates": {"tc": a_task("running", "2026-02-28T12:00:00.5Z")},
        **changes,
    }


def a_task(state: str, started: str | None = None, finished: str | None = None) -> dict[str, Any]:
    """A task's state."""
    return {"State": state, "StartedAt": started, "FinishedAt": finished, "Events": []}


def a_node_stub(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A recorded ready node, in the list's form, but for some fields."""
    return {**recorded("nodes")[0], "ID": f"node-{number}", "Name": f"n{number}", **changes}


def a_node_record(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A recorded node's own record, on instance ``i-<number>``, but for some fields."""
    record = recorded("node")
    attributes = {**record["Attributes"], "unique.platform.aws.instance-id": f"i-{number}"}
    return {**record, "ID": f"node-{number}", "Attributes": attributes, **changes}

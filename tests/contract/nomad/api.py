"""
Ask a Nomad cluster plainly, as a client would, and wait for what has to come.

The tests speak HTTP themselves, so that no client library stands between them and the contract.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from devstack.cluster import NodeSpec, NomadCluster

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Cluster:
    """One cluster under test; ``real`` tells real agents from the stand-in."""

    nomad: NomadCluster
    real: bool
    token: str | None
    directory: Path
    session: requests.Session

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """One request, answered whatever the status; a path is sent as it is written."""
        headers = dict(options.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("X-Nomad-Token", self.token)
        return self.session.request(
            method,
            self.nomad.address + path,
            json=body,
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            **options,
        )

    def get(self, path: str, **parameters: Any) -> Any:
        """What a read answers, which has to be 200."""
        reply = self.ask("GET", path, params=parameters)
        assert reply.status_code == 200, f"GET {path}: {reply.status_code} {reply.text}"
        return reply.json()

    def put(self, path: str, body: Any = None) -> Any:
        """What a write answers, which has to be 200."""
        reply = self.ask("PUT", path, {} if body is None else body)
        assert reply.status_code == 200, f"PUT {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    # -- jobs ----------------------------------------------------------------------------------

    def dispatch(self, meta: dict[str, str] | None = None, job: str = "transcode") -> str:
        """The id of one new child."""
        given = {"input": "60"} if meta is None else meta
        return str(self.put(f"/v1/job/{job}/dispatch", {"Meta": given})["DispatchedJobID"])

    def children(self, job: str = "transcode") -> tuple[int, int, int]:
        """The counts of a job's children: pending, running, dead."""
        counts = self.get(f"/v1/job/{job}/summary")["Children"]
        return counts["Pending"], counts["Running"], counts["Dead"]

    def allocations_of(self, job: str) -> list[dict[str, Any]]:
        """A job's allocations, oldest first."""
        found = self.get(f"/v1/job/{quote(job, safe='')}/allocations")
        return sorted(found, key=lambda item: int(item["CreateIndex"]))

    def failed_placement(self, job: str) -> dict[str, Any]:
        """Why the group of a job was not placed, once that is known."""

        def found() -> Any:
            evaluations = self.get(f"/v1/job/{quote(job, safe='')}/evaluations")
            return [item for item in evaluations if item.get("FailedTGAllocs")]

        evaluation = wait_for(found, "an evaluation that says why nothing was placed")[0]
        (metrics,) = evaluation["FailedTGAllocs"].values()
        return dict(metrics)

    # -- nodes ---------------------------------------------------------------------------------

    def boot(self, spec: NodeSpec) -> str:
        """Start a node and wait until it takes work; its id."""
        self.nomad.start_node(spec)
        return self.ready(spec)

    def ready(self, spec: NodeSpec) -> str:
        """Wait until a node that was started takes work; its id."""

        def joined() -> Any:
            return [
                node["ID"]
                for node in self.get("/v1/nodes")
                if node["Name"] == spec.instance_id and node["Status"] == "ready"
            ]

        return str(wait_for(joined, f"the node of {spec.instance_id} is ready")[0])

    def node(self, node_id: str) -> dict[str, Any]:
        return dict(self.get(f"/v1/node/{node_id}"))

    def cordon(self, node_id: str, eligibility: str = "ineligible") -> Any:
        body = {"NodeID": node_id, "Eligibility": eligibility}
        return self.put(f"/v1/node/{node_id}/eligibility", body)


def wait_for(true: Callable[[], Any], what: str, *, seconds: float = TIMEOUT_SECONDS) -> Any:
    """What ``true()`` returns once that is truthy; fails, naming ``what``, if it never is."""
    deadline = time.monotonic() + seconds
    while not (result := true()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.01)
    return result


def holds_for(true: Callable[[], Any], what: str, *, seconds: float) -> None:
    """Fail, naming ``what``, unless ``true()`` stays truthy for so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert true(), f"it did not stay so for {seconds:g} s: {what}"
        time.sleep(0.02)

"""Go through the recorded minutes again, against another cluster."""

import contextlib
import json
import threading
from typing import Any

import requests

from devstack.cluster import NodeSpec
from tests.contract.nomad.api import Cluster, wait_for
from tests.contract.nomad.recordings import recording


class EventFollower:
    """Follows the event stream on a thread, until the server ends or cuts it off."""

    def __init__(self, cluster: Cluster) -> None:
        self.lines: list[dict[str, Any]] = []
        self._reply = requests.get(
            cluster.nomad.address + "/v1/event/stream?topic=*", stream=True, timeout=(5, 60)
        )
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        with contextlib.suppress(requests.RequestException):
            for line in self._reply.iter_lines(chunk_size=1):
                if line:
                    self.lines.append(json.loads(line))

    def events(self) -> list[dict[str, Any]]:
        return [event for line in list(self.lines) for event in line.get("Events", ())]


class Scenario:
    """Goes through the recorded minutes and keeps what is answered, by the recordings' names."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        # Real agents take seconds to join and to report; the stand-in takes none.
        self._sleep = "12" if cluster.real else "1.2"
        self.answers: dict[str, requests.Response] = {}

    def play(self) -> None:
        """Do what was done when the recordings were made, in their order."""
        self._queue_up()
        one, other = self._nodes_join()
        self._nodes_are_tended(one, other)
        self._work_ends(one)

    def _ask(self, name: str, path: str | None = None, body: Any = None) -> requests.Response:
        recorded = recording(name)
        sent = recorded.body_sent if body is None else body
        reply = self._cluster.ask(recorded.method, path or recorded.path, sent)
        self.answers[name] = reply
        return reply

    def _queue_up(self) -> None:
        for name in ("status-leader", "job-missing", "summary-missing", "job-register"):
            self._ask(name)
        self._ask("summary-idle")
        meta = {"Meta": {"input": self._sleep, "profile": "small"}}
        child = ""
        for _ in range(6):
            child = self._ask("dispatch", body=meta).json()["DispatchedJobID"]
        for name in ("dispatch-missing-meta", "dispatch-unknown-meta", "dispatch-unknown-job"):
            self._ask(name)
        wait_for(self._all_blocked, "all six children wait for room")
        for name in ("summary-pending", "job", "jobs-prefix"):
            self._ask(name)
        self._ask("child-job", f"/v1/job/{child.replace('/', '%2F')}")
        self._ask("child-evaluations", f"/v1/job/{child.replace('/', '%2F')}/evaluations")
        for name in ("evaluations", "nodes-none"):
            self._ask(name)

    def _all_blocked(self) -> bool:
        evaluations = self._cluster.get("/v1/evaluations")
        return sorted(item["Status"] for item in evaluations) == ["blocked"] * 6 + ["complete"] * 6

    def _nodes_join(self) -> tuple[str, str]:
        cluster = self._cluster
        index = self.answers["summary-pending"].headers["X-Nomad-Index"]
        path = f"/v1/job/transcode/summary?index={index}&wait=20s"
        waiting = threading.Thread(target=self._ask, args=("summary-blocking", path))
        waiting.start()
        specs = [NodeSpec(name, cpu_mhz=2000, memory_mib=1024) for name in ("i-1a", "i-2b")]
        for spec in specs:
            cluster.nomad.start_node(spec)
        one, other = map(cluster.ready, specs)
        waiting.join()
        wait_for(lambda: cluster.children() == (2, 4, 0), "four children are placed")
        wait_for(self._all_told, "the clients have told of their tasks")
        for name in ("summary-running", "nodes"):
            self._ask(name)
        self._ask("node", f"/v1/node/{one}")
        self._ask("node-allocations", f"/v1/node/{one}/allocations")
        self._ask("allocations")
        return one, other

    def _all_told(self) -> bool:
        return all(item["TaskStates"] for item in self._cluster.get("/v1/allocations"))

    def _nodes_are_tended(self, one: str, other: str) -> None:
        off = {"NodeID": one, "Eligibility": "ineligible"}
        self._ask("node-ineligible", f"/v1/node/{one}/eligibility", off)
        drain = {**recording("node-drain").body_sent, "NodeID": other}
        self._ask("node-drain", f"/v1/node/{other}/drain", drain)
        self._ask("nodes-draining")
        undrain = {**recording("node-undrain").body_sent, "NodeID": other}
        self._ask("node-undrain", f"/v1/node/{other}/drain", undrain)
        on = {"NodeID": one, "Eligibility": "eligible"}
        self._ask("node-eligible", f"/v1/node/{one}/eligibility", on)
        self._ask("node-missing")

    def _work_ends(self, one: str) -> None:
        cluster = self._cluster
        wait_for(lambda: cluster.children() == (0, 0, 6), "all children are done", seconds=90)
        self._ask("summary-dead")
        self._ask("allocation", f"/v1/allocation/{self._placed_beside_a_full_node()}")
        cluster.nomad.stop_node(cluster.node(one)["Name"])
        wait_for(lambda: cluster.node(one)["Status"] == "down", "the node is down")
        self._ask("nodes-down")
        self._ask("node-purge", f"/v1/node/{one}/purge")
        self._ask("metrics")
        wait_for(self._collected, "the dead children are gone")
        self._ask("summary-after-gc")
        self._ask("agent-self-404")

    def _placed_beside_a_full_node(self) -> str:
        """
        As the recorded allocation was: the other node had no room, and its metrics say so.

        The last of them need not be: both nodes may have had room again by then.
        """
        stubs = self._cluster.get("/v1/allocations")
        placed = [self._cluster.get(f"/v1/allocation/{stub['ID']}") for stub in stubs]
        return str(next(one["ID"] for one in placed if one["Metrics"]["NodesExhausted"] == 1))

    def _collected(self) -> bool:
        # Again and again: what the purge has to have looked at is not collected before that.
        self._ask("system-gc")
        return len(self._cluster.get("/v1/jobs")) == 1

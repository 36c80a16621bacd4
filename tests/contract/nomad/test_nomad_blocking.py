"""Blocking queries: they answer at once what is new, wake on a change, and end on time."""

import threading
import time
from typing import Any

import pytest
import requests

from devstack.cluster import NodeSpec
from tests.contract.nomad.api import Cluster


class Waiting:
    """A blocking query under way, from the index that the thing has now."""

    def __init__(self, cluster: Cluster, path: str, wait: str = "20s") -> None:
        self.index = int(cluster.ask("GET", path).headers["X-Nomad-Index"])
        self._cluster = cluster
        self._path = f"{path}?index={self.index}&wait={wait}"
        self.reply: Any = None
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def _ask(self) -> None:
        # A session is not for two threads at once.
        self.reply = requests.get(self._cluster.nomad.address + self._path, timeout=30)

    def answered(self, seconds: float = 10) -> Any:
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "it still waits"
        return self.reply

    @property
    def waits(self) -> bool:
        return self._thread.is_alive()


def test_a_dispatch_wakes_who_waits_on_the_summary(cluster: Cluster) -> None:
    waiting = Waiting(cluster, "/v1/job/transcode/summary")

    cluster.dispatch()
    reply = waiting.answered()

    assert int(reply.headers["X-Nomad-Index"]) > waiting.index
    assert reply.json()["Children"]["Pending"] == 1


def test_a_query_without_a_change_ends_on_time_with_the_same_index(cluster: Cluster) -> None:
    begun = time.monotonic()
    waiting = Waiting(cluster, "/v1/job/transcode/summary", wait="400ms")

    reply = waiting.answered()

    assert int(reply.headers["X-Nomad-Index"]) == waiting.index
    # Up to a sixteenth longer than asked for, so that queries do not come in step.
    assert 0.4 <= time.monotonic() - begun < 2


def test_a_change_elsewhere_wakes_nobody(cluster: Cluster) -> None:
    cluster.put("/v1/jobs", {"Job": {**cluster.get("/v1/job/transcode"), "ID": "other"}})
    waiting = Waiting(cluster, "/v1/job/transcode/summary", wait="500ms")

    cluster.dispatch(job="other")
    reply = waiting.answered()

    assert int(reply.headers["X-Nomad-Index"]) == waiting.index


def test_an_index_that_is_past_is_answered_at_once(cluster: Cluster) -> None:
    begun = time.monotonic()

    cluster.get("/v1/job/transcode/summary", index=1, wait="20s")

    assert time.monotonic() - begun < 5


def test_a_node_that_joins_wakes_who_waits_on_the_nodes(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    cluster.boot(small_node)
    waiting = Waiting(cluster, "/v1/nodes")

    cluster.nomad.start_node(NodeSpec("i-bbbb"))
    reply = waiting.answered(20)

    assert len(reply.json()) == 2


@pytest.mark.parametrize("path", ["/v1/evaluations", "/v1/jobs"])
def test_a_dispatch_wakes_who_waits_on_a_list(path: str, cluster: Cluster) -> None:
    cluster.dispatch()
    waiting = Waiting(cluster, path)

    cluster.dispatch()

    assert int(waiting.answered().headers["X-Nomad-Index"]) > waiting.index


def test_a_cordon_wakes_who_waits_on_that_node(cluster: Cluster, small_node: NodeSpec) -> None:
    node_id = cluster.boot(small_node)
    waiting = Waiting(cluster, f"/v1/node/{node_id}")

    cluster.cordon(node_id)

    assert waiting.answered().json()["SchedulingEligibility"] == "ineligible"


@pytest.mark.parametrize(
    ("parameters", "words"),
    [({"index": "1", "wait": "soon"}, "Invalid wait time"), ({"index": "x"}, "Invalid index")],
)
def test_nonsense_is_refused(parameters: dict[str, str], words: str, cluster: Cluster) -> None:
    reply = cluster.ask("GET", "/v1/job/transcode/summary", params=parameters)

    assert (reply.status_code, reply.text) == (400, words)

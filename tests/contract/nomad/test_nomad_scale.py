"""The stand-in bears what the figures are measured with: 10,000 children and 500 nodes."""

import statistics
import time
from collections.abc import Callable

from devstack.cluster import NodeSpec
from tests.contract.nomad.api import Cluster, wait_for
from tests.contract.nomad.jobs import template

CHILDREN = 10_000
NODES = 500


def milliseconds(call: Callable[[], object], times: int) -> float:
    """The median time that a call takes."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def test_ten_thousand_children_on_five_hundred_nodes(standin: Cluster) -> None:
    """Bounds three times the figures wanted, for the machine may be busy otherwise."""
    giant = template()
    giant["TaskGroups"][0]["Tasks"][0]["Resources"] = {"CPU": 50_000, "MemoryMB": 200}
    standin.put("/v1/jobs", {"Job": giant})
    for number in range(NODES):
        standin.nomad.start_node(NodeSpec(f"i-{number}"))

    begun = time.perf_counter()
    standin.put(
        "/v1/standin/bulk", {"JobID": "transcode", "Count": CHILDREN, "Meta": {"input": "1"}}
    )
    bulk_seconds = time.perf_counter() - begun
    wait_for(lambda: blocked(standin) == CHILDREN, "all have been tried", seconds=60)

    assert standin.children() == (CHILDREN, 0, 0)
    assert bulk_seconds < 60
    assert milliseconds(standin.children, 50) < 9
    assert milliseconds(lambda: standin.get("/v1/nodes", resources="true"), 5) < 240
    assert milliseconds(lambda: standin.get("/v1/jobs", prefix="transcode/dispatch-"), 3) < 1500


def blocked(cluster: Cluster) -> int:
    gauges = cluster.get("/v1/metrics")["Gauges"]
    name = "nomad.nomad.blocked_evals.total_blocked"
    return next(int(gauge["Value"]) for gauge in gauges if gauge["Name"] == name)

"""Nodes: cordon, loss, purge, drain, and what becomes of the work on them."""

from typing import Any

import pytest

from devstack.cluster import ClusterError, NodeSpec
from tests.contract.nomad.api import Cluster, holds_for, wait_for

SECOND = 1_000_000_000


def status_of(cluster: Cluster, child_id: str) -> str:
    """The client status of a child's latest allocation."""
    return str(cluster.allocations_of(child_id)[-1]["ClientStatus"])


def runs(cluster: Cluster, child_id: str) -> None:
    wait_for(
        lambda: cluster.allocations_of(child_id) and status_of(cluster, child_id) == "running",
        "the child's task runs",
    )


def test_a_node_tells_its_instance_class_and_size(cluster: Cluster) -> None:
    spec = NodeSpec(
        "i-0123456789abcdef0",
        node_class="gpu",
        cpu_mhz=3000,
        memory_mib=1500,
        instance_type="m5.large",
    )
    node = cluster.node(cluster.boot(spec))

    attributes = node["Attributes"]
    assert attributes["unique.platform.aws.instance-id"] == spec.instance_id
    assert attributes["platform.aws.instance-type"] == "m5.large"
    assert attributes["platform.aws.placement.availability-zone"] == "us-east-1a"
    assert (node["NodeClass"], node["Datacenter"]) == ("gpu", "dc1")
    assert node["NodeResources"]["Cpu"]["CpuShares"] == 3000
    assert node["NodeResources"]["Memory"]["MemoryMB"] == 1500


def test_a_cordon_refuses_new_work_and_lets_running_work_be(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    node_id = cluster.boot(small_node)
    running = cluster.dispatch()
    runs(cluster, running)

    cluster.cordon(node_id)
    waiting = cluster.dispatch()

    assert cluster.failed_placement(waiting)["NodesAvailable"] == {"dc1": 0}
    holds_for(lambda: cluster.children() == (1, 1, 0), "nothing moves", seconds=0.5)
    assert status_of(cluster, running) == "running"


def test_lifting_a_cordon_pulls_waiting_work_at_once(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    node_id = cluster.boot(small_node)
    cluster.cordon(node_id)
    child_id = cluster.dispatch()
    cluster.failed_placement(child_id)

    cluster.cordon(node_id, "eligible")

    wait_for(lambda: cluster.allocations_of(child_id), "it is placed", seconds=3)


def test_a_second_cordon_is_no_change(cluster: Cluster, small_node: NodeSpec) -> None:
    node_id = cluster.boot(small_node)

    first, second = cluster.cordon(node_id), cluster.cordon(node_id)

    assert first["Index"] > 0
    assert second == {"EvalCreateIndex": 0, "EvalIDs": None, "Index": 0, "NodeModifyIndex": 0}


@pytest.mark.parametrize(
    ("node", "body", "words"),
    [
        ("known", {"Eligibility": "maybe"}, 'invalid scheduling eligibility "maybe"'),
        ("unknown", {"Eligibility": "eligible"}, "node not found"),
    ],
)
def test_a_bad_cordon_is_refused(
    node: str, body: dict[str, Any], words: str, cluster: Cluster, small_node: NodeSpec
) -> None:
    known = cluster.boot(small_node)
    node_id = known if node == "known" else "00000000-0000-0000-0000-000000000000"

    reply = cluster.ask("PUT", f"/v1/node/{node_id}/eligibility", {"NodeID": node_id, **body})

    assert (reply.status_code, reply.text) == (500, words)


def test_a_terminated_instance_loses_its_work_which_is_placed_anew(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    node_id = cluster.boot(small_node)
    child_id = cluster.dispatch()
    runs(cluster, child_id)
    (lost,) = cluster.allocations_of(child_id)

    killed = cluster.nomad.stop_node(small_node.instance_id)
    wait_for(lambda: cluster.node(node_id)["Status"] == "down", "the node is down")
    wait_for(lambda: cluster.children() == (1, 0, 0), "the child waits again")
    cluster.boot(NodeSpec("i-bbbb"))

    assert killed == (lost["ID"],)
    wait_for(lambda: len(cluster.allocations_of(child_id)) == 2, "it is placed anew")
    old, _ = cluster.allocations_of(child_id)
    assert (old["ClientStatus"], old["DesiredStatus"]) == ("lost", "stop")
    assert old["DesiredDescription"] == "alloc is lost since its node is down"


def test_an_idle_instance_that_is_stopped_kills_nothing(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    cluster.boot(small_node)
    child_id = cluster.dispatch({"input": "0"})
    wait_for(lambda: cluster.children() == (0, 0, 1), f"{child_id} is done")

    assert cluster.nomad.stop_node(small_node.instance_id) == ()


def test_an_unknown_instance_cannot_be_stopped_nor_a_known_one_started(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    cluster.boot(small_node)

    with pytest.raises(ClusterError, match="i-none"):
        cluster.nomad.stop_node("i-none")
    with pytest.raises(ClusterError, match=small_node.instance_id):
        cluster.nomad.start_node(small_node)


def test_a_purged_node_is_gone(cluster: Cluster, small_node: NodeSpec) -> None:
    node_id = cluster.boot(small_node)
    cluster.nomad.stop_node(small_node.instance_id)
    wait_for(lambda: cluster.node(node_id)["Status"] == "down", "the node is down")

    cluster.put(f"/v1/node/{node_id}/purge")

    assert cluster.get("/v1/nodes") == []
    assert cluster.ask("GET", f"/v1/node/{node_id}").status_code == 404


def test_a_purge_of_a_node_that_lives_does_not_last(cluster: Cluster, small_node: NodeSpec) -> None:
    node_id = cluster.boot(small_node)

    cluster.put(f"/v1/node/{node_id}/purge")

    wait_for(
        lambda: [node["Status"] for node in cluster.get("/v1/nodes")] == ["ready"],
        "its agent has registered it again",
        seconds=60,
    )


def drain(cluster: Cluster, node_id: str, seconds: float) -> None:
    spec = {"Deadline": int(seconds * SECOND), "IgnoreSystemJobs": True}
    cluster.put(f"/v1/node/{node_id}/drain", {"NodeID": node_id, "DrainSpec": spec})


def test_a_drain_lets_work_run_to_its_end_and_leaves_the_node_cordoned(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    node_id = cluster.boot(small_node)
    child_id = cluster.dispatch({"input": "1"})
    runs(cluster, child_id)

    drain(cluster, node_id, 3600)
    assert cluster.node(node_id)["Drain"] is True

    wait_for(lambda: cluster.node(node_id)["Drain"] is False, "the drain is over")
    assert cluster.node(node_id)["SchedulingEligibility"] == "ineligible"
    assert status_of(cluster, child_id) == "complete"


def test_a_drains_deadline_loses_work_that_finds_no_room_elsewhere(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    """It counts as done once its task has ended: this is why nodes are never drained."""
    node_id = cluster.boot(small_node)
    child_id = cluster.dispatch()
    runs(cluster, child_id)

    drain(cluster, node_id, 0.5)

    wait_for(lambda: cluster.children() == (0, 0, 1), "the child is dead")
    (allocation,) = cluster.allocations_of(child_id)
    assert (allocation["ClientStatus"], allocation["DesiredStatus"]) == ("complete", "stop")
    assert allocation["DesiredDescription"] == "alloc is being migrated"


def test_a_drains_deadline_starts_work_again_where_there_is_room(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    node_id = cluster.boot(small_node)
    child_id = cluster.dispatch()
    runs(cluster, child_id)
    other = cluster.boot(NodeSpec("i-bbbb"))

    drain(cluster, node_id, 0.5)

    wait_for(lambda: len(cluster.allocations_of(child_id)) == 2, "it is placed anew")
    old, new = cluster.allocations_of(child_id)
    assert (old["DesiredStatus"], new["NodeID"]) == ("stop", other)
    assert cluster.get(f"/v1/allocation/{new['ID']}")["PreviousAllocation"] == old["ID"]
    assert cluster.get(f"/v1/allocation/{old['ID']}")["NextAllocation"] == new["ID"]


def test_a_draining_node_cannot_be_made_eligible(cluster: Cluster, small_node: NodeSpec) -> None:
    node_id = cluster.boot(small_node)
    runs(cluster, cluster.dispatch())
    drain(cluster, node_id, 3600)

    reply = cluster.ask(
        "PUT", f"/v1/node/{node_id}/eligibility", {"NodeID": node_id, "Eligibility": "eligible"}
    )

    assert reply.status_code == 500
    assert reply.text == (
        "can not set node's scheduling eligibility to eligible while it is draining"
    )

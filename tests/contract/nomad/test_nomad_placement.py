"""Placement: what waits, what is placed where, and why not."""

from devstack.cluster import NodeSpec
from tests.contract.nomad.api import Cluster, holds_for, wait_for
from tests.contract.nomad.conftest import Start
from tests.contract.nomad.jobs import template

NODE_CLASS = {"LTarget": "${node.class}", "Operand": "=", "RTarget": "transcode"}


def test_a_child_goes_from_pending_over_running_to_dead(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    child_id = cluster.dispatch({"input": "0.5"})
    assert cluster.children() == (1, 0, 0)

    cluster.boot(small_node)

    wait_for(lambda: cluster.children() == (0, 1, 0), "it runs")
    wait_for(lambda: cluster.children() == (0, 0, 1), "it is done")
    (allocation,) = cluster.allocations_of(child_id)
    assert (allocation["ClientStatus"], allocation["DesiredStatus"]) == ("complete", "run")
    (state,) = allocation["TaskStates"].values()
    assert (state["State"], state["Failed"]) == ("dead", False)
    assert [event["Type"] for event in state["Events"]] == [
        *("Received", "Task Setup", "Started", "Terminated"),
    ]


def test_who_came_first_is_placed_first(cluster: Cluster, small_node: NodeSpec) -> None:
    children = [cluster.dispatch() for _ in range(5)]
    wait_for(lambda: len(cluster.get("/v1/evaluations")) == 10, "all have been tried")

    cluster.boot(small_node)

    wait_for(lambda: cluster.children() == (3, 2, 0), "two are placed")
    running = [child for child in children if cluster.allocations_of(child)]
    assert running == children[:2]


def test_what_finds_no_node_says_that_there_is_none(cluster: Cluster) -> None:
    why = cluster.failed_placement(cluster.dispatch())

    assert (why["NodesAvailable"], why["NodesEvaluated"]) == ({"dc1": 0}, 0)
    assert (why["NodesFiltered"], why["NodesExhausted"]) == (0, 0)


def test_what_finds_no_room_says_what_is_short(cluster: Cluster, small_node: NodeSpec) -> None:
    cluster.boot(small_node)
    for _ in range(2):
        cluster.dispatch()
    wait_for(lambda: cluster.children() == (0, 2, 0), "the node is full")

    why = cluster.failed_placement(cluster.dispatch())

    assert (why["NodesAvailable"], why["NodesEvaluated"]) == ({"dc1": 1}, 1)
    assert (why["NodesExhausted"], why["DimensionExhausted"]) == (1, {"cpu": 1})
    assert why["ClassExhausted"] == {"transcode": 1}
    assert (why["NodesFiltered"], why["ConstraintFiltered"]) == (0, None)


def test_what_no_node_may_run_says_which_constraint_forbids_it(start: Start) -> None:
    cluster = start()
    cluster.put("/v1/jobs", {"Job": template(Constraints=[NODE_CLASS])})
    cluster.boot(NodeSpec("i-1", node_class="web"))
    cluster.boot(NodeSpec("i-2", node_class="web"))

    why = cluster.failed_placement(cluster.dispatch())

    assert (why["NodesEvaluated"], why["NodesFiltered"], why["NodesExhausted"]) == (2, 2, 0)
    assert why["ClassFiltered"] == {"web": 2}
    # A second node like the first is refused for its class, without another look.
    reasons = why["ConstraintFiltered"]
    assert reasons.keys() <= {"${node.class} = transcode", "computed class ineligible"}
    assert reasons["${node.class} = transcode"] >= 1
    assert sum(reasons.values()) == 2


def test_a_driver_that_no_node_has_is_told(start: Start) -> None:
    cluster = start()
    job = template()
    job["TaskGroups"][0]["Tasks"][0]["Driver"] = "podman"
    cluster.put("/v1/jobs", {"Job": job})
    cluster.boot(NodeSpec("i-1"))

    why = cluster.failed_placement(cluster.dispatch())

    assert why["ConstraintFiltered"] == {"missing drivers": 1}


def test_a_node_in_another_datacenter_is_not_even_looked_at(cluster: Cluster) -> None:
    cluster.boot(NodeSpec("i-1", datacenter="dc2"))

    why = cluster.failed_placement(cluster.dispatch())

    assert (why["NodesAvailable"], why["NodesEvaluated"]) == ({"dc1": 0}, 0)


def test_work_waits_for_a_node_of_its_class(start: Start) -> None:
    cluster = start()
    cluster.put("/v1/jobs", {"Job": template(Constraints=[NODE_CLASS])})
    cluster.boot(NodeSpec("i-1", node_class="web"))
    child_id = cluster.dispatch()
    cluster.failed_placement(child_id)

    node_id = cluster.boot(NodeSpec("i-2", node_class="transcode"))

    wait_for(lambda: cluster.allocations_of(child_id), "it is placed")
    assert cluster.allocations_of(child_id)[0]["NodeID"] == node_id


def test_room_that_comes_free_goes_to_what_waits(cluster: Cluster, small_node: NodeSpec) -> None:
    cluster.boot(small_node)
    for _ in range(4):
        cluster.dispatch({"input": "0.5"})

    wait_for(lambda: cluster.children() == (0, 0, 4), "all are done in two rounds")

    indexes = [item["CreateIndex"] for item in cluster.get("/v1/allocations")]
    assert len(indexes) == len(set(indexes)) == 4


def test_a_small_child_does_not_wait_behind_one_that_never_fits(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    giant = template(ID="giant", Name="giant")
    giant["TaskGroups"][0]["Tasks"][0]["Resources"] = {"CPU": 50_000, "MemoryMB": 200}
    cluster.put("/v1/jobs", {"Job": giant})
    cluster.dispatch(job="giant")
    cluster.dispatch()

    cluster.boot(small_node)

    wait_for(lambda: cluster.children() == (0, 1, 0), "the small one runs")
    holds_for(lambda: cluster.children("giant") == (1, 0, 0), "the giant waits", seconds=0.3)


def test_a_stopped_child_ends_its_task_and_gives_its_room_back(
    cluster: Cluster, small_node: NodeSpec
) -> None:
    cluster.boot(small_node)
    first, _, third = (cluster.dispatch() for _ in range(3))
    wait_for(lambda: cluster.children() == (1, 2, 0), "two run, one waits")

    cluster.ask("DELETE", f"/v1/job/{first}")

    wait_for(lambda: cluster.allocations_of(third), "the third has its room")
    ended = lambda: cluster.allocations_of(first)[0]["ClientStatus"] == "complete"  # noqa: E731
    wait_for(ended, "the task of the stopped one has ended")
    assert cluster.allocations_of(first)[0]["DesiredStatus"] == "stop"

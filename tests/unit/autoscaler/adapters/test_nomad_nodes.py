"""The pool's nodes: what is asked of Nomad for them, how often, and the last looks."""

import pytest

from autoscaler.adapters.nomad_client import NotFound
from autoscaler.adapters.nomad_nodes import NomadNodes
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import ActionError, MalformedReply, NomadDenied, NomadUnavailable
from tests.builders import at
from tests.unit.autoscaler.adapters.fake_nomad import (
    FakeNomad,
    a_node_record,
    a_node_stub,
    an_allocation,
)

SELECTOR = NodeSelector(class_="transcode")


def a_cluster(*stubs, allocations=()):
    """A Nomad with these nodes, each on the instance of its own number."""
    nomad = FakeNomad(nodes=list(stubs), allocations=list(allocations))
    for stub in stubs:
        number = int(stub["ID"].removeprefix("node-"))
        nomad.answers[f"node/{stub['ID']}"] = a_node_record(number)
    return nomad


def observe(nodes, profiles=None):
    return nodes.observe(at(0), profiles or {})


def test_a_nodes_record_is_read_once_for_as_long_as_nothing_about_it_changes():
    nomad = a_cluster(a_node_stub(1), a_node_stub(2))
    nodes = NomadNodes(nomad, SELECTOR)

    for _ in range(3):
        assert [node.instance_id for node in observe(nodes)] == ["i-1", "i-2"]

    assert (nomad.count("node/node-1"), nomad.count("node/node-2")) == (1, 1)


def test_a_node_that_changed_is_read_anew():
    nomad = a_cluster(a_node_stub(1, ModifyIndex=34))
    nodes = NomadNodes(nomad, SELECTOR)
    observe(nodes)
    nomad.answers["nodes"] = [a_node_stub(1, ModifyIndex=35)]
    nomad.answers["node/node-1"] = a_node_record(1, Meta={"rack": "r2"})

    (node,) = observe(nodes)

    assert node.facts.values["meta.rack"] == "r2"
    assert nomad.count("node/node-1") == 2


def test_new_nodes_are_all_read_and_changed_ones_a_hundred_at_a_time():
    """A change of all nodes at once does not stop the cycle; they are as they were for a while."""
    nomad = a_cluster(*(a_node_stub(number, ModifyIndex=1) for number in range(250)))
    nodes = NomadNodes(nomad, SELECTOR)
    reads = []
    for index in (1, 2, 2, 2, 2):
        nomad.answers["nodes"] = [a_node_stub(number, ModifyIndex=index) for number in range(250)]
        nomad.asked.clear()
        assert all(node.instance_id for node in observe(nodes))
        reads.append(sum(1 for what, _ in nomad.asked if what.startswith("node/")))

    assert reads == [250, 100, 100, 50, 0]


def test_nodes_of_other_pools_are_not_read():
    nomad = a_cluster(a_node_stub(1), a_node_stub(2, NodeClass="web"))

    (node,) = observe(NomadNodes(nomad, SELECTOR))

    assert node.node_id == "node-1"
    assert nomad.count("node/node-2") == 0


def test_a_node_that_was_purged_since_the_list_was_read_has_no_instance():
    nomad = a_cluster(a_node_stub(1))
    nomad.answers["node/node-1"] = NotFound("node")

    (node,) = observe(NomadNodes(nomad, SELECTOR))

    assert (node.instance_id, node.facts) == (None, None)


def test_every_live_allocation_counts_whatever_its_namespace():
    nomad = a_cluster(
        a_node_stub(1),
        allocations=[
            an_allocation(1),
            an_allocation(2, Namespace="other", JobID="web"),
            an_allocation(3, JobType="system", JobID="logs"),
            an_allocation(4, ClientStatus="complete", TaskStates=None),
        ],
    )

    (node,) = observe(NomadNodes(nomad, SELECTOR), {"transcode/dispatch-1": "large"})

    assert [(one.job, one.profile) for one in node.running] == [
        ("transcode", "large"),
        ("web@other", None),
    ]
    assert node.allocated.cpu_mhz == 2700
    assert node.system.cpu_mhz == 900
    (params,) = [params for what, params in nomad.asked if what == "allocations"]
    assert params["namespace"] == "*"
    assert params["resources"] == "true"


def test_what_ended_since_is_told_where_the_list_still_has_it():
    nomad = a_cluster(a_node_stub(1), allocations=[an_allocation(1), an_allocation(2)])
    nodes = NomadNodes(nomad, SELECTOR)
    observe(nodes)
    over = an_allocation(2, ClientStatus="complete", TaskStates=None)
    older = an_allocation(3, ClientStatus="complete", TaskStates=None)
    nomad.answers["allocations"] = [an_allocation(1), over, older]

    observe(nodes)

    assert list(nodes.live) == ["alloc-1"]
    assert list(nodes.ended) == ["alloc-2"]


def test_only_nodes_that_take_work_are_ready():
    nomad = a_cluster(
        a_node_stub(1, CreateIndex=32),
        a_node_stub(2, SchedulingEligibility="ineligible"),
        a_node_stub(3, Status="down"),
    )
    nodes = NomadNodes(nomad, SELECTOR)
    observe(nodes)

    (ready,) = nodes.ready

    assert (ready.node_class, ready.datacenter, ready.node_pool, ready.create_index) == (
        "transcode",
        "dc1",
        "default",
        32,
    )
    assert ready.computed_class == a_node_record()["ComputedClass"]


def test_no_node_is_ready_where_the_nodes_could_not_be_read():
    nomad = a_cluster(a_node_stub(1))
    nodes = NomadNodes(nomad, SELECTOR)
    observe(nodes)
    nomad.answers["allocations"] = NomadUnavailable("no leader")

    with pytest.raises(NomadUnavailable):
        observe(nodes)

    assert nodes.ready == ()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("nodes", {"Nodes": []}),
        ("nodes", None),
        ("nodes", [{"ID": "node-1"}]),
        ("node/node-1", {"Attributes": {}}),
        ("allocations", [{"ID": "alloc-1"}]),
        ("allocations", None),
    ],
)
def test_an_answer_in_another_form_is_malformed(path, answer):
    nomad = a_cluster(a_node_stub(1))
    nomad.answers[path] = answer

    with pytest.raises(MalformedReply):
        observe(NomadNodes(nomad, SELECTOR))


def test_an_instance_is_joined_by_a_node_of_any_pool_and_status():
    nomad = a_cluster(a_node_stub(1), a_node_stub(2, NodeClass="web", Status="down"))
    nodes = NomadNodes(nomad, SELECTOR)

    assert not nodes.still_unjoined("i-1")
    assert not nodes.still_unjoined("i-2")
    assert nodes.still_unjoined("i-3")
    assert ("nodes", {"consistent": ""}) in nomad.asked
    assert (nomad.count("node/node-1"), nomad.count("node/node-2")) == (1, 1)


def test_nodes_of_other_pools_stay_known_between_two_last_looks():
    nomad = a_cluster(a_node_stub(1), a_node_stub(2, NodeClass="web"))
    nodes = NomadNodes(nomad, SELECTOR)
    nodes.still_unjoined("i-3")
    observe(nodes)
    nodes.still_unjoined("i-3")

    assert nomad.count("node/node-2") == 1


def test_a_last_look_that_fails_is_no_answer():
    nomad = a_cluster(a_node_stub(1))
    nomad.answers["node/node-1"] = NomadDenied("403")

    with pytest.raises(NomadDenied):
        NomadNodes(nomad, SELECTOR).still_unjoined("i-2")


def test_a_node_that_is_listed_and_not_found_is_looked_for_again():
    """It was purged just then, or it was a gateway's 404: what was not seen is not remembered."""
    nomad = a_cluster(a_node_stub(1))
    record = nomad.answers.pop("node/node-1")
    nodes = NomadNodes(nomad, SELECTOR)

    assert [node.instance_id for node in observe(nodes)] == [None]
    nomad.answers["node/node-1"] = record

    assert [node.instance_id for node in observe(nodes)] == ["i-1"]


def test_while_a_listed_node_is_not_found_no_instance_is_surely_without_one():
    nomad = a_cluster(a_node_stub(1))
    record = nomad.answers.pop("node/node-1")
    nodes = NomadNodes(nomad, SELECTOR)
    observe(nodes)

    with pytest.raises(NomadUnavailable, match="node-1 is in Nomad's list, and cannot be looked"):
        nodes.still_unjoined("i-1")
    nomad.answers["node/node-1"] = record

    assert not nodes.still_unjoined("i-1")


def cordoned(*allocations, eligibility="ineligible"):
    return FakeNomad(
        **{
            "node/node-1": a_node_record(1, SchedulingEligibility=eligibility),
            "node/node-1/allocations": list(allocations),
        }
    )


def at_work(job_type="batch", **changes):
    """An allocation as a node's own list has it: with its job."""
    return an_allocation(1, Job={"Type": job_type}, **changes)


@pytest.mark.parametrize(
    ("nomad", "idle"),
    [
        (cordoned(), True),
        (cordoned(eligibility="eligible"), False),
        (cordoned(at_work()), False),
        (cordoned(at_work("system")), True),
        (cordoned(at_work("sysbatch")), True),
        (cordoned(at_work(ClientStatus="complete")), False),
        (cordoned(at_work(ClientStatus="complete", TaskStates=None)), True),
    ],
)
def test_a_node_is_idle_if_it_is_cordoned_and_no_task_of_ours_lives(nomad, idle):
    assert NomadNodes(nomad, SELECTOR).still_idle("node-1") is idle
    assert all(params == {"consistent": ""} for _, params in nomad.asked)


def test_a_node_that_is_gone_cannot_be_looked_at():
    with pytest.raises(ActionError, match="node node-1 is gone"):
        NomadNodes(FakeNomad(), SELECTOR).still_idle("node-1")


def test_eligibility_is_written_and_no_drain():
    nomad = FakeNomad(**{"node/node-1/eligibility": {}})

    NomadNodes(nomad, SELECTOR).set_eligibility("node-1", eligible=False)

    assert nomad.posted == [
        ("node/node-1/eligibility", {"NodeID": "node-1", "Eligibility": "ineligible"})
    ]


def test_a_node_that_is_gone_cannot_be_cordoned_and_needs_no_purge():
    nodes = NomadNodes(FakeNomad(), SELECTOR)

    nodes.purge("node-1")
    with pytest.raises(ActionError, match="node node-1 is gone"):
        nodes.set_eligibility("node-1", eligible=True)


def test_a_refused_write_is_a_failed_action():
    nomad = FakeNomad(**{"node/node-1/purge": NomadDenied("Nomad refuses POST")})

    with pytest.raises(ActionError, match="refuses POST") as raised:
        NomadNodes(nomad, SELECTOR).purge("node-1")

    assert (raised.value.stage, raised.value.retryable) == ("nomad", True)


def test_a_node_is_checked_to_be_eligible_still():
    nodes = NomadNodes(cordoned(eligibility="eligible"), SELECTOR)

    nodes.check_eligible("node-1")
    with pytest.raises(ActionError, match="somebody else cordoned it"):
        NomadNodes(cordoned(), SELECTOR).check_eligible("node-1")
    with pytest.raises(ActionError, match="is gone"):
        nodes.check_eligible("node-2")

"""A client node, from its stub and its own record."""

import pytest

from autoscaler.adapters.nomad_allocations import Load, live_allocations
from autoscaler.adapters.nomad_node import Record, node_of, record_of, selected
from autoscaler.core.model import NodeStatus
from autoscaler.core.resources import Resources
from autoscaler.core.settings import NodeSelector
from tests.builders import at
from tests.unit.autoscaler.adapters.fake_nomad import (
    a_node_record,
    a_node_stub,
    an_allocation,
    recorded,
)

HEALTHY = {"Detected": True, "Healthy": True, "Attributes": {}}


def node(stub=None, record=None, load=None, profiles=None):
    return node_of(
        stub or a_node_stub(),
        record_of(a_node_record()) if record is None else record,
        load or Load(),
        profiles or {},
        "default",
        at(0),
    )


def test_a_recorded_node_offers_what_it_has_and_takes_work():
    one = node()

    assert (one.node_id, one.name, one.instance_id) == ("node-1", "n1", "i-1")
    assert one.capacity == Resources(2000, 1024, 74_420)
    assert one.places_work
    assert (one.allocated, one.running) == (Resources(), ())


def test_what_lives_on_it_is_counted_system_jobs_apart():
    stubs = [an_allocation(1), an_allocation(2), an_allocation(3, JobType="system", JobID="logs")]
    load = Load(tuple(live_allocations(stubs, {})))

    one = node(load=load, profiles={"transcode/dispatch-2": "large"})

    assert one.allocated == Resources(2700, 600, 150)
    assert one.system == Resources(900, 200, 50)
    assert [(run.job, run.profile) for run in one.running] == [
        ("transcode", None),
        ("transcode", "large"),
    ]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("ready", NodeStatus.READY),
        ("initializing", NodeStatus.INITIALIZING),
        ("down", NodeStatus.DOWN),
        ("disconnected", NodeStatus.OTHER),
    ],
)
def test_a_status_that_is_not_known_is_no_capacity(word, status):
    one = node(a_node_stub(Status=word))

    assert one.status is status
    assert one.places_work is (status is NodeStatus.READY)


@pytest.mark.parametrize(
    "changes", [{"SchedulingEligibility": "ineligible"}, {"Drain": True}, {"Status": "down"}]
)
def test_a_node_that_is_cordoned_drains_or_is_down_takes_no_work(changes):
    assert not node(a_node_stub(**changes)).places_work


def test_recorded_nodes_that_drain_or_are_down_are_told():
    draining = [node({**a_node_stub(), **stub}).draining for stub in recorded("nodes-draining")]
    down = [node({**a_node_stub(), **stub}).status for stub in recorded("nodes-down")]

    assert sorted(draining) == [False, True]
    assert NodeStatus.DOWN in down


def test_facts_are_named_as_constraints_name_them():
    facts = node(record=record_of(a_node_record(Meta={"rack": "r1"}))).facts

    assert facts is not None
    assert facts.values["node.class"] == "transcode"
    assert facts.values["node.datacenter"] == "dc1"
    assert facts.values["attr.kernel.name"] == "linux"
    assert facts.values["attr.platform.aws.instance-type"] == "c5.large"
    assert facts.values["meta.rack"] == "r1"


def test_a_node_of_a_server_without_node_pools_is_in_the_default_one():
    assert node().facts.values["node.pool"] == "default"
    assert node(a_node_stub(NodePool="video")).facts.values["node.pool"] == "video"


def test_what_is_unique_to_a_node_is_no_fact_about_others():
    attributes = {
        "unique.hostname": "a",
        "nomad.advertise.address": "10.0.0.1:4646",
        "os.name": "x",
    }
    meta = {"unique.serial": "1", "rack": "r1"}

    facts = node(record=record_of(a_node_record(Attributes=attributes, Meta=meta))).facts

    assert {name for name in facts.values if not name.startswith(("node.", "attr.driver."))} == {
        "attr.os.name",
        "meta.rack",
    }


def test_nodes_that_are_alike_are_of_one_kind_though_nomad_tells_them_apart():
    """A real agent's computed class holds its address, and signals come in any order."""
    attributes = recorded("node")["Attributes"]
    one = record_of(
        a_node_record(
            ComputedClass="v1:1",
            Attributes={**attributes, "nomad.advertise.address": "a", "os.signals": "SIGA,SIGB"},
        )
    )
    other = record_of(
        a_node_record(
            ComputedClass="v1:2",
            Attributes={**attributes, "nomad.advertise.address": "b", "os.signals": "SIGB,SIGA"},
        )
    )

    assert node(record=one).facts == node(record=other).facts
    assert (one.computed_class, other.computed_class) == ("v1:1", "v1:2")


@pytest.mark.parametrize(
    "changes",
    [
        {"NodeClass": "other"},
        {"Datacenter": "dc2"},
        {"NodePool": "video"},
        {"Drivers": {"raw_exec": {**HEALTHY, "Healthy": False}}},
    ],
)
def test_nodes_that_differ_are_of_different_kinds(changes):
    assert node().facts != node(a_node_stub(**changes)).facts


def test_nodes_with_other_attributes_are_of_another_kind():
    attributes = {**recorded("node")["Attributes"], "cpu.arch": "arm64"}

    assert node().facts != node(record=record_of(a_node_record(Attributes=attributes))).facts


@pytest.mark.parametrize(
    ("state", "fact"),
    [
        (HEALTHY, "1"),
        ({**HEALTHY, "Healthy": False}, None),
        ({**HEALTHY, "Detected": False, "Healthy": False}, None),
    ],
)
def test_a_drivers_state_counts_for_more_than_its_attribute(state, fact):
    one = node(a_node_stub(Drivers={"raw_exec": state}))

    assert one.facts.values.get("attr.driver.raw_exec") == fact


def test_a_driver_without_a_state_has_its_attribute():
    assert node(a_node_stub(Drivers=None)).facts.values["attr.driver.raw_exec"] == "1"


def test_a_node_that_went_while_it_was_read_has_no_facts():
    one = node(record=Record())

    assert (one.instance_id, one.facts) == (None, None)


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        (NodeSelector(class_="transcode"), True),
        (NodeSelector(class_="other"), False),
        (NodeSelector(class_="transcode", datacenter="dc2"), False),
        (NodeSelector(pool="default"), True),
        (NodeSelector(pool="video"), False),
    ],
)
def test_a_selector_wants_all_that_it_gives(selector, chosen):
    assert selected(recorded("nodes")[0], selector) is chosen

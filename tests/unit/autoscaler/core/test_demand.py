"""Packing: what fits where, and how many nodes the rest needs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.decision import Rule
from autoscaler.core.demand import assess
from autoscaler.core.fleet import Fleet, InFlight, Member
from autoscaler.core.memory import Memory
from autoscaler.core.model import Constraint, GroupAsk, NodeFacts, Verdict, WaitsFor
from autoscaler.core.policy import decide
from autoscaler.core.resources import Ask, Resources
from tests.builders import (
    ASK,
    SHAPE,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    held,
    idle_since,
    some_settings,
)
from tests.telling import rules


def a_fleet(*ready, cordoned=(), in_flight=0):
    """Ready and cordoned members, and so many nodes in flight."""
    return Fleet(
        ready=tuple(ready),
        warned=(),
        cordoned=tuple(cordoned),
        stale=(),
        gone=(),
        held_busy=(),
        held_idle=(),
        held_bare=(),
        in_flight=(InFlight("nomad-clients"),) * in_flight,
        unjoined=(),
        never_joined=(),
    )


def assessed(queues, fleet, *, slots=2, memory=None):
    """The demand of these queues on this fleet."""
    return assess(queues, fleet, some_settings(), memory or Memory(), slots)


def a_member(number=1, *, live=0, marked_at=None):
    """A node on its instance."""
    return Member(a_node(number, live=live), an_instance(number), "nomad-clients", marked_at)


def test_busy_nodes_fill_first_and_the_longest_idle_stays_free():
    fleet = a_fleet(a_member(1), a_member(2), a_member(3, live=1))
    memory = Memory(idle_since={**idle_since(-100, 1).idle_since, **idle_since(-10, 2).idle_since})

    need = assessed([a_queue(2)], fleet, memory=memory)

    assert need.wanted == {"node-3", "node-2"}


def test_the_order_is_ready_then_taken_back_then_in_flight_then_new():
    fleet = a_fleet(a_member(1), cordoned=[a_member(2, marked_at=at(0))], in_flight=1)

    need = assessed([a_queue(7)], fleet)

    assert [ref.name for ref in need.uncordon] == ["n2"]
    assert need.room_for_all == 1
    assert need.reasons[0].detail == (
        "7 pending, 2 fit on ready nodes, 2 on nodes taken back, 2 on nodes in flight, "
        "1 would need 1 new nodes at 2 per node"
    )


def test_children_per_node_bounds_new_nodes_and_not_the_room_that_is_there():
    """Nomad places by its own sums: what fits a ready node goes there whatever we would like."""
    need = assessed([a_queue(4)], a_fleet(a_member(1)), slots=1)

    assert need.room_for_all == 2


def test_asks_bound_a_new_node_where_fewer_fit_than_children_per_node():
    need = assessed([a_queue(4)], a_fleet(), slots=8)

    assert need.room_for_all == 2


def test_large_asks_are_placed_before_small_ones():
    """Small ones first would leave two gaps that no large one fits, and buy a third node."""
    large = a_queue(1, job="large", ask=Ask(2000, 2000, 300))
    small = a_queue(2, job="small", ask=Ask(500, 500, 300))

    need = assessed([small, large], a_fleet(), slots=None)

    assert need.room_for_all == 2


def test_jobs_of_different_shapes_share_new_nodes():
    large = a_queue(3, job="large", ask=Ask(1200, 1200, 0))
    small = a_queue(3, job="small", ask=Ask(800, 800, 0))

    need = assessed([large, small], a_fleet())

    assert need.room_for_all == 3


def test_one_unplaceable_job_does_not_stop_the_others():
    huge = a_queue(5, job="huge", ask=Ask(9000, 100, 0))

    need = assessed([huge, a_queue(2)], a_fleet())

    assert need.room_for_all == 1
    assert need.unplaceable == {"huge": 5}


asks = st.builds(
    Ask,
    cpu_mhz=st.integers(1, SHAPE.cpu_mhz),
    memory_mib=st.integers(10, SHAPE.memory_mib),
    disk_mib=st.integers(0, 300),
)


@given(
    jobs=st.lists(st.tuples(asks, st.integers(0, 200)), max_size=5),
    ready=st.lists(st.integers(0, 2), max_size=6),
    in_flight=st.integers(0, 4),
)
def test_never_more_than_rounding_above_demand(jobs, ready, in_flight):
    """Invariant: without the last node that is bought, something would not fit."""
    queues = [a_queue(count, job=f"j{i}", ask=ask) for i, (ask, count) in enumerate(jobs)]
    members = [a_member(i, live=live) for i, live in enumerate(ready)]
    fleet = a_fleet(*members, in_flight=in_flight)
    need = assessed(queues, fleet, slots=None)

    cpu_mhz = sum(ask.cpu_mhz * count for ask, count in jobs)
    memory_mib = sum(ask.memory_mib * count for ask, count in jobs)
    # First fit leaves no two bins whose contents would fit into one, so it is within twice the sum.
    volume = max(cpu_mhz / SHAPE.cpu_mhz, memory_mib / SHAPE.memory_mib)
    assert need.room_for_all <= 2 * (volume * 2) + 1
    if sum(queue.pending_count for queue in queues) == 0:
        assert need.room_for_all == 0


@given(pending=st.integers(0, 10_000), ready=st.integers(0, 50), in_flight=st.integers(0, 50))
def test_with_equal_asks_exactly_the_ceiling_is_bought(pending, ready, in_flight):
    fleet = a_fleet(*(a_member(i) for i in range(ready)), in_flight=in_flight)

    need = assessed([a_queue(pending)], fleet)

    left = max(0, pending - 2 * ready - 2 * in_flight)
    assert need.room_for_all == -(-left // 2)


def facts(kind, **values):
    """A node's facts by name, dots written as underscores."""
    return NodeFacts(kind, {name.replace("_", "."): value for name, value in values.items()})


def wants(target, operator, value=""):
    """A queue of two whose children have this constraint."""
    group = GroupAsk("main", ASK, constraints=(Constraint(target, operator, value),))
    return a_queue(2, groups=(group,))


def decided(observed, memory=None):
    """The decision, and what a new node is expected to be."""
    return decide(observed, some_settings(), memory or Memory(), at(0))


def test_a_constraint_that_no_node_of_the_pool_meets_buys_nothing_and_is_named():
    node = a_node(1, facts=facts("a", attr_cpu_arch="amd64"))

    decision = decided(an_observation(node, queue=wants("${attr.cpu.arch}", "=", "arm64")))

    assert decision.buy == 0
    assert decision.unplaceable == {"transcode": 2}
    assert "each wants ${attr.cpu.arch} = arm64" in decision.why


def test_before_any_node_was_seen_the_configured_facts_count_and_no_others():
    other_class = decided(an_observation(queue=wants("${node.class}", "=", "other")))
    unknown = decided(an_observation(queue=wants("${attr.cpu.arch}", "=", "arm64")))

    assert (other_class.buy, unknown.buy) == (0, 1)


def test_in_what_nodes_differ_a_new_one_can_have_anything():
    nodes = [
        a_node(1, live=2, facts=facts("a", attr_size="big", meta_x="1")),
        a_node(2, live=2, facts=facts("b", attr_size="small", meta_x="1")),
    ]

    big = decided(an_observation(*nodes, queue=wants("${attr.size}", "=", "huge")))
    fixed = decided(an_observation(*nodes, queue=wants("${meta.x}", "=", "2")))

    assert (big.buy, fixed.buy) == (1, 0)


def test_a_new_node_can_be_in_another_zone_than_those_seen():
    zone = NodeFacts("a", {"attr.platform.aws.placement.availability-zone": "a"})
    queue = wants("${attr.platform.aws.placement.availability-zone}", "=", "b")

    assert decided(an_observation(a_node(1, facts=zone), queue=queue)).buy == 1


def test_a_job_of_higher_priority_takes_the_room_first():
    low = a_queue(2, job="low", priority=20)
    high = a_queue(2, job="high", priority=80, ask=Ask(900, 900, 0))

    need = assessed([low, high], a_fleet(a_member(1)))

    assert [load.queue.job for load in need.short] == ["low"]


def test_of_a_child_whose_second_group_fits_nowhere_the_first_buys_nothing():
    groups = (GroupAsk("fits", ASK), GroupAsk("huge", Ask(9000, 10)))

    need = assessed([a_queue(3, groups=groups)], a_fleet())

    assert need.room_for_all == 0
    assert need.unplaceable == {"transcode": 3}


def test_the_share_of_system_jobs_is_off_what_a_new_node_offers():
    node = a_node(1, live=1, system=held(Ask(500, 100), 1), allocated=held(Ask(1500, 1100), 1))

    decision = decided(an_observation(node, queue=a_queue(4, 1)))

    assert decision.memory.template.shape == SHAPE - held(Ask(500, 100), 1)
    assert decision.buy == 4


@pytest.mark.parametrize(
    ("waits_for", "rule"),
    [
        (WaitsFor.CONSTRAINT, Rule.CONSTRAINT),
        (WaitsFor.QUOTA, Rule.QUOTA),
        (WaitsFor.QUEUE, Rule.QUEUE_HEAD),
    ],
)
def test_what_waits_for_anything_but_capacity_buys_nothing(waits_for, rule):
    held_back = a_queue(5, verdict=Verdict(waits_for, "the detail"))

    decision = decided(an_observation(queue=held_back))

    assert (decision.buy, decision.unplaceable) == (0, {"transcode": 5})
    assert rule in rules(decision)
    assert "the detail" in decision.why


def test_what_waits_for_capacity_buys():
    waiting = a_queue(2, verdict=Verdict(WaitsFor.CAPACITY, "memory exhausted"))

    assert decided(an_observation(queue=waiting)).buy == 1


def test_a_child_that_asks_for_no_cpu_finds_room_where_that_is_overdrawn():
    """Nomad places by what is asked for."""
    capacity, allocated = Resources(1000, 4000, 0), Resources(1200, 1000, 0)
    node = replace(a_node(1), capacity=capacity, allocated=allocated)
    queue = a_queue(1, groups=(GroupAsk("main", Ask(0, 100)),))
    fleet = a_fleet(Member(node, an_instance(1), "nomad-clients"))

    assert assessed([queue], fleet).wanted == {node.node_id}

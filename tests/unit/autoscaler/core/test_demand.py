"""Packing: what fits where, and how many nodes the rest needs."""

from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.demand import assess
from autoscaler.core.fleet import Fleet, InFlight, Member
from autoscaler.core.memory import Memory
from autoscaler.core.resources import Ask
from tests.builders import SHAPE, a_node, a_queue, an_instance, at, idle_since, some_settings


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

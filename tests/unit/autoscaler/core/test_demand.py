"""Packing: what fits where, and how many nodes the rest needs."""

from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.decision import Memory
from autoscaler.core.demand import assess
from autoscaler.core.fleet import Fleet, Member
from autoscaler.core.model import Resources
from tests.builders import SHAPE, a_node, a_queue, an_instance, at, idle_since, some_settings


def a_fleet(*ready, cordoned=(), in_flight=0):
    """Ready and cordoned members, and so many nodes in flight."""
    return Fleet(tuple(ready), tuple(cordoned), (), (), in_flight, ())


def a_member(number=1, *, live=0, marked_at=None):
    """A node on its instance."""
    return Member(a_node(number, live=live), an_instance(number), marked_at)


def test_busy_nodes_fill_first_and_the_longest_idle_stays_free():
    fleet = a_fleet(a_member(1), a_member(2), a_member(3, live=1))
    memory = Memory(idle_since={**idle_since(-100, 1).idle_since, **idle_since(-10, 2).idle_since})

    need = assess([a_queue(2)], fleet, some_settings(), memory)

    assert need.wanted == {"node-3", "node-2"}


def test_the_order_is_ready_then_taken_back_then_in_flight_then_new():
    fleet = a_fleet(a_member(1), cordoned=[a_member(2, marked_at=at(0))], in_flight=1)

    need = assess([a_queue(7)], fleet, some_settings(), Memory())

    assert [ref.name for ref in need.uncordon] == ["n2"]
    assert need.new_count == 1
    assert need.reasons[0].detail == (
        "7 pending, 2 fit on ready nodes, 2 on nodes taken back, 2 on nodes in flight, "
        "1 need 1 new nodes at 2 per node"
    )


def test_children_per_node_bounds_new_nodes_and_not_the_room_that_is_there():
    """Nomad places by its own sums: what fits a ready node goes there whatever we would like."""
    settings = some_settings(children_per_node=1)

    need = assess([a_queue(4)], a_fleet(a_member(1)), settings, Memory())

    assert need.new_count == 2


def test_asks_bound_a_new_node_where_fewer_fit_than_children_per_node():
    need = assess([a_queue(4)], a_fleet(), some_settings(children_per_node=8), Memory())

    assert need.new_count == 2


def test_large_asks_are_placed_before_small_ones():
    """Small ones first would leave two gaps that no large one fits, and buy a third node."""
    large = a_queue(1, job="large", ask=Resources(2000, 2000, 300))
    small = a_queue(2, job="small", ask=Resources(500, 500, 300))

    need = assess([small, large], a_fleet(), some_settings(children_per_node=10), Memory())

    assert need.new_count == 2


def test_jobs_of_different_shapes_share_new_nodes():
    large = a_queue(3, job="large", ask=Resources(1200, 1200, 0))
    small = a_queue(3, job="small", ask=Resources(800, 800, 0))

    need = assess([large, small], a_fleet(), some_settings(children_per_node=2), Memory())

    assert need.new_count == 3


def test_one_unplaceable_job_does_not_stop_the_others():
    huge = a_queue(5, job="huge", ask=Resources(9000, 100, 0))

    need = assess([huge, a_queue(2)], a_fleet(), some_settings(), Memory())

    assert need.new_count == 1
    assert need.unplaceable == {"huge": 5}


asks = st.builds(
    Resources,
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
    settings = some_settings(children_per_node=1000)

    need = assess(queues, fleet, settings, Memory())

    total = Resources()
    for queue in queues:
        total += queue.ask.times(queue.pending_count)
    # First fit leaves no two bins whose contents would fit into one, so it is within twice the sum.
    volume = max(total.cpu_mhz / SHAPE.cpu_mhz, total.memory_mib / SHAPE.memory_mib)
    assert need.new_count <= 2 * (volume * 2) + 1
    if sum(queue.pending_count for queue in queues) == 0:
        assert need.new_count == 0


@given(pending=st.integers(0, 10_000), ready=st.integers(0, 50), in_flight=st.integers(0, 50))
def test_with_equal_asks_exactly_the_ceiling_is_bought(pending, ready, in_flight):
    fleet = a_fleet(*(a_member(i) for i in range(ready)), in_flight=in_flight)

    need = assess([a_queue(pending)], fleet, some_settings(), Memory())

    left = max(0, pending - 2 * ready - 2 * in_flight)
    assert need.new_count == -(-left // 2)

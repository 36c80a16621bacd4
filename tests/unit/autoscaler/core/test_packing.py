"""First fit of children with several allocations, and what they may not share."""

from autoscaler.core.model import GroupAsk
from autoscaler.core.packing import Bin, Load, bins_for, fill
from autoscaler.core.resources import Ask, Resources
from tests.builders import a_queue


def anywhere(load, facts):
    """Every node suits."""
    return True


def a_load(children, *, count=1, distinct=False, cpu=1000):
    """The allocations of one group of a queue's children."""
    group = GroupAsk("main", Ask(cpu, 10), count, distinct_hosts=distinct)
    return Load(a_queue(children, groups=(group,)), group, children * count)


ROOM_FOR_FOUR = Bin(Resources(4000, 1000, 1000))


def test_a_child_of_several_allocations_may_be_spread_over_nodes():
    assert bins_for([a_load(2, count=3)], ROOM_FOR_FOUR, anywhere) == 2


def test_allocations_that_must_not_share_a_host_take_one_place_on_each():
    """Three of one child need three nodes, and those of four children share the same three."""
    assert bins_for([a_load(1, count=3, distinct=True)], ROOM_FOR_FOUR, anywhere) == 3
    assert bins_for([a_load(4, count=3, distinct=True)], ROOM_FOR_FOUR, anywhere) == 3


def test_slots_bound_what_resources_would_hold():
    filled = fill([a_load(9)], [Bin(Resources(4000, 1000, 1000), slots=3)], anywhere)

    assert filled.taken == (3,)
    assert [load.count for load in filled.left] == [6]


def test_children_are_counted_whole_when_some_of_their_allocations_are_left():
    assert a_load(5, count=3).child_count == 5
    assert Load(a_queue(1), a_load(1, count=3).group, 4).child_count == 2


def test_a_node_that_does_not_suit_takes_nothing():
    filled = fill([a_load(2)], [ROOM_FOR_FOUR], lambda load, facts: False)

    assert sum(filled.taken) == 0
    assert filled.taken == (0,)


def test_bins_of_one_kind_of_load_are_the_quotient_rounded_up():
    assert [bins_for([a_load(count)], ROOM_FOR_FOUR, anywhere) for count in (1, 4, 5, 9)] == [
        1,
        1,
        2,
        3,
    ]


def test_without_bins_nothing_is_placed():
    load = a_load(3)

    assert fill([load], [], anywhere).left == (load,)

"""What a pool cost and how long children waited, and which came meanwhile, by looking at it."""

import pytest

from autoscaler.core.model import Cohort, Finished, Lifecycle
from autoscaler.shadow.account import Account, Balance
from autoscaler.shadow.arrivals import Arrivals, Dispatched, waiting
from tests.builders import a_group, a_node, a_queue, an_instance, an_observation, at


def course(*looks: tuple[float, object]) -> Balance:
    """The account of these observations, each at its second."""
    account, arrivals = Account(), Arrivals()
    for seconds, observed in looks:
        now = at(seconds)
        account.watch(observed, arrivals.since_last(observed, now), now)
    return account.balance()


def test_nodes_are_paid_for_from_look_to_look() -> None:
    two = an_observation(a_node(1), a_node(2))

    balance = course((0, two), (100, an_observation(a_node(1))), (150, an_observation()))

    assert balance.node_seconds == 2 * 100 + 50
    assert (balance.peak_nodes, balance.launched_count, balance.ended_count) == (2, 0, 2)
    assert balance.seconds == 150


def test_an_instance_that_leaves_is_not_paid_for_and_one_that_boots_is() -> None:
    leaving = an_instance(1, lifecycle=Lifecycle.LEAVING)
    booting = an_instance(2, lifecycle=Lifecycle.PENDING)
    group = a_group(leaving, booting)

    assert course((0, an_observation(group=group)), (10, an_observation())).node_seconds == 10


def test_a_group_that_cannot_be_read_is_taken_to_be_as_it_was() -> None:
    one = an_observation(a_node(1))
    unknown = type(one)(one.pool, one.queues, one.nodes, None)

    assert course((0, one), (10, unknown), (20, one)).node_seconds == 20


def test_children_start_in_the_order_in_which_they_came() -> None:
    early = an_observation(queue=a_queue(2, waiting=(Cohort(at(-50), 1), Cohort(at(-10), 1))))
    later = an_observation(queue=a_queue(1, 1, waiting=(Cohort(at(-10), 1),)))

    balance = course((0, early), (5, later), (20, an_observation(queue=a_queue(0, 2))))

    assert balance.waits == (30, 55)
    assert balance.pending_count == 0


def test_a_child_that_came_and_started_between_two_looks_waited_not_at_all() -> None:
    before = an_observation(queue=a_queue(0, 0, dispatched_count=7))
    after = an_observation(queue=a_queue(0, 1, dispatched_count=8))

    assert course((0, before), (10, after)).waits == (0.0,)


def test_who_came_is_known_by_the_instant_while_they_wait_and_from_now_on_otherwise() -> None:
    arrivals = Arrivals()
    arrivals.since_last(an_observation(queue=a_queue(1, dispatched_count=1)), at(0))
    queue = a_queue(2, 1, dispatched_count=3, waiting=(Cohort(at(0), 1), Cohort(at(4), 1)))

    assert arrivals.since_last(an_observation(queue=queue), at(10)) == (
        Dispatched(at(4), "transcode"),
        Dispatched(at(10), "transcode"),
    )


def test_without_a_count_of_dispatches_children_are_counted_by_what_is_there() -> None:
    arrivals = Arrivals()
    arrivals.since_last(an_observation(queue=a_queue(0, 2)), at(0))
    queue = a_queue(0, 2, finished=(Finished(None, 9.0),))

    assert len(arrivals.since_last(an_observation(queue=queue), at(10))) == 1


@pytest.mark.parametrize(("dispatched", "count"), [(7, 0), (5, 0), (9, 2)])
def test_a_count_that_shrinks_is_no_arrival(dispatched: int, count: int) -> None:
    arrivals = Arrivals()
    arrivals.since_last(an_observation(queue=a_queue(0, dispatched_count=7)), at(0))

    seen = arrivals.since_last(an_observation(queue=a_queue(0, dispatched_count=dispatched)), at(1))

    assert len(seen) == count


def test_the_first_look_at_a_queue_tells_who_waits_and_not_who_came() -> None:
    queue = a_queue(3, waiting=(Cohort(at(-9), 2),))

    assert Arrivals().since_last(an_observation(queue=queue), at(0)) == ()
    assert waiting(queue, at(0)) == (at(-9), at(-9), at(0))

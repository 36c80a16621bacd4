"""What is observed."""

from autoscaler.core.model import Lifecycle
from tests.builders import EPOCH, a_group, a_queue, an_instance, an_observation


def test_an_observation_sums_its_queues():
    observed = an_observation(queue=a_queue(3, 2))

    assert observed.complete
    assert (observed.pending_count, observed.running_count) == (3, 2)


def test_the_oldest_child_is_known_only_while_one_waits():
    assert a_queue(3).oldest_pending_at == EPOCH
    assert a_queue(0, waiting=a_queue(1).waiting).oldest_pending_at is None


def test_what_leaves_the_group_does_not_count_towards_its_capacity():
    group = a_group(
        an_instance(1),
        an_instance(2, lifecycle=Lifecycle.LEAVING),
        an_instance(3, lifecycle=Lifecycle.HELD),
    )

    assert group.present_count == 1

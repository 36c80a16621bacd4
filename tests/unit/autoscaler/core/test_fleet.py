"""What each node and instance is to us."""

from datetime import timedelta

import pytest

from autoscaler.core.decision import InstanceRef
from autoscaler.core.fleet import muster
from autoscaler.core.model import Lifecycle, NodeStatus
from tests.builders import a_group, a_node, an_instance, at

BOOT_TIMEOUT = timedelta(minutes=10)


def mustered(*nodes, group):
    """The fleet at the epoch of the tests."""
    return muster(nodes, (group,), BOOT_TIMEOUT, at(0))


@pytest.mark.parametrize("status", [NodeStatus.INITIALIZING, NodeStatus.DOWN])
def test_a_young_instance_whose_node_is_not_ready_is_still_in_flight(status):
    """A new node may be down until its first heartbeat; another would be bought for nothing."""
    fleet = mustered(a_node(1, status=status), group=a_group(an_instance(1)))

    assert (fleet.counts.in_flight, fleet.unjoined) == (1, ())


def test_an_old_instance_whose_node_is_down_is_lost_and_not_in_flight():
    old = an_instance(1, launched_at=at(-601))

    fleet = mustered(a_node(1, status=NodeStatus.DOWN), group=a_group(old))

    assert (fleet.counts.in_flight, fleet.unjoined) == (0, (InstanceRef("i-1", "nomad-clients"),))


def test_an_instance_that_came_back_as_a_new_node_counts_once():
    group = a_group(an_instance(1))
    before = a_node(9, instance_id="i-1", status=NodeStatus.DOWN)

    fleet = mustered(before, a_node(1), group=group)

    assert len(fleet.ready) == 1
    assert fleet.counts.in_flight == 0


def test_a_ready_node_on_a_leaving_instance_is_no_capacity():
    leaving = an_instance(1, lifecycle=Lifecycle.LEAVING)

    fleet = mustered(a_node(1), group=a_group(leaving, desired=0))

    assert (fleet.ready, fleet.counts.in_flight) == ((), 0)


def test_what_is_requested_and_not_yet_an_instance_is_in_flight():
    fleet = mustered(group=a_group(an_instance(1, lifecycle=Lifecycle.PENDING), desired=4))

    assert fleet.counts.in_flight == 4


def test_for_an_instance_aside_aws_launches_another():
    """One on standby does not count towards the desired capacity."""
    fleet = mustered(group=a_group(an_instance(1, lifecycle=Lifecycle.ASIDE), desired=1))

    assert (fleet.counts.in_flight, fleet.unjoined) == (1, ())

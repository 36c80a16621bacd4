"""The fewest nodes with which every child starts in time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.decision import Rule
from autoscaler.core.memory import Ends, Memory, Request
from autoscaler.core.model import Cohort, Running
from autoscaler.core.policy import decide
from autoscaler.core.resources import Ask
from tests.builders import a_group, a_node, a_queue, an_observation, at, some_settings
from tests.telling import rules

#: Of constant service times, so that the answers can be worked out by hand.
BOOTS = (60.0,) * 10


def constant(seconds):
    """A memory of boots of a minute and children that all take so long."""
    return Memory(boot_seconds=BOOTS, service_seconds={"transcode": {"": (float(seconds),) * 30}})


def decided(observed, memory, *, target_wait=300, now=0.0, strict=False):
    """The decision by ``backlog``, two children to a node."""
    settings = some_settings(strategy="backlog", size_max=1000)
    assert observed.groups is not None
    groups = tuple(replace(group, size_max=1000) for group in observed.groups)
    observed = replace(observed, groups=groups)
    scaling = replace(settings.scaling, target_wait=timedelta(seconds=target_wait), strict=strict)
    return decide(observed, replace(settings, scaling=scaling), memory, at(now))


def busy(count, *, age):
    """Full nodes whose children all began so long ago."""
    running = (Running("transcode", started_at=at(-age), placed_at=at(-age)),) * 2
    return [a_node(number, live=2, running=running) for number in range(count)]


def test_no_wait_at_all_means_room_for_all_at_once():
    decision = decided(an_observation(queue=a_queue(100)), constant(100), target_wait=0)

    assert decision.buy == 50


def test_a_node_that_serves_several_children_in_time_is_bought_once_for_them():
    """A boot of 60 s, then two starts a slot within 270 s: each node serves six, not two."""
    decision = decided(an_observation(queue=a_queue(600)), constant(100))

    assert 100 <= decision.buy <= 110
    assert Rule.BACKLOG in rules(decision)


def test_children_that_outlast_the_wait_each_need_a_slot():
    assert decided(an_observation(queue=a_queue(100)), constant(1000)).buy == 50


def test_running_children_that_end_soon_spare_a_purchase():
    observed = an_observation(*busy(10, age=950), queue=a_queue(15, 20))

    decision = decided(observed, constant(1000))

    assert decision.buy == 0
    assert "all start without new nodes" in decision.why


def test_running_children_that_end_late_do_not():
    observed = an_observation(*busy(10, age=10), queue=a_queue(16, 20))

    assert decided(observed, constant(1000)).buy == 8


def test_nodes_in_flight_and_their_renewals_are_counted():
    """Ten in flight serve sixty within the wait: what is asked for beyond is bought for."""
    memory = replace(constant(100), requests=(Request("nomad-clients", at(-5), 10),))
    group = a_group(desired=10)

    assert decided(an_observation(queue=a_queue(54), group=group), memory).buy == 0
    assert decided(an_observation(queue=a_queue(90), group=group), memory).buy >= 5


def test_never_more_than_room_for_all():
    """Where the wait is shorter than a boot, no number of nodes keeps it: one place each."""
    decision = decided(an_observation(queue=a_queue(30)), constant(1000), target_wait=20)

    assert decision.buy == 15


def test_a_single_node_can_wait_until_its_child_is_nearly_late():
    waiting = a_queue(1, waiting=(Cohort(at(0), 1),))

    early = decided(an_observation(queue=waiting), constant(1000), now=1)
    assert early.buy == 0
    assert Rule.LAZY_SINGLE in rules(early)

    late = decided(an_observation(queue=waiting), constant(1000), now=225)
    assert late.buy == 1
    assert Rule.LAST_CHANCE in rules(late)


def test_at_the_last_chance_what_surely_starts_in_time_is_not_bought_for():
    """All end within ten seconds: the children that have waited for long start there."""
    observed = an_observation(*busy(10, age=995), queue=a_queue(10, 20))

    assert decided(observed, constant(1000), now=0).buy == 0


def test_at_the_last_chance_a_strict_pool_relies_on_less():
    """Six of ten children are likely to end in time: enough for three that wait, or not for all."""
    services = {"transcode": {"": tuple(range(110, 210, 5))}}
    memory = Memory(boot_seconds=BOOTS, service_seconds=services)
    queue = a_queue(3, 10, waiting=(Cohort(at(-230), 3),))
    observed = an_observation(*busy(5, age=100), queue=queue)

    assert decided(observed, memory).buy == 0
    strict = decided(observed, memory, strict=True)
    assert strict.buy >= 1
    assert Rule.LAST_CHANCE in rules(strict)


def test_at_the_last_chance_nodes_that_were_bought_are_relied_on():
    """They are for the children that they were bought for, however little of the rest is sure."""
    queue = a_queue(20, waiting=(Cohort(at(-235), 20),))
    memory = replace(constant(1000), requests=(Request("nomad-clients", at(-50), 10),))
    observed = an_observation(queue=queue, group=a_group(desired=10))

    assert decided(observed, memory, strict=True).buy == 0


def test_children_that_end_more_slowly_than_they_did_are_relied_on_less_and_that_is_told():
    """Of ninety that run for three minutes already hardly any ended, where most should have."""
    services = {"transcode": {"": (*range(100, 200, 5), *range(1000, 2000, 50))}}
    usual = Memory(boot_seconds=BOOTS, service_seconds=services)
    queue = a_queue(10, 90, waiting=(Cohort(at(0), 10),))
    observed = an_observation(*busy(45, age=190), queue=queue)

    slow = replace(usual, ends=Ends(at(-190)))
    assert decided(observed, usual).buy < decided(observed, slow).buy
    assert "of their usual pace" in decided(observed, slow).why


def test_with_nothing_learned_children_are_taken_to_last_long():
    decision = decided(an_observation(queue=a_queue(100)), Memory(boot_seconds=BOOTS))

    assert 30 < decision.buy <= 50


def test_children_whose_arrival_is_not_known_count_as_having_just_come():
    old = a_queue(4, waiting=())

    decision = decided(an_observation(queue=old), constant(1000), now=10_000)

    assert Rule.LAST_CHANCE not in rules(decision)
    assert decision.buy == 2


def test_jobs_of_several_shapes_are_counted_in_nodes():
    """Four whole nodes' worth of the large one and one of the small: five, not eight."""
    large = a_queue(4, job="large", ask=Ask(2000, 2000, 0))
    small = a_queue(4, job="small", ask=Ask(500, 500, 0))
    services = {"large": {"": (1000.0,) * 30}, "small": {"": (1000.0,) * 30}}
    memory = Memory(boot_seconds=BOOTS, service_seconds=services)
    observed = replace(an_observation(), queues=(large, small))

    assert decided(observed, memory).buy == 5


def test_a_profiles_own_times_count_where_enough_are_known():
    running = (Running("transcode", at(-100), at(-100), profile="small"),) * 2
    observed = an_observation(a_node(1, live=2, running=running), queue=a_queue(2, 2))
    services = {"transcode": {"small": (105.0,) * 20, "large": (2000.0,) * 200}}

    known = decided(observed, Memory(boot_seconds=BOOTS, service_seconds=services))
    unknown = decided(
        observed,
        Memory(boot_seconds=BOOTS, service_seconds={"transcode": {"large": (2000.0,) * 200}}),
    )

    assert "all start without new nodes" in known.why
    assert Rule.LAZY_SINGLE in rules(unknown)


@pytest.mark.parametrize("pending", [1, 7, 300])
def test_a_forecast_needs_no_running_child_and_no_sample(pending):
    decision = decided(an_observation(queue=a_queue(pending)), Memory(), target_wait=60)

    assert 1 <= decision.buy <= -(-pending // 2)

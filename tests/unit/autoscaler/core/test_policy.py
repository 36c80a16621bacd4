"""The decision as a whole: its order, and what it does when it does not know."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.decision import Rule
from autoscaler.core.memory import Memory
from autoscaler.core.model import Lifecycle, Missing
from autoscaler.core.policy import decide
from autoscaler.core.settings import ScaleIn, ScaleOut
from tests.builders import (
    ASK,
    IDLE_AFTER,
    LONG_WATCHED,
    SETTLE,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    idle_since,
    some_settings,
)
from tests.telling import rules


def test_nothing_to_do_is_a_decision_with_a_reason():
    decision = decide(an_observation(), some_settings(), Memory(), at(0))

    assert rules(decision) == [Rule.QUIET]
    assert not decision.acts


@pytest.mark.parametrize(("pending", "nodes"), [(1, 1), (2, 1), (3, 2), (7, 4)])
def test_from_zero_the_queue_buys_nodes_for_all_its_children(pending, nodes):
    observed = an_observation(queue=a_queue(pending))

    decision = decide(observed, some_settings(), Memory(), at(0))

    assert (decision.buy, decision.desired) == (nodes, nodes)
    assert rules(decision) == [Rule.DEMAND]


def test_children_that_fit_on_ready_nodes_buy_nothing():
    observed = an_observation(a_node(1, live=1), a_node(2), queue=a_queue(3, 1))

    decision = decide(observed, some_settings(), Memory(), at(0))

    assert decision.buy == 0
    assert decision.reasons[0].detail == "3 pending, 3 fit on ready nodes"


def test_nodes_in_flight_are_not_bought_twice():
    """Requested, launching and in service without a node: each counts once."""
    group = a_group(an_instance(1, lifecycle=Lifecycle.PENDING), an_instance(2), desired=3)
    observed = an_observation(queue=a_queue(7), group=group)

    decision = decide(observed, some_settings(), Memory(), at(0))

    assert decision.counts.in_flight == 3
    assert decision.buy == 1
    assert decision.desired == 4


def test_an_instance_that_never_joined_is_replaced_rather_than_another_bought():
    group = a_group(an_instance(1, launched_at=at(-601)))
    observed = an_observation(queue=a_queue(1), group=group)

    decision = decide(observed, some_settings(), LONG_WATCHED, at(0))

    assert [ref.instance_id for ref in decision.replace] == ["i-1"]
    assert (decision.buy, decision.desired) == (0, 1)
    assert Rule.UNJOINED in rules(decision)
    assert decision.counts.unjoined == 1


def test_an_instance_of_unknown_age_counts_as_in_flight():
    group = a_group(an_instance(1, launched_at=None))

    decision = decide(
        an_observation(queue=a_queue(2), group=group), some_settings(), Memory(), at(0)
    )

    assert decision.buy == 0
    assert rules(decision) == [Rule.IN_FLIGHT]


def test_a_child_that_fits_no_node_buys_nothing_and_is_named_with_its_dimension():
    big = a_queue(3, ask=replace(ASK, memory_mib=2001))

    decision = decide(an_observation(queue=big), some_settings(), Memory(), at(0))

    assert decision.buy == 0
    assert decision.unplaceable == {"transcode": 3}
    assert "memory 2001 MiB of 2000 MiB" in decision.why


def test_the_shape_seen_corrects_the_shape_configured():
    """A real node offers less than was configured: one child fits, not two."""
    small = replace(a_node(1).capacity, memory_mib=1900)
    observed = an_observation(a_node(1, live=1, capacity=small), queue=a_queue(4, 1))

    decision = decide(observed, some_settings(), Memory(), at(0))

    assert decision.memory.template.shape == small
    assert decision.buy == 4


def test_what_others_cordoned_is_no_capacity_and_is_left_alone():
    observed = an_observation(a_node(1, eligible=False), queue=a_queue(1))

    decision = decide(observed, some_settings(), Memory(), at(9999))

    assert decision.buy == 1
    assert (decision.uncordon, decision.cordon, decision.release) == ((), (), ())


def test_work_takes_our_cordoned_nodes_back_before_anything_is_bought():
    cordoned = a_node(1, eligible=False)
    group = a_group(an_instance(1), marks={"i-1": at(0)})

    decision = decide(
        an_observation(cordoned, queue=a_queue(3), group=group), some_settings(), Memory(), at(60)
    )

    assert [ref.name for ref in decision.uncordon] == ["n1"]
    assert decision.buy == 1
    assert decision.release == ()


@pytest.mark.parametrize("part", ["nodes", "groups"])
def test_without_the_nodes_or_the_groups_nothing_is_done(part):
    """Unknown is not zero."""
    missing = Missing("nomad", part, "no leader")
    observed = replace(an_observation(queue=a_queue(5)), **{part: None}, missing=(missing,))

    decision = decide(observed, some_settings(), Memory(), at(0))

    assert not decision.acts
    assert rules(decision) == [Rule.INCOMPLETE]


def test_an_unread_queue_stops_scale_in_but_not_what_is_surely_needed():
    missing = (Missing("nomad", "queue", "timed out"),)
    observed = an_observation(a_node(1, live=2), a_node(2), queue=a_queue(4, 2), missing=missing)

    decision = decide(observed, some_settings(), idle_since(-9999, 2), at(0))

    assert decision.buy == 1
    assert decision.cordon == ()

    quiet = an_observation(a_node(1), missing=missing)
    decision = decide(quiet, some_settings(), idle_since(-9999, 1), at(0))

    assert not decision.acts


def test_a_settled_node_is_not_released_while_a_part_is_missing():
    group = a_group(an_instance(1), marks={"i-1": at(0)})
    missing = (Missing("nomad", "queue", "timed out"),)
    observed = an_observation(a_node(1, eligible=False), group=group, missing=missing)

    assert decide(observed, some_settings(), Memory(), at(600)).release == ()


def test_equal_arguments_give_equal_decisions():
    observed = an_observation(a_node(1), a_node(2, live=1), queue=a_queue(9, 1))
    settings, memory = some_settings(), idle_since(-9999, 1)

    assert decide(observed, settings, memory, at(0)) == decide(observed, settings, memory, at(0))


def test_scale_in_never_competes_with_demand_in_one_cycle():
    """A node too small for what waits stays while there is anything to buy."""
    observed = an_observation(a_node(1, live=2), a_node(2), queue=a_queue(5, 2))

    decision = decide(observed, some_settings(size_max=2), idle_since(-9999, 2), at(0))

    assert decision.buy == 0
    assert Rule.SIZE_MAX in rules(decision)
    assert decision.cordon == ()


def test_a_whole_life_from_work_to_the_purge():
    """Cordon, settle, release, purge: each step from the world alone, with a fresh memory."""
    settings = some_settings(scale_in=ScaleIn(idle_after=IDLE_AFTER, settle=SETTLE))
    node = a_node(1)

    decision = decide(an_observation(node), settings, Memory(), at(0))
    assert rules(decision) == [Rule.IDLE_AFTER]
    assert decision.look_again_at == at(300)

    decision = decide(an_observation(node), settings, decision.memory, at(300))
    assert [ref.name for ref in decision.cordon] == ["n1"]
    assert decision.look_again_at == at(305)

    cordoned = a_node(1, eligible=False)
    group = a_group(an_instance(1), marks={"i-1": at(300)})
    decision = decide(an_observation(cordoned, group=group), settings, Memory(), at(304))
    assert rules(decision) == [Rule.SETTLE]

    decision = decide(an_observation(cordoned, group=group), settings, Memory(), at(305))
    assert [ref.name for ref in decision.release] == ["n1"]
    assert decision.desired == 0

    leaving = an_instance(1, lifecycle=Lifecycle.LEAVING)
    gone = a_group(leaving, desired=0, marks={"i-1": at(300)})
    decision = decide(an_observation(cordoned, group=gone), settings, Memory(), at(310))
    assert not decision.acts

    down = replace(cordoned, status=type(cordoned.status).DOWN)
    gone = a_group(marks={"i-1": at(300)})
    decision = decide(an_observation(down, group=gone), settings, Memory(), at(320))
    assert [ref.name for ref in decision.purge] == ["n1"]


def test_the_cooldown_of_one_direction_does_not_hold_the_other():
    settings = some_settings(
        scale_out=ScaleOut(cooldown=timedelta(0), max_step=100),
        scale_in=ScaleIn(cooldown=timedelta(hours=1), idle_after=IDLE_AFTER, settle=SETTLE),
    )
    memory = Memory(last_scale_in_at=at(-1))

    decision = decide(an_observation(queue=a_queue(4)), settings, memory, at(0))

    assert decision.buy == 2


def test_children_that_nomad_does_not_place_where_there_is_room_are_told_of_after_a_minute():
    observed = an_observation(a_node(1), queue=a_queue(1))

    first = decide(observed, some_settings(), Memory(), at(0))
    later = decide(observed, some_settings(), first.memory, at(60))
    placed = decide(an_observation(a_node(1, live=1)), some_settings(), later.memory, at(70))

    assert Rule.NOT_PLACED not in rules(first)
    assert Rule.NOT_PLACED in rules(later)
    assert later.buy == 0
    assert placed.memory.fitting_since is None

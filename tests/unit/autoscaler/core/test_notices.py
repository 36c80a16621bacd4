"""What AWS announces of an instance: cordoned at once, and held while work runs there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.decision import Rule
from autoscaler.core.memory import Memory
from autoscaler.core.model import Hook, Lifecycle, Missing, NodeStatus, Notice, NoticeKind
from autoscaler.core.policy import decide
from tests.builders import (
    LONG_WATCHED,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    some_settings,
)
from tests.telling import ids, names, rules

HELD = an_instance(1, lifecycle=Lifecycle.HELD)


def decided(observed, now=0.0):
    """The decision of a pool without memory."""
    return decide(observed, some_settings(), LONG_WATCHED, at(now))


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_node_with_a_notice_is_cordoned_at_once_and_is_no_capacity(kind):
    warned = an_instance(1, notice=Notice(kind, at(-1)))
    observed = an_observation(a_node(1, live=1), queue=a_queue(1, 1), group=a_group(warned))

    decision = decided(observed)

    assert names(decision.cordon) == ["n1"]
    assert decision.buy == 1
    assert Rule.NOTICE in rules(decision)


def test_a_cordoned_node_with_a_notice_is_not_taken_back_for_work():
    warned = an_instance(1, notice=Notice(NoticeKind.REBALANCE, at(-1)))
    group = a_group(warned, marks={"i-1": at(-1)})
    observed = an_observation(a_node(1, eligible=False), queue=a_queue(1), group=group)

    decision = decided(observed)

    assert decision.uncordon == ()
    assert decision.buy == 1


def test_an_idle_node_with_a_notice_is_released_like_any_other():
    warned = an_instance(1, notice=Notice(NoticeKind.REBALANCE, at(-100)))
    group = a_group(warned, marks={"i-1": at(-100)})

    assert names(decided(an_observation(a_node(1, eligible=False), group=group)).release) == ["n1"]


def test_at_the_minimum_it_is_replaced_rather_than_kept_cordoned():
    warned = an_instance(1, notice=Notice(NoticeKind.REBALANCE, at(-100)))
    group = a_group(warned, size_min=1, marks={"i-1": at(-100)})

    decision = decided(an_observation(a_node(1, eligible=False), group=group))

    assert (names(decision.swap), decision.release, decision.uncordon) == (["n1"], (), ())
    assert decision.desired == 1


def test_an_instance_held_by_a_hook_is_cordoned_and_held_on_to_while_work_runs():
    observed = an_observation(a_node(1, live=1), group=a_group(HELD, desired=0))

    decision = decided(observed)

    assert names(decision.cordon) == ["n1"]
    assert ids(decision.hold_on) == ["i-1"]
    assert decision.let_go == ()


def test_a_heartbeat_is_due_when_a_third_of_the_timeout_is_over():
    group = replace(
        a_group(HELD, desired=0),
        hooks=(Hook("drain", timedelta(minutes=3)),),
        marks={"i-1": at(-9)},
    )
    observed = an_observation(a_node(1, live=1, eligible=False), group=group)
    last = Memory(heartbeats={"i-1": at(0)})

    assert decide(observed, some_settings(), last, at(59)).hold_on == ()
    assert ids(decide(observed, some_settings(), last, at(60)).hold_on) == ["i-1"]


def test_it_is_let_go_when_nothing_runs_there_any_more():
    group = a_group(HELD, desired=0, marks={"i-1": at(-5)})

    decision = decided(an_observation(a_node(1, eligible=False), group=group))

    assert [(one.instance.instance_id, one.node.name) for one in decision.let_go] == [("i-1", "n1")]
    assert (decision.hold_on, decision.release) == ((), ())


def test_an_instance_that_never_was_a_node_is_let_go():
    (one,) = decided(an_observation(group=a_group(HELD, desired=0))).let_go

    assert (one.instance.instance_id, one.node) == ("i-1", None)


@pytest.mark.parametrize("node", [a_node(1), a_node(1, eligible=False)])
def test_it_is_not_let_go_before_its_cordon_has_settled(node):
    """A plan that was made before the cordon may place work there yet."""
    group = a_group(HELD, desired=0, marks={"i-1": at(-4)})

    assert decided(an_observation(node, group=group)).let_go == ()


@pytest.mark.parametrize("part", ["queue", "nodes"])
def test_what_is_not_known_to_be_idle_is_held_on_to(part):
    """Unknown is not zero: the hook would time out while a child runs."""
    missing = (Missing("nomad", part, "no leader"),)
    observed = an_observation(
        a_node(1, status=NodeStatus.DOWN), group=a_group(HELD, desired=0), missing=missing
    )
    if part == "nodes":
        observed = replace(observed, nodes=None)

    decision = decided(observed)

    assert ids(decision.hold_on) == ["i-1"]
    assert decision.let_go == ()


def test_an_instance_on_its_way_with_a_notice_is_not_counted_on():
    warned = an_instance(1, notice=Notice(NoticeKind.SPOT_INTERRUPTION, at(-1)))

    decision = decided(an_observation(queue=a_queue(2), group=a_group(warned)))

    assert decision.buy == 1

"""What AWS announces of an instance: cordoned at once, and held while work runs there."""

from dataclasses import replace

import pytest

from autoscaler.core.decision import Rule
from autoscaler.core.memory import Memory
from autoscaler.core.model import Lifecycle, Missing, NodeStatus, Notice, NoticeKind
from autoscaler.core.policy import decide
from tests.builders import a_group, a_node, a_queue, an_instance, an_observation, at, some_settings

HELD = an_instance(1, lifecycle=Lifecycle.HELD)


def names(refs):
    """The nodes' names."""
    return [ref.name for ref in refs]


def ids(refs):
    """The instances' ids."""
    return [ref.instance_id for ref in refs]


def decided(observed, now=0.0):
    """The decision of a pool without memory."""
    return decide(observed, some_settings(), Memory(), at(now))


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_node_with_a_notice_is_cordoned_at_once_and_is_no_capacity(kind):
    warned = an_instance(1, notice=Notice(kind, at(-1)))
    observed = an_observation(a_node(1, live=1), queue=a_queue(1, 1), group=a_group(warned))

    decision = decided(observed)

    assert names(decision.cordon) == ["n1"]
    assert decision.buy == 1
    assert Rule.NOTICE in [reason.rule for reason in decision.reasons]


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


def test_an_instance_held_by_a_hook_is_cordoned_and_held_on_to_while_work_runs():
    observed = an_observation(a_node(1, live=1), group=a_group(HELD, desired=0))

    decision = decided(observed)

    assert names(decision.cordon) == ["n1"]
    assert ids(decision.hold_on) == ["i-1"]
    assert decision.let_go == ()


def test_it_is_let_go_when_nothing_runs_there_any_more():
    group = a_group(HELD, desired=0, marks={"i-1": at(-1)})

    decision = decided(an_observation(a_node(1, eligible=False), group=group))

    assert ids(decision.let_go) == ["i-1"]
    assert (decision.hold_on, decision.release) == ((), ())


def test_an_instance_that_never_was_a_node_is_let_go():
    assert ids(decided(an_observation(group=a_group(HELD, desired=0))).let_go) == ["i-1"]


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

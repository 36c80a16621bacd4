"""A paused pool: decided on like any other, and nothing done but what holds on to work."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.decision import Rule
from autoscaler.core.memory import Memory
from autoscaler.core.model import (
    FailureKind,
    LaunchFailure,
    Lifecycle,
    Missing,
    NodeStatus,
    Notice,
    NoticeKind,
)
from autoscaler.core.pause import Pause
from autoscaler.core.plan import ExtendHook, SetDesiredCapacity, plan, remember
from autoscaler.core.policy import decide
from autoscaler.core.settings import Strategy
from tests.builders import (
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    idle_since,
    some_settings,
)
from tests.fakes import kinds
from tests.telling import ids, names, rules

PAUSE = Pause(at(-60), at(2400), "the database is being moved", "ann")
#: Whatever is not up to the pause.
AS_EVER = {"reasons": (), "paused": False, "look_again_at": None}


def paused(observed, pause=PAUSE):
    return replace(observed, pause=pause)


def test_the_first_reason_says_who_until_when_why_and_that_nothing_is_done():
    decision = decide(paused(an_observation(queue=a_queue(3))), some_settings(), Memory(), at(0))

    assert rules(decision) == [Rule.PAUSED, Rule.DEMAND]
    assert decision.reasons[0].detail == (
        "paused by ann until 12:40:00 UTC (in 40 min): the database is being moved; nothing is done"
    )
    assert (decision.paused, decision.desired, decision.buy) == (True, 2, 2)
    assert not decision.acts
    assert plan(decision, at(0)) == ()


def test_a_pause_without_an_end_says_since_when():
    endless = replace(PAUSE, until=None)

    decision = decide(paused(an_observation(), endless), some_settings(), Memory(), at(0))

    assert decision.reasons[0].detail.startswith(
        "paused by ann since 11:59:00 UTC, until resumed: "
    )
    assert decision.look_again_at is None


def test_the_daemon_looks_again_when_the_pause_ends_and_not_for_what_it_will_not_do():
    """An idle node that may go in a minute leads to nothing while the pool is paused."""
    observed = an_observation(a_node(1))
    memory = idle_since(-240, 1)

    usual = decide(observed, some_settings(), memory, at(0))
    held = decide(paused(observed), some_settings(), memory, at(0))

    assert (usual.look_again_at, held.look_again_at) == (at(60), at(2400))


@pytest.mark.parametrize(("until", "in_force"), [(1, True), (0, False), (-1, False), (None, True)])
def test_a_pause_is_in_force_until_the_instant_of_its_end(until, in_force):
    end = None if until is None else at(until)

    assert Pause(at(-60), end, "why", "ann").in_force(at(0)) is in_force


def test_work_on_an_instance_that_a_hook_holds_is_held_on_to_and_the_heartbeat_counts():
    held = an_instance(1, lifecycle=Lifecycle.HELD)
    observed = paused(an_observation(a_node(1, live=1), group=a_group(held, desired=0)))

    decision = decide(observed, some_settings(), Memory(), at(0))
    actions = plan(decision, at(0))

    assert decision.acts
    assert kinds(actions) == ["ExtendHook"]
    assert remember(decision.memory, actions, at(0)).heartbeats == {"i-1": at(0)}


def test_held_instances_are_held_on_to_even_where_nothing_else_could_be_read():
    held = an_instance(1, lifecycle=Lifecycle.HELD)
    blind = replace(
        an_observation(group=a_group(held), missing=(Missing("nomad", "nodes", "gone"),)),
        nodes=None,
    )

    decision = decide(paused(blind), some_settings(), Memory(), at(0))

    assert rules(decision) == [Rule.PAUSED, Rule.INCOMPLETE]
    assert kinds(plan(decision, at(0))) == ["ExtendHook"]


def test_a_node_that_aws_takes_is_neither_cordoned_nor_is_a_held_one_let_go():
    warned = an_instance(1, notice=Notice(NoticeKind.SPOT_INTERRUPTION, at(-1)))
    held = an_instance(2, lifecycle=Lifecycle.HELD)
    group = a_group(warned, held, desired=1, marks={"i-2": at(-60)})
    observed = an_observation(a_node(1), a_node(2, eligible=False), group=group)

    decision = decide(paused(observed), some_settings(), Memory(), at(0))

    assert names(decision.cordon) == ["n1"]
    assert ids(one.instance for one in decision.let_go) == ["i-2"]
    assert plan(decision, at(0)) == ()


def test_a_node_half_way_out_goes_on_where_it_was_or_is_taken_back_when_the_pause_is_over():
    group = a_group(an_instance(1), marks={"i-1": at(-3600)})
    going = an_observation(a_node(1, eligible=False), group=group)
    wanted = replace(going, queues=(a_queue(1),))

    during = decide(paused(going), some_settings(), Memory(), at(0))
    after = decide(going, some_settings(), during.memory, at(3000))
    taken_back = decide(wanted, some_settings(), during.memory, at(3000))

    assert plan(during, at(0)) == ()
    assert names(after.release) == ["n1"]
    assert (names(taken_back.uncordon), taken_back.release) == (["n1"], ())


def test_idle_time_goes_on_so_that_a_node_that_idled_through_the_pause_goes_after_it():
    observed, memory = an_observation(a_node(1)), Memory()
    for second in range(0, 2400, 600):
        decision = decide(paused(observed), some_settings(), memory, at(second))
        assert plan(decision, at(second)) == ()
        memory = decision.memory

    after = decide(observed, some_settings(), memory, at(2400))

    assert memory.idle_since == {"node-1": at(0)}
    assert names(after.cordon) == ["n1"]


def test_boots_and_launch_failures_are_learned_from_while_nothing_is_done():
    failure = LaunchFailure("a-1", at(-5), FailureKind.CAPACITY, "none left")
    group = replace(a_group(an_instance(1), desired=2), failures=(failure,))
    observed = an_observation(a_node(1, status=NodeStatus.INITIALIZING), group=group)

    held = decide(paused(observed), some_settings(), Memory(), at(0))

    assert held.memory == decide(observed, some_settings(), Memory(), at(0)).memory
    assert held.memory.troubles["nomad-clients"].count == 1
    assert held.memory.boots["i-1"].joined_at == at(0)


def test_what_waits_is_bought_in_the_first_cycle_after_the_pause():
    observed = an_observation(queue=a_queue(3))
    memory = decide(paused(observed), some_settings(), Memory(), at(0)).memory

    decision = decide(observed, some_settings(), memory, at(2400))

    assert memory.last_scale_out_at is None
    assert plan(decision, at(2400)) == (SetDesiredCapacity("nomad-clients", 0, 2),)


@st.composite
def observations(draw):
    """Pools of a few nodes, each with whatever can be the matter with it."""
    numbers = range(1, draw(st.integers(0, 4)) + 1)
    instances, nodes, marks = [], [], {}
    for number in numbers:
        lifecycle = draw(st.sampled_from((Lifecycle.IN_SERVICE, Lifecycle.HELD, Lifecycle.LEAVING)))
        notice = draw(st.sampled_from((None, Notice(NoticeKind.REBALANCE, at(-9)))))
        launched_at = at(-draw(st.sampled_from((30, 7200))))
        instances.append(
            an_instance(number, lifecycle=lifecycle, notice=notice, launched_at=launched_at)
        )
        if draw(st.booleans()):
            marks[f"i-{number}"] = at(-draw(st.sampled_from((1, 60))))
        if draw(st.booleans()):
            live, eligible = draw(st.integers(0, 2)), draw(st.booleans())
            nodes.append(a_node(number, live=live, eligible=eligible))
    group = a_group(
        *instances, desired=len(instances) + draw(st.integers(0, 2)), marks=marks, size_min=1
    )
    missing = draw(st.sampled_from(((), (Missing("nomad", "queue", "gone"),))))
    queue = a_queue(draw(st.integers(0, 9)), sum(node.live_count for node in nodes))
    return an_observation(*nodes, queue=queue, group=group, missing=missing)


@given(
    observed=observations(),
    strategy=st.sampled_from(("backlog", "per_node", "steps")),
    idle=st.sampled_from((-1, -3600)),
    until=st.sampled_from((None, 1, 2400)),
)
def test_a_pause_changes_nothing_of_a_decision_but_that_it_is_not_carried_out(
    observed, strategy: Strategy, idle, until
):
    settings, memory = some_settings(strategy=strategy), idle_since(idle, 1, 2, 3, 4)
    pause = replace(PAUSE, until=None if until is None else at(until))

    usual = decide(observed, settings, memory, at(0))
    held = decide(paused(observed, pause), settings, memory, at(0))
    actions = plan(held, at(0))

    assert replace(held, **AS_EVER) == replace(usual, **AS_EVER)
    assert held.reasons[1:] == usual.reasons
    assert actions == tuple(ExtendHook(instance) for instance in usual.hold_on)
    assert held.acts is bool(actions)
    after = remember(held.memory, actions, at(0))
    assert replace(after, heartbeats={}) == replace(held.memory, heartbeats={})
    assert held.look_again_at == pause.until

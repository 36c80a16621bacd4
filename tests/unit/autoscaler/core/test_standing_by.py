"""A daemon that stands by: it decides as the leader does, and does nothing at all."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.decision import Decision, Rule
from autoscaler.core.explaining_decisions import DecisionRecord, explain_decisions
from autoscaler.core.memory import Memory
from autoscaler.core.model import Hook, Lifecycle, Missing, Observation
from autoscaler.core.pause import Pause
from autoscaler.core.plan import plan
from autoscaler.core.policy import decide
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
from tests.telling import rules

WHY = "stands by: there, pid 2 leads"


def seen(observed: Observation, memory: Memory | None = None) -> Decision:
    return decide(replace(observed, standing_by=WHY), some_settings(), memory or Memory(), at(600))


def test_it_says_first_who_leads_and_what_it_would_do() -> None:
    decision = seen(an_observation(queue=a_queue(3)))

    assert rules(decision) == [Rule.STANDING_BY, Rule.DEMAND]
    assert decision.reasons[0].detail == f"{WHY}; nothing is done here"
    assert (decision.desired, decision.buy, decision.stands_by) == (2, 2, True)
    assert not decision.acts
    assert decision.paused_why == "this daemon stands by"


@given(st.integers(0, 9), st.integers(0, 3), st.booleans())
def test_it_decides_and_learns_as_the_leader_does(pending: int, nodes: int, missing: bool) -> None:
    observed = an_observation(
        *(a_node(number + 1) for number in range(nodes)),
        queue=a_queue(pending),
        missing=(Missing("nomad", "queue", "refused"),) if missing else (),
    )
    memory = idle_since(0, 1, 2, 3)
    leader = decide(observed, some_settings(), memory, at(600))
    decision = seen(observed, memory)

    assert decision.memory == leader.memory
    assert (decision.desired, decision.orders, decision.cordon) == (
        leader.desired,
        leader.orders,
        leader.cordon,
    )
    assert plan(decision, at(600)) == ()
    assert decision.look_again_at is None


def a_held_instance() -> Observation:
    group = replace(
        a_group(an_instance(1, lifecycle=Lifecycle.HELD)),
        hooks=(Hook("drain", at(300) - at(0)),),
    )
    return an_observation(a_node(1, live=1), group=group)


@pytest.mark.parametrize("pause", [None, Pause(at(0), None, "why", "ann")], ids=["", "paused"])
def test_work_that_a_hook_holds_is_held_on_to_by_the_leader_alone(pause: Pause | None) -> None:
    observed = replace(a_held_instance(), pause=pause)
    leader = decide(observed, some_settings(), Memory(), at(600))
    assert "ExtendHook" in kinds(plan(leader, at(600)))

    assert plan(seen(observed), at(600)) == ()


def test_what_is_explained_says_that_it_stands_by() -> None:
    record = DecisionRecord(at(600), "c-1", "no_op", seen(an_observation(queue=a_queue(3))))

    (told,) = explain_decisions([record])

    assert told.explanation.sentence == "desired stays at 0: standing by, else it would be 2"

"""Steps and spare nodes."""

from dataclasses import replace

import pytest

from autoscaler.core.decision import Rule
from autoscaler.core.memory import Memory
from autoscaler.core.policy import decide
from autoscaler.core.settings import Step
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
from tests.telling import rules

STEPS = (Step(queue=20, add=5), Step(queue=1, add=1))


def with_scaling(**changes):
    """Settings with these for scaling."""
    settings = some_settings(strategy=changes.pop("strategy", "per_node"))
    return replace(settings, scaling=replace(settings.scaling, **changes))


@pytest.mark.parametrize(("pending", "bought"), [(0, 0), (1, 1), (19, 1), (20, 5), (500, 5)])
def test_the_highest_step_that_the_queue_reaches_counts(pending, bought):
    settings = with_scaling(strategy="steps", steps=STEPS)

    decision = decide(an_observation(queue=a_queue(pending)), settings, Memory(), at(0))

    assert decision.buy == bought


def test_a_step_never_adds_more_than_holds_what_waits():
    settings = with_scaling(strategy="steps", steps=(Step(queue=1, add=9),))

    decision = decide(an_observation(queue=a_queue(3)), settings, Memory(), at(0))

    assert decision.buy == 2


def test_what_fits_or_is_in_flight_reaches_no_step():
    settings = with_scaling(strategy="steps", steps=STEPS)
    observed = an_observation(queue=a_queue(21), group=a_group(desired=1))

    assert decide(observed, settings, Memory(), at(0)).buy == 1


def test_spare_nodes_are_bought_beyond_what_the_queue_needs():
    decision = decide(an_observation(queue=a_queue(2)), with_scaling(spare=2), Memory(), at(0))

    assert decision.buy == 3
    assert Rule.SPARE in rules(decision)


def test_idle_nodes_and_those_in_flight_without_a_use_are_spare_already():
    observed = an_observation(a_node(1), group=a_group(an_instance(1), desired=2))

    assert decide(observed, with_scaling(spare=2), Memory(), at(0)).buy == 0


def test_a_cordoned_idle_node_is_taken_back_before_a_spare_one_is_bought():
    group = a_group(an_instance(1), marks={"i-1": at(-1)})
    observed = an_observation(a_node(1, eligible=False), group=group)

    decision = decide(observed, with_scaling(spare=2), Memory(), at(0))

    assert [ref.name for ref in decision.uncordon] == ["n1"]
    assert decision.buy == 1


def test_scale_in_leaves_the_spare_nodes():
    settings = with_scaling(spare=1)
    observed = an_observation(a_node(1), a_node(2))

    decision = decide(observed, settings, idle_since(-9999, 1, 2), at(0))
    assert len(decision.cordon) == 1

    decision = decide(an_observation(a_node(1)), settings, idle_since(-9999, 1), at(0))
    assert decision.cordon == ()
    assert Rule.SPARE in rules(decision)

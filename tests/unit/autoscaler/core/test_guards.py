"""The bounds on buying, each with its reason."""

from datetime import timedelta

import pytest

from autoscaler.core.decision import Rule
from autoscaler.core.memory import Memory
from autoscaler.core.policy import decide
from autoscaler.core.settings import ScaleOut
from tests.builders import a_group, a_queue, an_instance, an_observation, at, some_settings
from tests.telling import rules


def decided(observed, settings, memory=None, now=0.0):
    """The decision, and the codes of its reasons."""
    decision = decide(observed, settings, memory or Memory(), at(now))
    return decision, rules(decision)


@pytest.mark.parametrize(("ours", "theirs", "bought"), [(3, 20, 3), (20, 4, 4), (20, 20, 10)])
def test_desired_never_exceeds_our_maximum_nor_the_groups(ours, theirs, bought):
    observed = an_observation(queue=a_queue(20), group=a_group(size_max=theirs))

    decision, why = decided(observed, some_settings(size_max=ours))

    assert decision.desired == bought
    assert (Rule.SIZE_MAX in why) == (bought < 10)


def test_above_the_maximum_already_nothing_is_bought_and_nothing_is_taken():
    instances = [an_instance(number) for number in range(5)]
    observed = an_observation(queue=a_queue(99), group=a_group(*instances))

    decision, _ = decided(observed, some_settings(size_max=3))

    assert (decision.buy, decision.desired) == (0, 5)


def test_the_minimum_is_bought_without_any_work():
    decision, why = decided(an_observation(), some_settings(size_min=2))

    assert decision.buy == 2
    assert why == [Rule.SIZE_MIN]


def test_a_step_is_trimmed_and_says_so():
    settings = some_settings(scale_out=ScaleOut(max_step=3))

    decision, why = decided(an_observation(queue=a_queue(20)), settings)

    assert decision.buy == 3
    assert why == [Rule.DEMAND, Rule.MAX_STEP]


def test_the_cooldown_holds_to_its_last_second_and_asks_to_be_looked_at_then():
    settings = some_settings(scale_out=ScaleOut(cooldown=timedelta(seconds=60), max_step=9))
    observed = an_observation(queue=a_queue(2))
    memory = Memory(last_scale_out_at=at(0))

    held, why = decided(observed, settings, memory, now=59)
    assert held.buy == 0
    assert why == [Rule.DEMAND, Rule.SCALE_OUT_COOLDOWN]
    assert held.look_again_at == at(60)

    free, _ = decided(observed, settings, memory, now=60)
    assert free.buy == 1

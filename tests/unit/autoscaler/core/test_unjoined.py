"""Instances that never become nodes: replaced, given up, and after several no more bought."""

from dataclasses import replace

from autoscaler.core.decision import Rule
from autoscaler.core.model import Missing, NodeStatus
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
from tests.telling import ids, rules

OLD = [an_instance(number, launched_at=at(-700)) for number in range(5)]


def series(count, last):
    """A memory of so many in a row that never joined, the last given up then."""
    return replace(LONG_WATCHED, never_joined_count=count, last_never_joined_at=at(last))


def test_those_still_needed_are_replaced_and_the_others_given_up():
    observed = an_observation(queue=a_queue(2), group=a_group(*OLD[:2]))

    decision = decide(observed, some_settings(), LONG_WATCHED, at(0))

    assert ids(decision.replace) == ["i-0"]
    assert ids(decision.give_up) == ["i-1"]
    assert (decision.buy, decision.desired) == (0, 1)


def test_after_several_in_a_row_none_is_replaced_and_none_bought():
    observed = an_observation(queue=a_queue(8), group=a_group(*OLD[:1]))

    decision = decide(observed, some_settings(), series(3, -10), at(0))

    assert (decision.replace, ids(decision.give_up)) == ((), ["i-0"])
    assert decision.buy == 0
    assert Rule.NEVER_JOINED in rules(decision)
    assert decision.look_again_at == at(1200)


def test_the_last_of_a_series_is_given_up_and_not_replaced():
    observed = an_observation(queue=a_queue(2), group=a_group(*OLD[:1]))

    decision = decide(observed, some_settings(), series(2, -700), at(0))

    assert (decision.replace, ids(decision.give_up), decision.buy) == ((), ["i-0"], 0)
    assert decision.look_again_at == at(600)


def test_while_one_is_tried_no_other_is():
    group = a_group(an_instance(1, launched_at=at(-30)))

    decision = decide(
        an_observation(queue=a_queue(8), group=group), some_settings(), series(3, -650), at(0)
    )

    assert decision.buy == 0
    assert "one is being tried" in decision.why


def test_one_that_a_minimum_keeps_is_tried_again_when_it_has_rested():
    observed = an_observation(group=a_group(an_instance(1, launched_at=at(-1201)), size_min=1))

    decision = decide(observed, some_settings(size_min=1), series(3, -1900), at(0))

    assert ids(decision.replace) == ["i-1"]


def test_when_that_has_rested_one_is_tried():
    observed = an_observation(queue=a_queue(8))

    decision = decide(observed, some_settings(), series(3, -600), at(0))

    assert decision.buy == 1
    assert Rule.PROBE in rules(decision)

    longer = decide(observed, some_settings(), series(5, -600), at(0))
    assert longer.buy == 0


def test_one_that_is_kept_by_the_minimum_stays_while_nothing_is_bought():
    observed = an_observation(group=a_group(*OLD[:1], size_min=1))

    decision = decide(observed, some_settings(size_min=1), series(3, -10), at(0))

    assert (decision.replace, decision.give_up) == ((), ())
    assert "i-0 kept for the minimum" in decision.why


def test_for_the_minimum_one_is_replaced_as_for_work():
    observed = an_observation(group=a_group(*OLD[:1], size_min=1))

    decision = decide(observed, some_settings(size_min=1), LONG_WATCHED, at(0))

    assert ids(decision.replace) == ["i-0"]
    assert decision.buy == 0


def test_an_instance_whose_node_nomad_knows_is_never_ended_for_being_down():
    """It may be cut off with work on it."""
    down = a_node(0, status=NodeStatus.DOWN)
    observed = an_observation(down, queue=a_queue(2), group=a_group(OLD[0]))

    decision = decide(observed, some_settings(), LONG_WATCHED, at(0))

    assert (decision.replace, decision.give_up) == ((), ())
    assert Rule.UNJOINED in rules(decision)
    assert decision.buy == 1


def test_a_partial_picture_ends_nothing():
    missing = (Missing("nomad", "queue", "timed out"),)
    observed = replace(an_observation(queue=a_queue(2), group=a_group(*OLD)), missing=missing)

    decision = decide(observed, some_settings(), LONG_WATCHED, at(0))

    assert (decision.replace, decision.give_up) == ((), ())


def test_what_is_given_up_is_no_room_for_a_release_in_the_same_cycle():
    cordoned = a_node(9, eligible=False)
    group = a_group(OLD[0], an_instance(9), marks={"i-9": at(-60)})

    decision = decide(
        an_observation(cordoned, group=group), some_settings(size_min=1), LONG_WATCHED, at(0)
    )

    assert ids(decision.give_up) == ["i-0"]
    assert decision.release == ()
    assert decision.desired == 1

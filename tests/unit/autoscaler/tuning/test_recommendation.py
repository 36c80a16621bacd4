"""Which setting is chosen."""

from autoscaler.tuning.recommendation import cheapest, nearest, recommend
from autoscaler.tuning.target import Target
from tests.unit.autoscaler.tuning.trials import (
    TWO_MINUTES,
    a_trial,
    an_outcome,
    sure,
    waiting,
)

PRESENT = a_trial(an_outcome(10.0, 100.0))
CHEAP = a_trial(an_outcome(8.0, 119.0), changes=waiting("3m"))
CHEAPEST_BUT_SLOW = a_trial(an_outcome(6.0, 121.0), changes=waiting("4m"))


def test_the_cheapest_that_meets_the_target_is_chosen() -> None:
    found = recommend((PRESENT, CHEAP, CHEAPEST_BUT_SLOW), TWO_MINUTES, {})
    assert found.chosen is CHEAP
    assert found.nearest is CHEAP
    assert found.present is PRESENT


def test_next_to_nothing_saved_is_not_worth_a_change() -> None:
    hardly = a_trial(an_outcome(9.96, 100.0), changes=waiting("2m10s"))
    assert cheapest([PRESENT, hardly], TWO_MINUTES) is PRESENT


def test_of_settings_that_cost_the_same_the_one_with_fewer_changes_is_chosen() -> None:
    twice = a_trial(an_outcome(8.0, 110.0), changes=(*waiting("3m"), ("scaling.spare", "1")))
    assert cheapest([PRESENT, twice, CHEAP], TWO_MINUTES) is CHEAP


def test_a_setting_that_leaves_children_unserved_is_never_chosen() -> None:
    lost = a_trial(an_outcome(1.0, 10.0, unserved=1), changes=waiting("9m"))
    assert cheapest([PRESENT, lost], TWO_MINUTES) is PRESENT


def test_in_every_trace_the_target_is_to_be_met() -> None:
    two = a_trial(an_outcome(2.0, 10.0), an_outcome(2.0, 130.0), changes=waiting("3m"))
    assert cheapest([two], TWO_MINUTES) is None
    assert two.node_hours == 4.0


def test_where_none_meets_the_target_the_nearest_is_told() -> None:
    found = recommend((PRESENT, CHEAP), Target("p95", 60.0), {})
    assert found.chosen is None
    assert found.nearest is PRESENT


def test_a_sound_setting_is_nearer_than_one_that_leaves_children_unserved() -> None:
    lost = a_trial(an_outcome(1.0, 70.0, unserved=3), changes=waiting("9m"))
    assert nearest([PRESENT, lost], Target("p95", 60.0)) is PRESENT


def test_where_the_choice_is_not_sure_the_cheapest_that_is_sure_is_told_too() -> None:
    dear = a_trial(an_outcome(20.0, 10.0), changes=waiting("0s"))
    sureness = {PRESENT.candidate: sure(0.95), CHEAP.candidate: sure(0.6), dear.candidate: sure(1)}
    found = recommend((PRESENT, CHEAP, dear), TWO_MINUTES, sureness)
    assert found.chosen is CHEAP
    assert found.surer is PRESENT


def test_where_the_choice_is_sure_no_other_is_told() -> None:
    sureness = {PRESENT.candidate: sure(1), CHEAP.candidate: sure(0.9)}
    assert recommend((PRESENT, CHEAP), TWO_MINUTES, sureness).surer is None

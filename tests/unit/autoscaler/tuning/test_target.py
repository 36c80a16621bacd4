"""What the operator asks for."""

from autoscaler.tuning.target import Target
from tests.unit.autoscaler.tuning.trials import a_trial, an_outcome


def test_a_target_is_met_up_to_its_limit() -> None:
    trial = a_trial(an_outcome(1.0, 120.0, late=0.004))
    assert Target("p95", 120.0).met_by(trial)
    assert not Target("p95", 119.9).met_by(trial)
    assert Target("p99", 130.0).met_by(trial)
    assert not Target("p99", 129.0).met_by(trial)
    assert Target("late", 0.005).met_by(trial)
    assert not Target("late", 0.003).met_by(trial)


def test_how_far_it_is_missed_is_told_in_its_own_unit() -> None:
    trial = a_trial(an_outcome(1.0, 150.0))
    assert Target("p95", 120.0).missed_by(trial) == 30.0
    assert Target("p95", 200.0).missed_by(trial) == 0.0


def test_a_target_is_a_sentence() -> None:
    assert Target("p99", 150.0).sentence == "p99 wait at most 2m30s"
    assert Target("late", 0.005, 300.0).sentence == "late (waits over 5m) at most 0.5 %"


def test_values_are_shown_in_the_unit_of_the_measure() -> None:
    assert Target("p95", 120.0).shown(90.0) == "1m30s"
    assert Target("late", 0.005).shown(0.0123) == "1.23 %"

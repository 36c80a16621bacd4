"""One setting through all the traces, and what of it fell into which stretch."""

from dataclasses import replace

import pytest

from autoscaler.replay.conditions import Conditions
from autoscaler.replay.run import replay
from autoscaler.replay.subject import Subject
from autoscaler.simulator.clock import seconds_at
from autoscaler.simulator.workload import Arrival
from autoscaler.tuning.slices import Course
from autoscaler.tuning.trial import STRETCHES, Stretches, attempt
from tests.builders import some_settings
from tests.unit.autoscaler.tuning.trials import a_trial, an_outcome

#: Boots take exactly as long as is said.
STILL = Conditions(slots=2, boot_seconds=100.0, boot_jitter=0.0)
#: A child of 50 s every five minutes for two hours: each needs a node of its own.
SPARSE = tuple(Arrival(300.0 * number, 50.0) for number in range(25))


def test_of_several_traces_costs_are_added_and_the_worst_wait_counts() -> None:
    trial = a_trial(
        an_outcome(2.0, 100.0, late=0.0, price=0.5), an_outcome(3.0, 40.0, late=0.2, price=0.5)
    )
    assert (trial.node_hours, trial.cost, trial.launches) == (5.0, 2.5, 20)
    assert (trial.p50, trial.p95, trial.p99, trial.late_share) == (25.0, 100.0, 110.0, 0.2)
    assert trial.peak_nodes == 4
    assert trial.sound


def test_a_trial_is_sound_only_if_it_is_so_on_every_trace() -> None:
    assert not a_trial(an_outcome(2.0, 1.0), an_outcome(2.0, 1.0, unserved=1)).sound


def test_without_a_price_there_is_no_cost() -> None:
    assert a_trial(an_outcome(2.0, 1.0)).cost is None


def test_the_stretches_hold_every_child_and_every_node_second() -> None:
    outcome, stretches = attempt(some_settings(), Course(SPARSE, STILL))
    assert len(stretches) == STRETCHES
    assert sum(len(one.waits) for one in stretches) == outcome.dispatched == 25
    assert sum(one.node_seconds for one in stretches) == pytest.approx(outcome.node_hours * 3600)


def test_a_wait_belongs_to_the_stretch_in_which_its_child_came() -> None:
    # A child every stretch, the last two at its end.
    _, stretches = attempt(some_settings(), Course(SPARSE, STILL))
    assert [len(one.waits) for one in stretches] == [1] * 23 + [2]
    assert stretches[0].waits[0] >= 100.0


def test_the_hour_of_second_0_makes_no_difference() -> None:
    later = replace(STILL, start=STILL.start.replace(hour=7))
    _, stretches = attempt(some_settings(), Course(SPARSE, later))
    _, early = attempt(some_settings(), Course(SPARSE, STILL))
    assert [len(one.waits) for one in stretches] == [len(one.waits) for one in early]


def test_children_that_never_started_wait_without_end_in_the_last_stretch() -> None:
    begin = seconds_at(STILL.start)
    cut = Stretches(begin, begin + 600.0, count=2)
    impatient = replace(STILL, patience_seconds=30.0)
    trace = (Arrival(0.0, 50.0), Arrival(600.0, 50.0))
    subject = Subject("transcode", some_settings())
    outcome = replay(subject, impatient, trace, watch=cut.watch)
    first, last = cut.blocks(outcome.dispatched)
    assert len(first.waits) == 1
    assert last.waits == (float("inf"),)

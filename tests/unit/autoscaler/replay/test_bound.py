"""What the lower bound is of: equal children by slots, mixed ones by what each asks for."""

from dataclasses import replace

import pytest

from autoscaler.core.model import GroupAsk
from autoscaler.core.resources import Ask
from autoscaler.core.settings import NodeShape
from autoscaler.replay.bound import bound_hours, lower_bound_hours, problem_of, terms_of
from autoscaler.replay.comparison import replay_all
from autoscaler.simulator.generators import generated
from tests.builders import some_settings
from tests.unit.autoscaler.replay.replays import STILL, a_subject, children

BOTH = some_settings(jobs=("small", "large"))
#: Four small ones fit a node of 2000 MHz and 2000 MiB, and one large one.
ASKS = {
    "small": (GroupAsk("main", Ask(500, 200)),),
    "large": (GroupAsk("main", Ask(300, 1500)),),
}
MIXED = replace(STILL, slots=None, asks=ASKS)


def test_equal_children_are_counted_in_slots() -> None:
    problem = problem_of(some_settings(), STILL, children(60.0))

    assert (problem.terms.slots, problem.shares) == (2, ())


def test_of_mixed_children_each_takes_its_share_of_each_dimension() -> None:
    work = (*children(60.0, job="small"), *children(60.0, job="large"))

    problem = problem_of(BOTH, MIXED, work)

    assert dict(problem.shares) == {"small": ((0.25, 0.1),), "large": ((0.15, 0.75),)}


def test_a_disk_that_is_limited_is_a_dimension_and_each_allocation_counts() -> None:
    settings = replace(some_settings(), node=NodeShape(cpu=2000, memory=2000, disk=10_000))
    group = GroupAsk("main", Ask(500, 500, 1000), count=2)
    conditions = replace(STILL, slots=None, asks={"transcode": (group,)})

    problem = problem_of(settings, conditions, children(60.0))

    assert dict(problem.shares) == {"transcode": ((0.25, 0.25, 0.1),) * 2}


def test_the_bound_of_mixed_children_is_above_that_of_the_smallest() -> None:
    work = children(*[3600.0] * 8, job="large")
    few = (*work, *children(60.0, job="small"))

    assert lower_bound_hours(BOTH, MIXED, few) >= 8.0
    assert lower_bound_hours(BOTH, replace(STILL, slots=4), few) < 4.0


def test_what_no_job_is_there_for_costs_nothing() -> None:
    assert bound_hours(problem_of(BOTH, MIXED, ()), ()) == 0.0


def test_a_baseline_is_told_how_many_children_a_node_holds_on_average() -> None:
    """Of three small ones and one large: a node and three quarters for four, so two to a node."""
    work = (*children(1.0, 1.0, 1.0, job="small"), *children(1.0, job="large"))

    assert terms_of(BOTH, MIXED, work).slots == 2
    assert terms_of(BOTH, MIXED, ()).slots == 2


@pytest.mark.parametrize("seed", [1, 2])
def test_mixed_children_never_cost_less_than_their_bound(seed: int) -> None:
    small = generated("poisson:rate=60/h,for=2h,service=4m,job=small", seed=seed)
    large = generated("poisson:rate=20/h,for=2h,service=4m,job=large", seed=seed + 10)
    work = sorted((*small, *large))
    names = ("keda-per-slot", "nomad-autoscaler", "static-peak")
    subjects = [
        a_subject(settings=BOTH),
        *(a_subject(name, settings=BOTH, baseline=name) for name in names),
    ]

    outcomes = replay_all(subjects, MIXED, work)

    assert len({one.lower_bound_node_hours for one in outcomes}) == 1
    in_time = [one for one in outcomes if one.late_share == 0]
    assert in_time
    assert all(one.over_bound is not None and one.over_bound >= 1 for one in in_time)


def test_whose_the_unnamed_children_are_makes_a_bound_of_its_own() -> None:
    other = some_settings(jobs=("large", "small"))
    subjects = [a_subject("a", settings=BOTH), a_subject("b", settings=other)]
    work = (*children(*[3600.0] * 4, job=""), *children(60.0, job="small"))
    work = (*work, *children(60.0, job="large"))

    small, large = (one.lower_bound_node_hours or 0.0 for one in replay_all(subjects, MIXED, work))

    assert large > 2 * small

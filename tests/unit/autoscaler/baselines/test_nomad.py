"""The Nomad Autoscaler's strategies by hand."""

import math

import pytest

from autoscaler.baselines.nomad import (
    Check,
    PassThrough,
    TargetRules,
    TargetValue,
    Threshold,
    target_utilisation,
    target_value,
    threshold_of_queue,
)
from autoscaler.baselines.view import View
from tests.unit.autoscaler.baselines.test_target_tracking import some_known

KNOWN = some_known(slots=2, mean_service_seconds=100.0)


def test_pass_through_wants_a_slot_for_each_child() -> None:
    view = View(now_seconds=0, pending_count=4, running_count=3, nodes=2)

    assert PassThrough(2).wanted(view) == 4


@pytest.mark.parametrize(("ended_at", "count"), [(1.0, 2), (0.0, 4), (math.inf, 2)])
def test_the_cooldown_counts_from_the_end_of_the_groups_activity(
    ended_at: float, count: int
) -> None:
    view = View(now_seconds=60, pending_count=7, nodes=2, activity_ended_at=ended_at)

    assert PassThrough(2).wanted(view) == count


@pytest.mark.parametrize(
    ("count", "factor", "wanted"),
    [
        (0, 0.0, 0),
        (0, 2.1, 3),
        (4, 1.0, 4),
        (4, 1.01, 4),
        (4, 1.02, 5),
        (4, 0.99, 4),
        (4, 0.98, 4),
        (4, 0.75, 3),
        (4, 0.0, 0),
        (10, 2.5, 25),
    ],
)
def test_target_value_rounds_up_and_keeps_still_within_a_hundredth(
    count: int, factor: float, wanted: int
) -> None:
    assert target_value(count, factor) == wanted


def test_a_target_of_nothing_takes_the_metric_for_the_factor() -> None:
    formula = TargetValue(lambda view: view.pending_count, TargetRules(target=0.0))

    assert formula.wanted(View(now_seconds=0, pending_count=3, nodes=2)) == 6


def test_a_change_is_capped() -> None:
    rules = TargetRules(target=1.0, max_scale_up=3, max_scale_down=2)
    grown = TargetValue(lambda _: 4.0, rules).wanted(View(now_seconds=0, nodes=5))
    shrunk = TargetValue(lambda _: 0.0, rules).wanted(View(now_seconds=0, nodes=5))

    assert (grown, shrunk) == (8, 3)


def test_target_value_is_evaluated_when_it_is_due_and_cooled_down() -> None:
    formula = TargetValue(lambda _: 2.0, TargetRules(target=1.0, evaluation_seconds=60.0))
    ended = [(0.0, -300.0), (50.0, -300.0), (60.0, -239.0), (120.0, -180.0)]
    counts = [
        formula.wanted(View(now_seconds=at, nodes=1, activity_ended_at=ended_at))
        for at, ended_at in ended
    ]

    assert counts == [2, 1, 1, 2]


def test_utilisation_grows_by_what_is_over_seventy_percent() -> None:
    """7 nodes of 2 slots, all at work: 100 / 70 x 7 is 10."""
    view = View(now_seconds=0, running_count=14, nodes=7, ready_count=7)

    assert target_utilisation(KNOWN).wanted(view) == 10


def test_a_check_needs_five_points_within_its_bounds() -> None:
    check = Check(lower=1, upper=3, delta=2)

    assert check.count([1, 2, 2, 1], 4) is None
    assert check.count([1, 2, 2, 1, 3], 4) is None
    assert check.count([1, 2, 2, 1, 0, 2], 4) == 6


def test_a_check_changes_by_a_percentage_rounded_up_or_to_a_value() -> None:
    points = [1.0] * 5

    assert Check(percentage=10).count(points, 11) == 13
    assert Check(percentage=-50).count(points, 5) == 3
    assert Check(value=7).count(points, 5) == 7


def test_the_highest_count_of_several_checks_wins() -> None:
    formula = Threshold(lambda _: 1.0, (Check(delta=-1), Check(delta=2), Check(value=3)))
    counts = [formula.wanted(View(now_seconds=10.0 * look, nodes=4)) for look in range(5)]

    assert counts == [4, 4, 4, 4, 6]


def test_only_the_points_of_the_last_minute_count() -> None:
    formula = threshold_of_queue(KNOWN)
    busy = [
        formula.wanted(View(now_seconds=10.0 * at, pending_count=1, nodes=2)) for at in range(6)
    ]
    quiet = [formula.wanted(View(now_seconds=60 + 10.0 * at, nodes=2)) for at in range(6)]

    assert busy == [2, 2, 2, 2, 3, 3]
    # Five of the seven points of a minute are still those of before, then too few of either.
    assert quiet == [3, 3, 2, 2, 1, 1]

"""Starts by when: against laws whose renewal function is known."""

import math
import random

import pytest

from autoscaler.core.forecast import ServiceLaw, grid_to, law_of, renewals, starts

GRID = grid_to(600.0)


def exponential(mean, size=400):
    """A sample of an exponential law: its quantiles."""
    return ServiceLaw(tuple(-mean * math.log(1 - (k + 0.5) / size) for k in range(size)))


def test_constant_service_frees_a_slot_at_its_multiples():
    counts = renewals(ServiceLaw((100.0,)), GRID)

    assert GRID.value(counts, 90) == pytest.approx(0)
    assert GRID.value(counts, 100) == pytest.approx(1)
    assert GRID.value(counts, 310) == pytest.approx(3)


def test_exponential_service_frees_a_slot_at_a_constant_rate():
    """The renewal function of a Poisson process is t/mean."""
    counts = renewals(exponential(120.0), GRID)

    assert GRID.value(counts, 600) == pytest.approx(5, rel=0.06)


def test_children_shorter_than_a_step_are_counted_by_their_mean():
    assert renewals(ServiceLaw((1.0,)), GRID)[-1] == pytest.approx(600, rel=0.02)


def test_what_is_left_of_a_child_depends_on_its_age():
    law = ServiceLaw((10.0, 20.0, 30.0, 600.0))

    young, old = law.residual(0.0, GRID), law.residual(40.0, GRID)

    assert sum(young[:4]) == pytest.approx(0.75)
    assert sum(old[:56]) == pytest.approx(0)
    assert sum(old) == pytest.approx(1)


def test_beyond_the_sample_a_child_is_as_likely_to_last_as_long_again_as_not():
    chances = ServiceLaw((10.0,)).residual(100.0, GRID)

    assert sum(chances[:8]) == pytest.approx(1 - math.exp(-0.75), abs=0.01)
    assert ServiceLaw((10.0,)).median_left(100.0) == pytest.approx(69.3, abs=0.1)


def test_residual_chances_never_exceed_one():
    rng = random.Random(3)
    law = law_of(rng.lognormvariate(5, 1) for _ in range(200))

    for age in (0.0, 10.0, 300.0, 5000.0):
        chances = law.residual(age, GRID)
        assert min(chances) >= 0
        assert sum(chances) <= 1 + 1e-9


def test_until_enough_has_been_measured_the_prior_is_mixed_in():
    few, many = law_of([5.0] * 3), law_of([5.0] * 20)

    assert max(few.sample) > 600
    assert set(many.sample) == {5.0}
    assert law_of([]).sample[2] > 60


def test_starts_count_each_freed_slot_and_its_renewals():
    freed = [0.0] * (GRID.points + 1)
    freed[0] = 2.0

    total = starts(freed, renewals(ServiceLaw((100.0,)), GRID))

    assert total[0] == pytest.approx(2)
    assert GRID.value(total, 250) == pytest.approx(6)


def test_spread_is_none_of_a_constant_and_one_of_an_exponential():
    assert ServiceLaw((7.0, 7.0)).spread == 0
    assert exponential(50.0).spread == pytest.approx(1, abs=0.05)
    assert ServiceLaw((0.0,)).spread == 0
    assert renewals(ServiceLaw((0.0,)), GRID)[-1] > 1000


def test_an_amount_between_two_points_is_shared_so_that_its_mean_is_kept():
    series = [0.0] * (GRID.points + 1)
    GRID.spread(25.0, 4.0, series)
    GRID.spread(1000.0, 4.0, series)

    assert (series[2], series[3], sum(series)) == (2.0, 2.0, 4.0)

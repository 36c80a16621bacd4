"""Instants come at the rate that was asked for, when it was asked for."""

import random

import pytest

from autoscaler.simulator.instants import DAY_SECONDS, between, steady, swing, varying


def test_steady_instants_are_as_many_in_each_stretch() -> None:
    instants = list(steady(random.Random(1), per_second=0.5, seconds=10_000))

    assert instants == sorted(instants)
    assert instants[-1] < 10_000
    assert sum(one < 5000 for one in instants) == pytest.approx(2500, rel=0.06)
    assert len(instants) == pytest.approx(5000, rel=0.05)


@pytest.mark.parametrize("peak", [1.0, 1.8, 5.0])
def test_a_swing_has_its_mean_and_its_peak_at_noon(peak: float) -> None:
    rate = swing(peak)
    day = [rate(at * DAY_SECONDS / 960) for at in range(960)]

    assert sum(day) / 960 == pytest.approx(1, rel=1e-6)
    assert max(day) == rate(DAY_SECONDS / 2) == pytest.approx(peak, rel=1e-6)
    assert min(day) == rate(0)
    assert rate(DAY_SECONDS / 3) == pytest.approx(rate(DAY_SECONDS / 3 + 7 * DAY_SECONDS))


def test_a_swing_whose_peak_is_below_the_mean_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        swing(0.9)


def test_varying_instants_follow_the_rate() -> None:
    rng, rate = random.Random(1), between([(0, 0.0), (100, 0.0), (10_000, 1.0)])
    instants = list(varying(rng, rate, highest=1.0, seconds=10_000))

    assert min(instants) > 100
    assert len(instants) == pytest.approx(4950, rel=0.05)
    assert sum(one < 5050 for one in instants) == pytest.approx(1237, rel=0.1)


def test_between_points_the_rate_is_straight_and_after_the_last_it_stays() -> None:
    rate = between([(0, 2.0), (10, 4.0), (20, 0.0)])

    assert [rate(at) for at in (0, 5, 10, 15, 20, 99)] == [2, 3, 4, 2, 0, 0]

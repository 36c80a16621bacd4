"""Service times follow the law that was asked for."""

import random
import statistics

import pytest

from autoscaler.simulator.service import Lognormal, Mixture


def test_a_law_by_its_mean_and_variation_has_both() -> None:
    rng, law = random.Random(1), Lognormal.of(120, 0.8)
    drawn = [law.draw(rng) for _ in range(20_000)]

    assert statistics.fmean(drawn) == pytest.approx(120, rel=0.03)
    assert statistics.pstdev(drawn) / statistics.fmean(drawn) == pytest.approx(0.8, rel=0.05)


def test_without_variation_all_are_equal() -> None:
    assert Lognormal.of(90, 0).draw(random.Random(1)) == pytest.approx(90)


def test_no_draw_is_longer_than_the_longest_or_shorter_than_a_second() -> None:
    rng, law = random.Random(1), Lognormal(5, 3, longest_seconds=60)
    drawn = [law.draw(rng) for _ in range(2000)]

    assert min(drawn) == 1
    assert 50 < max(drawn) <= 60


@pytest.mark.parametrize(("median", "longest"), [(0, 5), (10, 5)])
def test_a_law_that_could_not_be_drawn_of_is_refused(median: float, longest: float) -> None:
    with pytest.raises(ValueError, match="median"):
        Lognormal(median, 1, longest)


def test_a_mixture_draws_of_each_by_its_weight() -> None:
    rng, law = random.Random(1), Mixture((Lognormal(10, 0), Lognormal(1000, 0)), (0.75, 0.25))
    drawn = [law.draw(rng) for _ in range(4000)]

    assert sum(one < 100 for one in drawn) / 4000 == pytest.approx(0.75, abs=0.03)

"""The law of service times: what a sample tells of a child of an age, and of the next one."""

import math
import random

import pytest

from autoscaler.core.service_law import ServiceLaw, law_of


def exponential(mean, size=400):
    """A sample of an exponential law: its quantiles."""
    return ServiceLaw(-mean * math.log(1 - (k + 0.5) / size) for k in range(size))


def test_until_enough_has_been_measured_the_prior_is_mixed_in():
    few, many = law_of([5.0] * 3), law_of([5.0] * 20)

    assert max(few.sample) > 600
    assert set(many.sample) == {5.0}
    assert law_of([]).sample[2] > 60


def test_spread_is_none_of_a_constant_and_one_of_an_exponential():
    assert ServiceLaw((7.0, 7.0)).spread == 0
    assert exponential(50.0).spread == pytest.approx(1, abs=0.05)
    assert ServiceLaw((0.0,)).spread == 0


def test_beyond_the_sample_a_child_is_as_likely_to_last_as_long_again_as_not():
    assert ServiceLaw((10.0,)).median_left(100.0) == pytest.approx(69.3, abs=0.1)


def test_what_is_left_in_the_middle_case_is_that_of_those_that_last_longer():
    law = ServiceLaw((10.0, 20.0, 30.0, 600.0))

    assert law.median_left(0.0) == 30.0
    assert law.median_left(25.0) == 575.0


def test_a_law_that_changes_bit_by_bit_is_the_law_made_anew():
    rng = random.Random(5)
    sample = [rng.lognormvariate(5, 1) for _ in range(60)]
    law = ServiceLaw(sample)
    law.endings(5.25)
    for _ in range(300):
        new = [rng.lognormvariate(5, 1) for _ in range(rng.randrange(4))]
        gone, sample = sample[: len(new)], [*sample[len(new) :], *new]

        law = law.changed(gone, new)

        anew = ServiceLaw(sample)
        assert law.sample == anew.sample
        assert law.spread == anew.spread
        ages = [0, 7, 200, 100_000]
        begun = anew.endings(5.25).begun(ages)
        assert law.endings(5.25).begun(ages) == begun
        assert law.endings(5.25).ended_by(ages) == anew.endings(5.25).ended_by(ages)
        for age, one in zip(ages[:2], begun, strict=False):
            assert law.endings(5.25).ends(age, one, 60) == anew.endings(5.25).ends(age, one, 60)


def test_a_service_time_of_nothing_is_dropped_again():
    law = ServiceLaw([0.0] * 20).changed([0.0], [3.0])

    assert list(law.sample) == [0.001] * 19 + [3.0]


def test_endings_are_on_the_grid_that_is_asked_for():
    law = exponential(100.0)

    assert law.endings(5.0) is law.endings(5.0)
    assert law.endings(2.0).step == 2.0


def test_ends_are_expected_by_the_share_that_does_not_get_older():
    """Of those that are 10 s old and of 20: half a child outlasts every sample."""
    law = ServiceLaw(float(one) for one in range(1, 41))

    found = law.ends_between([10.0, -5.0, 50.0], [20.0, 0.5, 60.0])

    assert found == pytest.approx(math.log(30.5 / 20.5))
    assert law.ends_between([0.0], [100.0]) == pytest.approx(math.log(40.5 / 0.5))
    assert law.ends_between([], []) == 0

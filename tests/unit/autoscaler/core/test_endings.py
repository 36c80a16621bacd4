"""When children of an age end, by a sample on a grid: against the plain definition."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.endings import endings_of

STEP = 10.0
POINTS = 60

#: Within the steps that are kept at hand, beyond them, and about where they end.
seconds = st.floats(0.01, 5000.0) | st.floats(0.01, 50_000.0) | st.floats(9_900.0, 11_000.0)
samples = st.lists(seconds, min_size=1, max_size=50)
ages = st.integers(0, 600) | st.integers(0, 6000) | st.integers(950, 1030)


def ends(endings, age):
    """Of those that last longer than so many steps: how many end at each point from then on."""
    ((aged, _),) = endings.of_ages({age: 1})
    found, alike = endings.ends(aged, POINTS)
    return [one / alike for one in found]


def chances(sample, age):
    """Of a child of this age in steps: the chance to end at each point from then on."""
    return ends(endings_of(sample, STEP), age)


@given(sample=samples, age=ages)
def test_each_end_is_shared_between_the_points_about_it(sample, age):
    left = [one for one in sample if round(one / STEP * 2**32) > age * 2**32]
    plain = [0.0] * 6000
    for one in left:
        beyond, point = math.modf(one / STEP - age)
        plain[int(point)] += (1 - beyond) / len(left)
        plain[int(point) + 1] += beyond / len(left)
    if left:
        assert chances(sample, age) == pytest.approx(plain[: POINTS + 1], abs=1e-6)


def test_what_is_left_of_a_child_depends_on_its_age():
    sample = (10.0, 20.0, 30.0, 600.0)

    young, old = chances(sample, 0), chances(sample, 4)

    assert sum(young[:4]) == pytest.approx(0.75)
    assert sum(old[:56]) == pytest.approx(0)
    assert sum(old) == pytest.approx(1)


def test_beyond_the_sample_a_child_is_as_likely_to_last_as_long_again_as_not():
    found = chances((10.0,), 10)

    assert sum(found[:8]) == pytest.approx(1 - math.exp(-0.75), abs=0.01)
    assert sum(found[:7]) < 0.5 < sum(found[:8])


@given(sample=samples, age=ages)
def test_chances_are_chances(sample, age):
    found = chances(sample, age)

    assert min(found) >= 0
    assert sum(found) <= 1 + 1e-9


@given(
    sample=samples,
    counts=st.dictionaries(ages, st.integers(1, 3), max_size=4),
    point=st.integers(0, POINTS),
)
def test_how_many_end_by_a_point_is_told_with_its_variance(sample, counts, point):
    endings = endings_of(sample, STEP)

    expected, variance = endings.ended_by(endings.of_ages(counts), point)

    by = {age: sum(chances(sample, age)[: point + 1]) for age in counts}
    assert expected == pytest.approx(sum(n * by[age] for age, n in counts.items()), abs=1e-6)
    doubt = sum(n * by[age] * (1 - by[age]) for age, n in counts.items())
    assert variance == pytest.approx(doubt, abs=1e-6)


@given(sample=samples, other=samples, seed=st.integers(0, 1000))
def test_the_order_of_changes_leaves_no_trace(sample, other, seed):
    """Not even in the last bit: what is kept from before must not show."""
    changed = endings_of(sample, STEP).changed((), other)
    gone = list(sample)
    random.Random(seed).shuffle(gone)
    changed = changed.changed(gone, ())

    anew = endings_of(other, STEP)
    for age in (0, 3, 64, 500, 970, 1024, 3000):
        assert ends(changed, age) == ends(anew, age)
        crowd = anew.of_ages({age: 1})
        assert changed.ended_by(crowd, 7) == anew.ended_by(crowd, 7)


def test_what_was_made_of_a_sample_stays_as_it_was():
    endings = endings_of((30.0, 40.0), STEP)
    before = ends(endings, 0)

    endings.changed((30.0,), (35.0,))

    assert ends(endings, 0) == before


def test_a_sample_with_far_outliers_takes_no_room_for_what_lies_between():
    """Thirty days among seconds."""
    assert sum(chances((10.0, 2_592_000.0), 1)) == pytest.approx(0)
    assert chances((10.0, 2_592_000.0), 259_190)[10] == pytest.approx(1)

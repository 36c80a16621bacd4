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
    """Of a child of this age in steps: the chance to end at each point from then on."""
    (begun,) = endings.begun([age])
    if begun == endings.size:
        return list(endings.outlasting(age, POINTS))
    return [one / (endings.size - begun) for one in endings.ends(age, begun, POINTS)]


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


@given(sample=samples, points=st.lists(ages, min_size=1, max_size=4))
def test_how_many_have_ended_by_a_point_counts_those_about_it_by_their_share(sample, points):
    places = [round(one / STEP * 2**32) / 2**32 for one in sample]

    found = endings_of(sample, STEP).ended_by(points)

    plain = [sum(min(1.0, max(0.0, point + 1 - one)) for one in places) for point in points]
    assert found == pytest.approx(plain, abs=1e-6)


@given(age=ages, point=st.integers(0, POINTS))
def test_by_a_point_a_child_beyond_the_sample_has_ended_as_its_chances_sum_up(age, point):
    endings = endings_of((0.01,), STEP)

    found = endings.outlasting_by(age, point)

    assert found == pytest.approx(sum(endings.outlasting(age, POINTS)[: point + 1]), abs=1e-9)


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
    points = [0, 3, 64, 500, 1000, 1023, 1024, 3000]
    assert changed.ended_by(points) == anew.ended_by(points)


def test_what_was_made_of_a_sample_stays_as_it_was():
    endings = endings_of((30.0, 40.0), STEP)
    before = ends(endings, 0)

    endings.changed((30.0,), (35.0,))

    assert ends(endings, 0) == before


def test_a_sample_with_far_outliers_takes_no_room_for_what_lies_between():
    """Thirty days among seconds."""
    assert sum(chances((10.0, 2_592_000.0), 1)) == pytest.approx(0)
    assert chances((10.0, 2_592_000.0), 259_190)[10] == pytest.approx(1)

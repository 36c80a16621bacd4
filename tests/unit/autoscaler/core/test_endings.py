"""When children of an age end, by a sample on a grid: against the plain definition."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.endings import endings_of

STEP = 10.0
POINTS = 60

samples = st.lists(st.floats(0.01, 5000.0), min_size=1, max_size=50)
ages = st.integers(0, 600)


def chances(sample, age, step=STEP):
    """Of a child of this age in steps: the chance to end at each point from then on."""
    aged = endings_of(sample, step).of_age(age, POINTS)
    return [one / (aged.left or 1) for one in aged.ends]


@given(sample=samples, age=ages)
def test_each_end_is_shared_between_the_points_about_it(sample, age):
    left = [one for one in sample if round(one / STEP * 2**32) > age * 2**32]
    plain = [0.0] * 1000
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


@given(sample=samples, age=ages, point=st.integers(0, POINTS), count=st.integers(1, 3))
def test_doubt_is_the_variance_of_ending_by_then(sample, age, point, count):
    endings = endings_of(sample, STEP)

    doubt = endings.doubt([(endings.of_age(age, POINTS), count)], point)

    by = sum(chances(sample, age)[: point + 1])
    assert doubt == pytest.approx(count * by * (1 - by), abs=1e-6)


@given(sample=samples, other=samples, seed=st.integers(0, 1000))
def test_the_order_of_changes_leaves_no_trace(sample, other, seed):
    """Not even in the last bit: what is kept from before must not show."""
    changed = endings_of(sample, STEP).changed((), other)
    gone = list(sample)
    random.Random(seed).shuffle(gone)
    changed = changed.changed(gone, ())

    anew = endings_of(other, STEP)
    for age in (0, 3, 64, 500):
        aged = anew.of_age(age, POINTS)
        assert changed.of_age(age, POINTS) == aged
        assert changed.doubt([(aged, 1)], 7) == anew.doubt([(aged, 1)], 7)


def test_what_was_made_of_a_sample_stays_as_it_was():
    endings = endings_of((30.0, 40.0), STEP)
    before = endings.of_age(0, POINTS)

    endings.changed((30.0,), (35.0,))

    assert endings.of_age(0, POINTS) == before


def test_a_sample_with_far_outliers_takes_no_room_for_what_lies_between():
    """Thirty days among seconds."""
    assert sum(chances((10.0, 2_592_000.0), 1)) == pytest.approx(0)
    assert chances((10.0, 2_592_000.0), 259_190)[10] == pytest.approx(1)

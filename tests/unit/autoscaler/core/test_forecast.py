"""Starts by when: against laws whose renewal function is known."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.forecast import Renewals, Starts, grid_to
from autoscaler.core.service_law import ServiceLaw

GRID = grid_to(600.0)


def exponential(mean, size=400):
    """A sample of an exponential law: its quantiles."""
    return ServiceLaw(tuple(-mean * math.log(1 - (k + 0.5) / size) for k in range(size)))


class Slots(list[float]):
    """So many freed at each point."""

    def first(self, point):
        return self[: point + 1]


def test_constant_service_frees_a_slot_at_its_multiples():
    counts = Renewals(ServiceLaw((100.0,)), GRID)

    assert GRID.value(counts, 90) == pytest.approx(0)
    assert GRID.value(counts, 100) == pytest.approx(1)
    assert GRID.value(counts, 310) == pytest.approx(3)


def test_exponential_service_frees_a_slot_at_a_constant_rate():
    """The renewal function of a Poisson process is t/mean."""
    counts = Renewals(exponential(120.0), GRID)

    assert GRID.value(counts, 600) == pytest.approx(5, rel=0.06)


def test_children_shorter_than_a_step_are_counted_by_their_mean():
    assert Renewals(ServiceLaw((1.0,)), GRID)[GRID.points] == pytest.approx(600, rel=0.02)


def test_starts_count_each_freed_slot_and_its_renewals():
    freed = [0.0] * (GRID.points + 1)
    freed[0] = 2.0

    total = Starts(Slots(freed), Renewals(ServiceLaw((100.0,)), GRID))

    assert total[0] == pytest.approx(2)
    assert GRID.value(total, 250) == pytest.approx(6)


def test_children_that_take_no_time_at_all_are_counted_within_bounds():
    assert 1000 < Renewals(ServiceLaw((0.0,)), GRID)[GRID.points] < 1e6


def test_starts_now_are_counted_again_when_their_slots_are_free_again():
    again = Renewals(ServiceLaw((100.0,)), GRID)

    total = Starts(Slots([0.0] * (GRID.points + 1)), again, started=3.0)

    assert GRID.value(total, 90) == pytest.approx(0)
    assert GRID.value(total, 250) == pytest.approx(6)


def test_a_series_is_the_same_in_whichever_order_it_is_looked_at():
    freed = [0.1 * (point % 7) for point in range(GRID.points + 1)]
    onward = Starts(Slots(freed), Renewals(exponential(90.0), GRID), started=1.0)
    back = Starts(Slots(freed), Renewals(exponential(90.0), GRID), started=1.0)

    backwards = [back[point] for point in reversed(range(GRID.points + 1))]

    assert list(onward) == backwards[::-1]


@given(
    sample=st.lists(st.floats(0.5, 2000.0), min_size=20, max_size=60),
    freed=st.lists(st.floats(0.0, 3.0), min_size=GRID.points + 1, max_size=GRID.points + 1),
)
def test_starts_are_those_of_the_plain_sums(sample, freed):
    law = ServiceLaw(sample)

    found = Starts(Slots(freed), Renewals(law, GRID), started=2.0)

    again = plain_renewals(law)
    for point in range(GRID.points + 1):
        plain = sum(freed[at] * (1 + again[point - at]) for at in range(point + 1))
        assert found[point] == pytest.approx(plain + 2.0 * again[point], rel=1e-7, abs=1e-7)


def plain_renewals(law):
    """By the definition: F at each point, each end shared between the two points about it."""
    chances = [0.0] * (GRID.points + 2)
    for one in law.sample:
        if one < GRID.step * (GRID.points + 1):
            point, beyond = divmod(one / GRID.step, 1.0)
            chances[int(point)] += (1 - beyond) / len(law.sample)
            chances[int(point) + 1] += beyond / len(law.sample)
    counts = []
    for point in range(GRID.points + 1):
        before = sum(chances[back] * counts[point - back] for back in range(1, point + 1))
        counts.append((sum(chances[: point + 1]) + before) / (1.0 - chances[0]))
    return counts


@pytest.mark.parametrize(
    ("seconds", "points"),
    [(-5, (0, 1)), (0, (0, 1)), (10, (1, 2)), (14.9, (1, 2)), (1e9, (59, 60))],
)
def test_an_instant_lies_between_two_points(seconds, points):
    point, beyond = GRID.about(seconds)

    assert (point, point + 1) == points
    assert 0 <= beyond <= 1


def test_an_amount_between_two_points_is_shared_so_that_its_mean_is_kept():
    series = [0.0] * (GRID.points + 1)
    GRID.spread(25.0, 4.0, series)
    GRID.spread(1000.0, 4.0, series)

    assert (series[2], series[3], sum(series)) == (2.0, 2.0, 4.0)

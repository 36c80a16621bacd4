"""The slots that running children and nodes on their way will free."""

import math

import pytest

from autoscaler.core.crowds import Crowd, Crowds
from autoscaler.core.endings import endings_of

POINTS = 60
COMING = [0.0, 0.0, 1.5] + [0.0] * 58


def crowds():
    """Of 40 or 60 s: two children of no age and one of 45 s; of 30 s: one, 10 s old."""
    slow, quick = endings_of((40.0, 60.0), 10.0), endings_of((30.0,), 10.0)
    return Crowds(
        [Crowd(slow, 0.5, [0, 4, 0]), Crowd(quick, 0.25, [1])],
        COMING,
    )


def test_slots_are_freed_as_each_child_ends_and_each_node_comes():
    freed = list(crowds().first(POINTS))

    assert freed[:8] == [0.0, 0.0, 0.5 + 0.25 + 1.5, 0.0, 0.5, 0.0, 0.5, 0.0]


def test_series_are_worked_out_as_far_as_they_are_looked_at():
    one_by_one, at_once = crowds(), crowds()

    for point in (3, 1, 7):
        assert list(one_by_one.first(point))[: point + 1] == at_once.first(9)[: point + 1]
    assert len(one_by_one.first(5)) == 8


@pytest.mark.parametrize("point", [0, 2, 4, 6, 60])
def test_how_many_are_freed_by_a_point_is_the_sum_up_to_there(point):
    assert crowds().by(point) == pytest.approx(sum(crowds().first(point)[: point + 1]))


def test_what_may_or_may_not_have_ended_is_in_doubt():
    found = crowds()

    # The elder ends at 60 s for sure; of the two young ones each with even odds by 40 s.
    assert found.by(4) == 1.5 + 0.25 + 0.5 + 0.5
    assert found.doubt(4) == 2 * 0.25 * 0.25
    assert found.doubt(6) == 0
    assert all(found.doubt(point) <= found.doubt_max for point in range(POINTS))


def test_children_that_have_outlasted_the_sample_end_as_if_their_age_were_the_mean():
    law = endings_of((40.0, 60.0), 10.0)
    found = Crowds([Crowd(law, 1.0, [0, 30, 30])], [0.0] * (POINTS + 1))

    # At 300 s by 30 steps: one in e lasts for as long again.
    by = 1.0 + 2 * (1 - math.exp(-1.0))
    assert found.by(30) == pytest.approx(by, abs=0.02)
    assert sum(found.first(30)[:31]) == pytest.approx(found.by(30))
    assert found.doubt(30) == pytest.approx(2 * math.exp(-1.0) * (1 - math.exp(-1.0)), abs=0.01)
    assert found.doubt_max == 0.75


def test_a_slow_pace_counts_children_for_less_and_nodes_that_come_in_full():
    law = endings_of((40.0,), 10.0)
    found = Crowds([Crowd(law, 1.0, [0, 0])], COMING, pace=0.5)

    assert found.by(60) == 1.5 + 0.5 * 2
    assert sum(found.first(60)) == found.by(60)


def test_without_children_only_nodes_come():
    assert list(Crowds([], COMING).first(2)) == [0.0, 0.0, 1.5]
    assert Crowds([], COMING).by(2) == 1.5
    assert Crowds([], COMING).doubt(2) == 0


class CountingCrowd(Crowd):
    """Counts how often something is worked out."""

    count = 0

    def ended(self, point):
        self.count += 1
        return super().ended(point)

    def doubt(self, point):
        self.count += 1
        return super().doubt(point)


def test_of_one_point_it_is_worked_out_once_for_all_children_that_wait():
    crowd = CountingCrowd(endings_of((40.0, 60.0), 10.0), 0.5, [0, 4, 0])
    found = Crowds([crowd], COMING)

    told = {(found.by(4), found.doubt(4)) for _ in range(1000)}

    assert len(told) == 1
    assert crowd.count == 2

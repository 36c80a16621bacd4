"""The slots that running children and nodes on their way will free."""

import pytest

from autoscaler.core.crowds import Crowd, Crowds
from autoscaler.core.endings import endings_of

POINTS = 60
COMING = [0.0, 0.0, 1.5] + [0.0] * 58


def crowds():
    """Of 40 or 60 s: two children of no age and one of 45 s; of 30 s: one, 10 s old."""
    slow, quick = endings_of((40.0, 60.0), 10.0), endings_of((30.0,), 10.0)
    return Crowds(
        [Crowd(slow, 0.5, slow.of_ages({0: 2, 4: 1})), Crowd(quick, 0.25, quick.of_ages({1: 1}))],
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
    assert crowds().by(point)[0] == pytest.approx(sum(crowds().first(point)[: point + 1]))


def test_what_may_or_may_not_have_ended_is_in_doubt():
    found = crowds()

    # The elder ends at 60 s for sure; of the two young ones each with even odds by 40 s.
    assert found.by(4) == (1.5 + 0.25 + 0.5 + 0.5, 2 * 0.25 * 0.25)
    assert found.by(6)[1] == 0


def test_without_children_only_nodes_come():
    assert list(Crowds([], COMING).first(2)) == [0.0, 0.0, 1.5]
    assert Crowds([], COMING).by(2) == (1.5, 0.0)

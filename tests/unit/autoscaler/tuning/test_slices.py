"""Pieces that stand for a whole trace."""

import random
from datetime import timedelta

from autoscaler.replay.conditions import START, Conditions
from autoscaler.simulator.workload import Arrival
from autoscaler.tuning.slices import Course, sample, share_of


def a_course(count: int) -> Course:
    """A child every 10 s, but in the third eighth every second."""
    times, at = [], 0.0
    for number in range(count):
        times.append(at)
        at += 1.0 if 2 * count // 8 <= number < 3 * count // 8 else 10.0
    return Course(tuple(Arrival(one, 60.0) for one in times), Conditions())


def test_a_short_trace_stands_for_itself() -> None:
    course = a_course(1199)
    assert sample(course, random.Random(1)) == (course,)


def test_the_busiest_piece_and_another_one_stand_for_a_long_trace() -> None:
    pieces = sample(a_course(1600), random.Random(1))
    assert [len(piece.trace) for piece in pieces] == [200, 200]
    assert sorted(piece.trace[-1].at_seconds for piece in pieces) == [199.0, 1990.0]


def test_each_piece_begins_at_second_0_and_at_its_own_hour() -> None:
    course = a_course(1600)
    for piece in sample(course, random.Random(1)):
        first = piece.conditions.start - START
        assert piece.trace[0].at_seconds == 0
        assert first / timedelta(seconds=1) in {one.at_seconds for one in course.trace}


def test_equal_seeds_take_equal_pieces() -> None:
    course = a_course(1600)
    assert sample(course, random.Random(3)) == sample(course, random.Random(3))


def test_a_run_of_the_pieces_costs_its_share_of_the_children() -> None:
    long, short = a_course(1600), a_course(400)
    pieces = [sample(one, random.Random(1)) for one in (long, short)]
    assert share_of(pieces, [long, short]) == 800 / 2000

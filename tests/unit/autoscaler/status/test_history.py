"""A pool's minutes: the most that waited, and of the rest what was seen last."""

from dataclasses import replace

from autoscaler.status.documents import NodesStatus, Point, QueueStatus
from autoscaler.status.history import Ring, merged, minute_of, point_of
from tests.builders import a_queue, an_observation, at
from tests.unit.autoscaler.status.cycles import a_report

POINT = Point(at(0), 5, 2, 30.0, 1, 0, 0, 1, 2)
UNKNOWN = Point(at(0), None, None, None, None, None, None, None, None)


def test_a_cycle_belongs_to_the_minute_in_which_it_ended():
    report = replace(a_report(an_observation(queue=a_queue(5))), ended_at=at(119.5))
    queue = QueueStatus(5, 2, 0, 30.0, None, ())

    point = point_of(report, queue, NodesStatus(1, 1, 0, 0, 1, 0, 0))

    assert point == replace(POINT, at=at(60), desired=3)
    assert minute_of(at(119.5)) == at(60)


def test_the_most_that_waited_in_a_minute_counts_and_else_what_was_last():
    later = Point(at(0), 3, 4, 20.0, 2, 0, 1, 0, 3)

    assert merged(POINT, later) == Point(at(0), 5, 4, 30.0, 2, 0, 1, 0, 3)


def test_what_could_not_be_read_does_not_wipe_out_what_was():
    assert merged(POINT, UNKNOWN) == POINT
    assert merged(UNKNOWN, POINT) == POINT
    assert merged(UNKNOWN, UNKNOWN) == UNKNOWN


def test_a_minute_is_over_when_the_next_begins():
    ring = Ring()

    assert ring.under_way is None
    assert ring.add(POINT) is None
    assert ring.add(replace(POINT, pending=9)) is None
    assert ring.add(replace(POINT, at=at(60))) == replace(POINT, pending=9)
    assert ring.under_way == replace(POINT, at=at(60))
    assert ring.since(at(0)) == (replace(POINT, pending=9), replace(POINT, at=at(60)))


def test_a_minute_that_an_earlier_run_began_is_gone_on_with():
    ring = Ring([replace(POINT, at=at(-60)), POINT])

    ring.add(replace(POINT, pending=7))

    assert [one.pending for one in ring.since(at(-60))] == [5, 7]


def test_a_minute_without_a_cycle_is_missing():
    ring = Ring()
    for seconds in (0, 180):
        ring.add(replace(POINT, at=at(seconds)))

    assert [one.at for one in ring.since(at(0))] == [at(0), at(180)]
    assert [one.at for one in ring.since(at(61))] == [at(180)]


def test_a_clock_that_is_set_back_makes_no_second_past():
    ring = Ring([POINT])

    assert ring.add(replace(POINT, at=at(-3600), pending=8)) is None
    assert ring.since(at(-7200)) == (replace(POINT, pending=8),)


def test_a_day_is_kept_and_no_more():
    ring = Ring(replace(POINT, at=at(60 * minute)) for minute in range(2000))

    kept = ring.since(at(0))

    assert (len(kept), kept[0].at, kept[-1].at) == (1440, at(60 * 560), at(60 * 1999))

"""Whether children end as fast, of late, as the sample of service times says."""

import pytest

from autoscaler.core.laws import ServiceLaws
from autoscaler.core.memory import Ended, Ends, Memory
from autoscaler.core.model import Finished
from autoscaler.core.pace import kept_ends, pace_of
from tests.builders import a_queue, at

#: Evenly from 10 s to 1000 s.
MEMORY = Memory(service_seconds={"transcode": {"": tuple(range(10, 1010, 10))}})


def pace(ends, *ages):
    """Of a pool whose running children are so old now."""
    running = {("transcode", ""): [float(age) for age in ages]}
    return pace_of(ends, (running, {}), {"transcode"}, ServiceLaws(MEMORY), at(0))


def finished(*seconds):
    """A queue of which children that took so long have ended since it was last looked at."""
    return [a_queue(0, finished=tuple(Finished(None, one) for one in seconds))]


def test_before_anything_was_seen_nothing_is_amiss():
    assert pace(None, 900, 900) == 1.0


def test_what_ended_before_the_first_look_is_not_missed():
    assert pace(Ends(at(0)), *[900] * 20) == 1.0


def test_children_that_should_have_ended_and_have_not_make_the_pace_slow():
    """Of forty children, each from half of the sample's length to two thirds: 16 ends are due."""
    slow = pace(Ends(at(-170)), *[670] * 40)

    assert slow == pytest.approx(4 / (4 + 40 * 0.4155), rel=0.05)
    assert pace(Ends(at(-170)), *[670] * 80) < slow


def test_ends_that_come_as_expected_keep_the_pace():
    ends = Ends(at(-170), tuple(Ended(at(-5), "transcode", "", 600.0) for _ in range(20)))

    assert pace(ends, *[670] * 40) > 0.8


def test_the_pace_is_never_above_what_the_sample_says():
    ends = Ends(at(-170), tuple(Ended(at(-5), "transcode", "", 20.0) for _ in range(200)))

    assert pace(ends, 5, 5) == 1.0


def test_only_the_last_minutes_count():
    """What ran for long has outlasted its time, but not of late."""
    assert pace(Ends(at(-10_000)), *[3000] * 40) == 1.0


def test_other_peoples_ends_do_not_count():
    theirs = Ends(at(-170), tuple(Ended(at(-5), "theirs", "", 600.0) for _ in range(20)))

    assert pace(theirs, *[670] * 40) == pace(Ends(at(-170)), *[670] * 40)


def test_ends_are_kept_for_as_long_as_they_count():
    first = kept_ends(None, finished(5.0), at(0))
    second = kept_ends(first, finished(7.0, 8.0), at(10))
    third = kept_ends(second, finished(9.0), at(100))
    later = kept_ends(third, finished(), at(200))

    assert first == Ends(at(0))
    assert [one.seconds for one in second.children] == [7.0, 8.0]
    assert [one.seconds for one in third.children] == [7.0, 8.0, 9.0]
    assert [one.seconds for one in later.children] == [9.0]


def test_as_long_as_nothing_ends_what_is_kept_stays_the_same_value():
    ends = kept_ends(Ends(at(0)), finished(7.0), at(10))

    assert kept_ends(ends, finished(), at(20)) is ends


def test_of_very_many_ends_the_first_are_forgotten_and_the_time_they_came_in_too():
    ends = Ends(at(0))
    for second in range(1, 9):
        ends = kept_ends(ends, finished(*[float(second)] * 100), at(second))

    assert len(ends.children) == 500
    assert ends.since == at(3)
    assert {one.at for one in ends.children} == {at(second) for second in range(4, 9)}

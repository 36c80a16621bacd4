"""Children that came and finished, from one observation to the next."""

from dataclasses import replace
from datetime import timedelta

from autoscaler.adapters.journal_tally import Came, Counted, Done, Tally
from autoscaler.core.model import Finished
from tests.builders import a_queue, an_observation, at


def seen(*looks, counted=None):
    """A tally after such looks at one queue: seconds, dispatched, and what else differs."""
    tally = Tally(counted or {})
    for seconds, dispatched, *others in looks:
        changes = dict(*others)
        pending = changes.pop("pending", 0)
        queue = a_queue(pending, dispatched_count=dispatched, **changes)
        tally.see(an_observation(queue=queue), at(seconds))
    return tally


def test_what_nomads_count_grew_by_has_come_since_the_look_before():
    tally = seen((0, 7), (10, 9), (20, 9), (30, 12))

    assert [*tally.came] == [
        Came("transcode", at(0), at(10), 2),
        Came("transcode", at(20), at(30), 3),
    ]


def test_at_the_first_look_those_that_wait_have_come_nobody_knows_when():
    tally = seen((0, 7, {"pending": 3}))

    assert [*tally.came] == [Came("transcode", None, at(0), 3)]


def test_what_an_earlier_run_counted_is_not_counted_again():
    earlier = {"transcode": Counted(7, at(-100))}

    tally = seen((0, 8, {"pending": 8}), counted=earlier)

    assert [*tally.came] == [Came("transcode", at(-100), at(0), 1)]


def test_a_count_that_shrinks_brings_nobody():
    """Nomad forgets children that ended long ago."""
    tally = seen((0, 9), (10, 4), (20, 5))

    assert [*tally.came] == [Came("transcode", at(10), at(20), 1)]


def test_a_queue_that_could_not_be_read_is_counted_at_the_next_look():
    tally = seen((0, 1))
    tally.see(replace(an_observation(), queues=()), at(10))
    tally.see(an_observation(queue=a_queue(dispatched_count=None)), at(20))
    tally.see(an_observation(queue=a_queue(dispatched_count=3)), at(30))

    assert [*tally.came] == [Came("transcode", at(0), at(30), 2)]


def test_those_that_finished_are_kept_with_when_that_was_seen():
    child = Finished("small", 12.5)

    assert [*seen((5, 1, {"finished": (child,)})).done] == [Done("transcode", child, at(5))]


def test_news_are_due_at_once_and_that_there_is_none_once_a_minute():
    tally = Tally({})
    due = [tally.is_due(at(0))]
    for seconds, dispatched in ((0, 1), (10, 2), (20, 2), (69, 2), (70, 2)):
        tally.see(an_observation(queue=a_queue(dispatched_count=dispatched)), at(seconds))
        due.append(tally.is_due(at(seconds)))
        if due[-1]:
            tally.written(at(seconds))

    assert due == [False, True, True, False, False, True]
    assert not tally.has_news


def test_a_clock_that_is_set_back_puts_nothing_off():
    tally = seen((3600, 1))
    tally.written(at(3600))

    assert not tally.is_due(at(3610))
    assert tally.is_due(at(10))


def test_what_cannot_be_written_for_long_is_kept_up_to_a_bound():
    tally = Tally({"transcode": Counted(0, at(0))})
    for number in range(100_010):
        tally.see(
            an_observation(queue=a_queue(dispatched_count=number + 1)),
            at(0) + timedelta(microseconds=number),
        )

    assert len(tally.came) == 100_000
    assert tally.came[-1].at == at(0) + timedelta(microseconds=100_009)

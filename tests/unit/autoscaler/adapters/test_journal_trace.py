"""The trace in a journal: every child once, when it came, and how long it worked."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from autoscaler.adapters.journal import FILE_NAME, Bounds, open_journal
from autoscaler.adapters.journal_trace import Stretch, read_trace
from autoscaler.core.memory import Memory
from autoscaler.core.model import Finished
from autoscaler.errors import InputError
from tests.builders import a_queue, an_observation, at

POOL = "transcode"
VERSION_1 = Path(__file__).parents[3] / "recordings" / "journal" / "version-1.sql"


class Watch:
    """A daemon's journal, and what it sees: each look is one cycle."""

    def __init__(self, directory, **how):
        self._directory = directory
        self._how = how
        self._journal = open_journal(directory, at(0), **how)

    def look(self, seconds, dispatched, *finished, pool=POOL, **changes):
        """One cycle in which Nomad has counted so many, and these have finished since the last."""
        queue = a_queue(dispatched_count=dispatched, finished=finished, **changes)
        self._journal.note(pool, replace(an_observation(queue=queue), pool=pool), at(seconds))

    def remember(self, memory, seconds):
        """What the pool learned."""
        self._journal.remember(POOL, memory, at(seconds))

    def restart(self):
        """The daemon ends, and comes back."""
        self.close()
        self._journal = open_journal(self._directory, at(0), **self._how)

    def close(self):
        """The end."""
        self._journal.close()


@pytest.fixture
def watch(tmp_path):
    """A daemon in a directory of its own."""
    with closing(Watch(tmp_path)) as one:
        yield one


def child(number, dispatched, seconds=60.0, *, profile="small", waited=5.0, job="transcode"):
    """One that finished, dispatched so many seconds after the epoch of the tests."""
    placed_at = at(dispatched + waited)
    return Finished(profile, seconds, f"{job}/dispatch-{number}", at(dispatched), placed_at)


def read_arrivals(directory, pool, since=None, seed=0):
    """The children that came, those of the last ``since`` of the journal."""
    return read_trace(directory, pool, Stretch(since=since), seed).arrivals


def told(directory, **how):
    """When each child came, and how long it worked."""
    arrivals = read_arrivals(directory, POOL, **how)
    return [(one.at_seconds, one.service_seconds) for one in arrivals]


def test_a_child_that_finished_is_known_by_its_own_dispatch(watch, tmp_path):
    watch.look(0, 10)
    watch.look(10, 12)
    watch.look(100, 12, child(1, 7, 40.0), child(2, 9.5, 50.0, profile=None))

    arrivals = read_arrivals(tmp_path, POOL)

    assert arrivals == ((0.0, 40.0, "transcode", "small"), (2.5, 50.0, "transcode", None))
    assert read_trace(tmp_path, POOL, Stretch()).drawn_count == 0


def test_a_child_that_has_not_finished_came_when_it_was_seen_and_works_as_long_as_another(
    watch, tmp_path
):
    watch.look(0, 10)
    watch.look(10, 12)
    watch.look(30, 15, child(1, 9, 40.0), child(2, 9, 50.0))

    trace = read_trace(tmp_path, None, Stretch())

    assert [one.at_seconds for one in trace.arrivals] == [0.0, 0.0, 21.0, 21.0, 21.0]
    assert {one.service_seconds for one in trace.arrivals[2:]} <= {40.0, 50.0}
    assert (trace.drawn_count, trace.first_at, trace.last_at) == (3, at(9), at(30))


def test_the_same_seed_draws_the_same_and_another_another(watch, tmp_path):
    watch.look(0, 0)
    watch.look(10, 40)
    watch.look(20, 40, *(child(n, 9, 10.0 + n) for n in range(20)))

    assert told(tmp_path, seed=1) == told(tmp_path, seed=1)
    assert told(tmp_path, seed=1) != told(tmp_path, seed=2)


def test_those_that_waited_when_the_daemon_first_came_are_in_it_and_those_at_work_are_not(
    watch, tmp_path
):
    """Of what was placed before, only the long ones are still seen."""
    watch.look(0, 10, pending_count=2)
    watch.look(50, 10, child(1, -600, 700.0, waited=20), child(2, -90, 30.0, waited=100))

    assert told(tmp_path) == [(0.0, 30.0), (90.0, 30.0)]


def test_a_restart_counts_nothing_twice_and_misses_nothing(watch, tmp_path):
    watch.look(0, 10)
    watch.look(10, 12)
    watch.restart()
    watch.look(40, 13, child(1, 8), pending_count=3)
    watch.restart()
    watch.look(50, 13, child(1, 8), child(2, 9))
    watch.look(60, 13, child(3, 35))

    assert told(tmp_path) == [(0.0, 60.0), (1.0, 60.0), (27.0, 60.0)]


def test_a_child_of_several_allocations_is_one_and_works_until_its_last_ends(watch, tmp_path):
    watch.look(0, 0)
    watch.look(10, 1, child(1, 9, 30.0))
    watch.look(20, 1, child(1, 9, 45.0), child(1, 9, 10.0))

    assert told(tmp_path) == [(0.0, 45.0)]


def test_children_that_came_while_nomad_forgot_others_are_found_when_they_finish(watch, tmp_path):
    watch.look(0, 100)
    watch.look(10, 60)  # Fifty were forgotten, and ten came.
    watch.look(20, 61)
    watch.look(200, 61, child(1, 7), child(2, 19))

    assert told(tmp_path) == [(0.0, 60.0), (12.0, 60.0)]


def test_what_came_while_the_daemon_was_away_is_spread_over_that_time(watch, tmp_path):
    watch.look(0, 0)
    watch.look(10, 1, child(1, 10, 30.0))
    watch.restart()
    watch.look(3610, 101)

    times = [seconds for seconds, _ in told(tmp_path)]

    assert len(times) == 101
    assert 0 < min(times[1:]) < 600
    assert 3000 < max(times) <= 3600
    assert len(set(times)) == 101


def test_a_node_whose_clock_is_a_little_off_makes_no_second_child(watch, tmp_path):
    watch.look(0, 0)
    watch.look(10, 1)
    watch.look(20, 1)
    watch.look(90, 1, child(1, 11.5))

    assert told(tmp_path) == [(0.0, 60.0)]


def test_a_part_of_it_is_counted_back_from_its_last_word_or_told_in_instants(watch, tmp_path):
    watch.look(0, 0)
    for number in range(1, 10):
        watch.look(number * 100, number, child(number, number * 100 - 1, float(number)))

    last = read_arrivals(tmp_path, POOL, since=timedelta(seconds=210))
    middle = read_trace(tmp_path, POOL, Stretch(since=at(300), until=timedelta(seconds=400)))

    assert [one.service_seconds for one in last] == [7.0, 8.0, 9.0]
    assert [one.service_seconds for one in middle.arrivals] == [4.0, 5.0]
    assert middle.first_at == at(399).astimezone(UTC)


def test_jobs_and_pools_are_kept_apart(watch, tmp_path):
    watch.look(0, 0)
    watch.look(0, 0, job="other")
    watch.look(0, 0, pool="gpu")
    watch.look(10, 1, child(1, 9, 10.0))
    watch.look(10, 2, child(1, 9, 20.0, job="other"), job="other")
    watch.look(10, 1, child(1, 9, 30.0), pool="gpu")

    arrivals = read_arrivals(tmp_path, POOL)

    assert [(one.job, one.service_seconds) for one in arrivals] == [
        ("other", 20.0),
        ("transcode", 10.0),
        ("other", 20.0),
    ]
    assert told(tmp_path) != [
        (one.at_seconds, one.service_seconds) for one in read_arrivals(tmp_path, "gpu")
    ]


def test_where_no_child_has_finished_what_was_learned_before_is_drawn_from(watch, tmp_path):
    """As after an upgrade: the daemon knew service times before it kept children."""
    watch.remember(Memory(service_seconds={"transcode": {"": (33.0,)}}), 0)
    watch.look(0, 0)
    watch.look(10, 2)

    assert told(tmp_path) == [(0.0, 33.0), (0.0, 33.0)]


def test_what_was_learned_in_a_form_that_is_no_longer_read_is_drawn_from_by_nobody(watch, tmp_path):
    watch.remember(Memory(), 0)
    watch.look(0, 0)
    watch.look(10, 2)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE memory SET memory = '{\"boots\": 5}'")

    with pytest.raises(InputError, match="none has finished"):
        read_arrivals(tmp_path, POOL)


def test_a_journal_of_version_1_has_counted_no_children_and_says_so(tmp_path):
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.executescript(VERSION_1.read_text())

    with pytest.raises(InputError, match="has counted no children of pool 'transcode'"):
        read_arrivals(tmp_path, POOL)


def test_a_job_of_which_nothing_is_known_works_as_the_others_do(watch, tmp_path):
    watch.look(0, 0)
    watch.look(0, 0, job="other")
    watch.look(10, 1, child(1, 9, 10.0))
    watch.look(10, 1, job="other")

    assert told(tmp_path) == [(0.0, 10.0), (1.0, 10.0)]


def test_a_child_that_worked_for_no_time_at_all_is_one_all_the_same(watch, tmp_path):
    watch.look(0, 0)
    watch.look(10, 1, child(1, 9, 0.0))

    assert told(tmp_path) == [(0.0, 0.001)]


def test_a_child_whose_id_tells_nothing_came_when_it_was_placed_at_the_latest(watch, tmp_path):
    watch.look(0, 0)
    watch.look(10, 1)
    watch.look(20, 2)
    watch.look(60, 2, Finished(None, 30.0, "transcode/dispatch-x", None, at(15)))
    watch.look(70, 2, Finished(None, 60.0))

    assert told(tmp_path) == [(0.0, 60.0), (5.0, 30.0)]


def test_the_oldest_children_go_by_age_and_by_number(tmp_path):
    bounds = Bounds(age=timedelta(seconds=500), child_count=30)
    with closing(Watch(tmp_path, bounds=bounds)) as watch:
        watch.look(0, 0)
        for number in range(1, 101):
            watch.look(number * 10, number, child(number, number * 10 - 1, float(number)))

    assert [seconds for _, seconds in told(tmp_path)] == [float(n) for n in range(71, 101)]


@pytest.mark.parametrize(
    ("looks", "since", "says"),
    [
        ([], None, "tells of no pool yet"),
        ([(0, None)], None, "tells of no pool yet"),
        ([(0, 5)], None, "no child of pool 'transcode' came"),
        ([(0, 5), (10, 6)], None, "1 children came, and none has finished"),
        ([(0, 5), (10, 6, child(1, 9)), (999, 6)], 60, "let --since reach further back"),
    ],
)
def test_where_there_is_nothing_it_says_so_and_what_would_mend_it(
    watch, tmp_path, looks, since, says
):
    for look in looks:
        watch.look(*look)

    with pytest.raises(InputError, match=says):
        read_arrivals(tmp_path, POOL, since and timedelta(seconds=since))


def test_a_pool_that_is_not_there_is_told_with_those_that_are(watch, tmp_path):
    watch.look(0, 5)
    watch.look(0, 5, pool="gpu")

    with pytest.raises(InputError, match=r"no pool 'cpu': .* tells of gpu, transcode"):
        read_arrivals(tmp_path, "cpu")
    with pytest.raises(InputError, match=r"which pool\? .* tells of gpu, transcode"):
        read_trace(tmp_path, None, Stretch())


def test_where_there_is_no_journal_it_says_so(tmp_path):
    with pytest.raises(InputError, match="no such directory"):
        read_arrivals(tmp_path / "nowhere", POOL)
    with pytest.raises(InputError, match="no journal there"):
        read_arrivals(tmp_path, POOL)


def test_a_broken_file_and_one_that_is_none_are_told_in_one_line(watch, tmp_path):
    watch.look(0, 5)
    watch.close()
    file = tmp_path / FILE_NAME
    whole = file.read_bytes()

    for content in (b"no database" * 500, whole[:4096] + b"\xa5" * (len(whole) - 4096)):
        file.write_bytes(content)
        with pytest.raises(
            InputError, match=r"cannot be read: .*; it is no whole database"
        ) as raised:
            read_arrivals(tmp_path, POOL)
        assert "\n" not in str(raised.value)


def test_a_file_of_a_later_version_is_left_alone(watch, tmp_path):
    watch.look(0, 5)
    watch.close()
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(InputError, match="version 99"):
        read_arrivals(tmp_path, POOL)


def test_it_is_read_while_a_daemon_writes(watch, tmp_path):
    watch.look(0, 0)
    watch.look(10, 1, child(1, 9))
    before = told(tmp_path)
    watch.look(20, 2, child(2, 19))

    assert (len(before), len(told(tmp_path))) == (1, 2)

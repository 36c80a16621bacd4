"""A day of minutes in the journal, over restarts and versions."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.journal import FILE_NAME, Journal, open_journal
from autoscaler.adapters.journal_file import NEWEST_VERSION
from autoscaler.alarms import Alarms
from autoscaler.core.memory import Memory
from autoscaler.loop import run_cycle
from autoscaler.status.documents import Point
from autoscaler.status.past import PastCycle
from tests.builders import EPOCH, a_queue, an_observation, at, some_settings
from tests.fakes import FakeClock, FakeWorld

RECORDINGS = Path(__file__).parents[3] / "recordings" / "journal"
OLD_VERSIONS = (1, 2)
POINT = Point(at(0), 5, 2, 30.25, 1, 0, 0, 1, 2)
UNKNOWN = Point(at(60), None, None, None, None, None, None, None, None)


@pytest.fixture
def journal(tmp_path):
    """A new one."""
    with closing(open_journal(tmp_path, at(0))) as opened:
        yield opened


@pytest.fixture(params=OLD_VERSIONS)
def old(request, tmp_path):
    """The directory of a journal that an older version wrote."""
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.executescript((RECORDINGS / f"version-{request.param}.sql").read_text())
    return tmp_path


def test_minutes_come_back_as_they_were_unknown_ones_too(journal, tmp_path):
    for point in (POINT, UNKNOWN):
        journal.keep_minute("transcode", point)
    journal.keep_minute("other", replace(POINT, pending=9))

    with closing(open_journal(tmp_path, at(0), read_only=True)) as again:
        assert again.minutes("transcode", at(-60)) == (POINT, UNKNOWN)
        assert again.minutes("transcode", at(60)) == (UNKNOWN,)
        assert again.minutes("other", at(0)) == (replace(POINT, pending=9),)
        assert again.minutes("neither", at(0)) == ()


def test_a_minute_that_is_written_again_takes_the_place_of_the_first(journal):
    journal.keep_minute("transcode", POINT)
    journal.keep_minute("transcode", replace(POINT, pending=8))

    assert journal.minutes("transcode", at(0)) == (replace(POINT, pending=8),)


def test_a_little_more_than_a_day_is_kept_of_whichever_pool(journal, tmp_path):
    for hours in (0, 1, 25, 26):
        later = EPOCH + timedelta(hours=hours)
        journal.keep_minute("gone" if not hours else "transcode", replace(POINT, at=later))

    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        kept = connection.execute("SELECT pool, at FROM minute ORDER BY at").fetchall()
    hours_kept = [(pool, (seconds - EPOCH.timestamp()) / 3600) for pool, seconds in kept]
    assert hours_kept == [("transcode", 1), ("transcode", 25), ("transcode", 26)]


def a_course(journal, count, acting):
    """So many cycles, of which every so manieth buys."""
    clock = FakeClock()
    for number in range(count):
        waiting = 3 if number % acting == 0 else 0
        world = FakeWorld(an_observation(queue=a_queue(waiting)))
        settings, name = some_settings(), f"c-{number}"
        report = run_cycle(world, [], settings, Memory(), clock, cycle_id=name)
        journal.record(report)
        clock.advance(10)
    return report


def test_the_last_cycles_are_told_of_and_before_them_those_that_acted(journal):
    last = a_course(journal, 300, 50)

    past = journal.past_cycles("transcode")

    numbers = [int(one.cycle_id.removeprefix("c-")) for one in past]
    assert numbers == [0, 50, 100, 150, *range(200, 300)]
    assert past[-1] == PastCycle(
        "transcode",
        "c-299",
        last.ended_at,
        "no_op",
        last.duration_seconds,
        replace(last.decision, memory=Memory()),
        (),
    )
    assert [one.outcome for one in past[0].actions] == ["applied"]
    assert journal.past_cycles("neither") == ()


def test_cycles_that_another_version_wrote_otherwise_are_left_out(journal):
    a_course(journal, 3, 2)
    _break(journal, "UPDATE cycle SET decision = '{}' WHERE id = 2")

    assert [one.cycle_id for one in journal.past_cycles("transcode")] == ["c-0", "c-2"]


def test_the_past_of_an_older_journal_is_told(old):
    with closing(open_journal(old, at(60))) as journal:
        assert [one.cycle_id for one in journal.past_cycles("transcode")] == ["c-0", "c-1", "c-2"]


def test_an_older_journal_is_carried_on(old):
    with closing(open_journal(old, at(60))) as journal:
        assert journal.minutes("transcode", at(0)) == ()
        journal.keep_minute("transcode", POINT)

        assert journal.minutes("transcode", at(0)) == (POINT,)
        cycles = [one.cycle_id for one in journal.cycles("transcode", last=9)]
        assert cycles == ["c-0", "c-1", "c-2"]
    with closing(sqlite3.connect(old / FILE_NAME)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (NEWEST_VERSION,)


def test_an_older_journal_is_read_without_being_changed(old):
    as_it_was = (old / FILE_NAME).read_bytes()

    with closing(open_journal(old, at(60), read_only=True)) as journal:
        assert journal.minutes("transcode", at(0)) == ()
        assert len(journal.cycles("transcode", last=9)) == 3

    assert (old / FILE_NAME).read_bytes() == as_it_was


def test_there_is_a_recording_of_every_older_version():
    assert tuple(range(1, NEWEST_VERSION)) == OLD_VERSIONS


def test_a_minute_that_cannot_be_written_is_an_alarm_until_one_can(tmp_path):
    alarms = Alarms(lambda: at(5))
    with closing(open_journal(tmp_path, at(0), alarms=alarms)) as journal, capture_logs():
        _break(journal, "ALTER TABLE minute RENAME TO elsewhere")
        journal.keep_minute("transcode", POINT)
        (alarm,) = alarms.standing()
        _break(journal, "ALTER TABLE elsewhere RENAME TO minute")
        journal.keep_minute("transcode", POINT)

    assert (alarm.code, alarm.since) == ("journal.failing", at(5))
    assert "no such table: minute" in alarm.what
    assert "disk full" in alarm.mend
    assert alarms.standing() == ()


def test_a_journal_that_cannot_be_had_is_an_alarm_until_one_can(tmp_path):
    alarms = Alarms(lambda: at(5))
    (tmp_path / "state").write_text("in the way")
    with capture_logs():
        assert open_journal(tmp_path / "state", at(0), alarms=alarms) is None
    (alarm,) = alarms.standing()
    (tmp_path / "state").unlink()
    opened = open_journal(tmp_path / "state", at(0), alarms=alarms)
    opened.close()

    assert alarm.code == "journal.unavailable"
    assert "state_dir" in alarm.mend
    assert alarms.standing() == ()


def test_minutes_that_cannot_be_read_are_none_and_said(journal):
    _break(journal, "ALTER TABLE minute RENAME TO elsewhere")

    with capture_logs() as logs:
        assert journal.minutes("transcode", at(0)) == ()

    assert [one["event"] for one in logs] == ["journal.unreadable"]


def _break(journal: Journal, statement: str) -> None:
    """Behind its back."""
    with journal._connection:
        journal._connection.execute(statement)

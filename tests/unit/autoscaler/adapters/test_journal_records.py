"""Records of cycles: enough to decide again, kept within bounds, old ones still read."""

import shutil
import sqlite3
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.journal import FILE_NAME, Bounds, open_journal
from autoscaler.core.memory import Memory
from autoscaler.core.model import NodeFacts
from autoscaler.core.policy import decide
from autoscaler.core.settings import Schedule
from autoscaler.loop import run_cycle
from tests.builders import a_node, a_queue, an_observation, at, some_settings
from tests.fakes import FakeClock, FakeWorld

VERSION_1 = Path(__file__).parents[3] / "recordings" / "journal" / "version-1.sql"
FACTS = NodeFacts("kind-1", {"attr.cpu.arch": "amd64"})


def a_course(count, *, pool="transcode", strategy="backlog"):
    """So many cycles, each with what the one before remembered."""
    every_day = Schedule(cron="0 11 * * *", duration=timedelta(hours=3), min=2)
    settings = replace(some_settings(strategy=strategy), name=pool, schedules=(every_day,))
    memory, clock = Memory(), FakeClock()
    for number in range(count):
        clock.advance(10)
        nodes = [a_node(n, live=number % 3, facts=FACTS) for n in range(1 + number % 5)]
        queue = a_queue(number * 7 % 11, dispatched_count=number)
        world = FakeWorld(replace(an_observation(*nodes, queue=queue), pool=pool))
        report = run_cycle(world, [], settings, memory, clock, cycle_id=f"c-{number}")
        memory = report.memory
        yield report


def written(directory, reports, **how):
    """Write them down, in one journal."""
    journal = open_journal(directory, at(0), **how)
    with closing(journal):
        for report in reports:
            journal.record(report)


def records(directory, *, last=10_000, pool="transcode"):
    """Read them, as one who may change nothing."""
    with closing(open_journal(directory, at(0), read_only=True)) as journal:
        return journal.cycles(pool, last=last)


def execute(file, script):
    """Change the file behind the journal's back."""
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(script)


@pytest.fixture
def old(tmp_path):
    """The directory of a journal that version 1 wrote."""
    execute(tmp_path / FILE_NAME, VERSION_1.read_text())
    return tmp_path


def test_each_record_is_enough_to_decide_again_and_equal(tmp_path):
    written(tmp_path, a_course(100))

    again = [
        decide(one.observation, one.settings, one.memory, one.now) for one in records(tmp_path)
    ]

    assert again == [report.decision for report in a_course(100)]
    assert {window.size_min for window in records(tmp_path)[0].observation.windows} == {2}


def test_a_record_reads_back_whole_after_a_restart_and_among_those_of_other_pools(tmp_path):
    ours, others = [*a_course(40)], [*a_course(40, pool="other", strategy="per_node")]
    mixed = [report for both in zip(ours, others, strict=True) for report in both]
    written(tmp_path, mixed[:30])
    written(tmp_path, mixed[30:])

    found = records(tmp_path, pool="other")

    assert [one.decision for one in found] == [report.decision for report in others]
    assert [one.memory for one in found] == [report.memory_before for report in others]
    assert {one.settings for one in found} == {others[0].settings}


def test_what_is_left_within_the_bounds_is_still_whole_and_its_texts_are_no_more(tmp_path):
    written(tmp_path, a_course(300), bounds=Bounds(count=40))

    found = records(tmp_path)

    assert [one.cycle_id for one in found] == [f"c-{number}" for number in range(260, 300)]
    assert all(one.settings is not None for one in found)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        ((texts,),) = connection.execute("SELECT count(*) FROM text")
    # Those of the volume in which the oldest record is, as well.
    assert 40 <= texts < 40 + 32


def test_after_a_write_that_failed_the_records_that_follow_are_whole(tmp_path):
    journal = open_journal(tmp_path, at(0))
    with closing(journal), capture_logs() as logs:
        for number, report in enumerate(a_course(30)):
            if number == 10:
                journal._connection.execute("PRAGMA query_only = ON")
            if number == 15:
                journal._connection.execute("PRAGMA query_only = OFF")
            journal.record(report)

    found = records(tmp_path)

    assert [one["event"] for one in logs] == ["journal.failing", "journal.recovered"]
    kept = [number for number in range(30) if not 10 <= number < 15]
    assert [one.cycle_id for one in found] == [f"c-{number}" for number in kept]
    assert all(one.settings is not None for one in found)


def test_a_record_whose_text_is_gone_is_passed_over_and_said(tmp_path):
    written(tmp_path, a_course(5))
    execute(tmp_path / FILE_NAME, "DELETE FROM text WHERE id = 3")

    with capture_logs() as logs:
        found = records(tmp_path)

    assert {"c-0", "c-1"} <= {one.cycle_id for one in found}
    assert "c-2" not in {one.cycle_id for one in found}
    assert [one["event"] for one in logs] == ["journal.cycles_ignored"]


def test_many_like_each_other_take_little_room(tmp_path):
    nodes = [a_node(n, live=2, facts=FACTS) for n in range(500)]
    (report,) = a_course(1)
    report = replace(report, observation=an_observation(*nodes, queue=a_queue(5, 1000)))
    written(tmp_path, [report])
    execute(tmp_path / FILE_NAME, "PRAGMA wal_checkpoint(TRUNCATE)")
    one = (tmp_path / FILE_NAME).stat().st_size

    written(tmp_path, [report] * 30)
    execute(tmp_path / FILE_NAME, "PRAGMA wal_checkpoint(TRUNCATE)")

    # One at the restart, whole, and 29 that only refer to it.
    assert (tmp_path / FILE_NAME).stat().st_size < 2 * one + 29 * 2048


def test_a_journal_of_version_1_is_carried_on(old):
    with closing(open_journal(old, at(60))) as journal:
        assert journal.memory("transcode", at(60)).boot_seconds == (61.5, 70.25)
        before = journal.cycles("transcode", last=9)
        for report in a_course(2):
            journal.record(report)
            journal.note("transcode", report.observation, report.now)
        after = journal.cycles("transcode", last=9)

    assert [one.cycle_id for one in after] == ["c-0", "c-1", "c-2", "c-0", "c-1"]
    assert after[:3] == before
    assert (before[0].outcome, before[0].decision.buy) == ("applied", 2)
    assert (before[0].settings, before[0].memory, before[0].now) == (None, None, None)
    assert after[3].settings is not None


def test_a_journal_of_version_1_is_read_without_being_changed(old, tmp_path):
    as_it_was = (old / FILE_NAME).read_bytes()

    with closing(open_journal(old, at(60), read_only=True)) as journal:
        assert journal.memory("transcode", at(60)).boot_seconds == (61.5, 70.25)
        found = journal.cycles("transcode", last=2)

    assert [one.cycle_id for one in found] == ["c-1", "c-2"]
    assert (old / FILE_NAME).read_bytes() == as_it_was


def test_old_records_go_before_new_ones(old):
    written(old, a_course(5), bounds=Bounds(count=4))

    assert [one.settings is None for one in records(old)] == [False] * 4


def test_settings_of_another_version_leave_the_rest_of_the_record(tmp_path):
    """Such as one with a key that there is no more."""
    (report,) = a_course(1)
    written(tmp_path, [report])
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        ((fresh,),) = connection.execute("SELECT fresh FROM text")
    text = zlib.decompress(fresh).replace(b'"boot_timeout"', b'"boot_timeoux"')
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE text SET fresh = ?", (zlib.compress(text),))

    (record,) = records(tmp_path)

    assert record.observation == report.observation
    assert (record.settings, record.memory, record.now) == (None, None, None)


def test_a_copy_that_nothing_may_be_written_beside_is_read(tmp_path):
    """SQLite makes side files even to read, where the last writer left it in WAL mode."""
    written(tmp_path / "state", a_course(3))
    copied = tmp_path / "copy"
    copied.mkdir()
    shutil.copy(tmp_path / "state" / FILE_NAME, copied)
    copied.chmod(0o555)
    try:
        found = records(copied)
    finally:
        copied.chmod(0o755)

    assert len(found) == 3

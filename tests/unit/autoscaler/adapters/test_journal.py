"""The journal: kept across restarts, bounded, and never in anybody's way."""

import sqlite3
import stat
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.journal import FILE_NAME, Bounds, open_journal
from autoscaler.core.memory import Arrivals, Boot, Memory
from autoscaler.loop import run_cycle
from tests.builders import a_queue, an_observation, at, some_settings
from tests.fakes import FakeClock, FakeWorld

LEARNED = Memory(
    boot_seconds=(61.5, 70.25),
    service_seconds={"transcode": {"small": (12.5,)}},
    boots={"i-1": Boot("spot", at(0), at(1))},
)
OF_THE_MOMENT = replace(
    LEARNED,
    idle_since={"node-1": at(-60)},
    arrivals=(Arrivals(at(-60), 5),),
    dispatched={"transcode": 7},
)


@pytest.fixture
def opened(tmp_path):
    """Opens journals in one directory, and closes them at the end."""
    journals = []

    def make(**how):
        journal = open_journal(tmp_path / "state", at(0), **how)
        if journal is not None:
            journals.append(journal)
        return journal

    yield make
    for journal in journals:
        journal.close()


@pytest.fixture
def file(tmp_path):
    """Where it is."""
    return tmp_path / "state" / FILE_NAME


def a_report(number=0, *, pending=3, pool="transcode"):
    """A cycle so many seconds after the epoch of the tests."""
    clock = FakeClock()
    clock.advance(number)
    settings = replace(some_settings(), name=pool)
    world = FakeWorld(replace(an_observation(queue=a_queue(pending)), pool=pool))
    return run_cycle(world, [], settings, Memory(), clock, cycle_id=f"c-{number}")


def rows(file, query):
    """What a query of the file gives."""
    connection = sqlite3.connect(file)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def damage(file):
    """Overwrite all of its pages but the first, as a disk that fails does."""
    data = file.read_bytes()
    file.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


def test_what_a_pool_remembers_is_kept_across_a_restart(opened):
    opened().remember("transcode", OF_THE_MOMENT, at(0))

    again = opened()

    assert again.memory("transcode", at(30)) == OF_THE_MOMENT
    assert again.memory("other", at(30)) is None


def test_the_last_memory_of_each_pool_is_the_one_that_is_kept(opened):
    journal = opened()
    journal.remember("transcode", Memory(), at(0))
    journal.remember("transcode", LEARNED, at(1))
    journal.remember("other", Memory(never_joined_count=1), at(1))

    assert journal.memory("transcode", at(2)) == LEARNED
    assert journal.memory("other", at(2)) == Memory(never_joined_count=1)


def test_after_a_longer_absence_only_what_was_learned_is_still_true(opened):
    """A node may have worked meanwhile, and then it has not idled since."""
    opened().remember("transcode", OF_THE_MOMENT, at(0))

    assert opened().memory("transcode", at(121)) == LEARNED


def test_a_memory_from_a_time_that_is_yet_to_come_is_set_along_with_the_clock(opened):
    """Else a heartbeat of before would not be due for an hour."""
    memory = replace(OF_THE_MOMENT, heartbeats={"i-1": at(3590)}, last_scale_in_at=at(3500))
    opened().remember("transcode", memory, at(3600))

    found = opened().memory("transcode", at(0))

    assert found is not None
    assert (found.heartbeats, found.last_scale_in_at) == ({"i-1": at(-10)}, at(-100))
    assert found.idle_since == {}


def test_a_memory_of_another_version_is_ignored_and_said(opened, file):
    opened().remember("transcode", LEARNED, at(0))
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("UPDATE memory SET memory = '{\"boots\": 5}'")
    connection.close()

    with capture_logs() as logs:
        assert opened().memory("transcode", at(1)) is None

    assert [one["event"] for one in logs] == ["journal.memory_ignored"]


def test_a_cycle_reads_back_as_it_was(opened):
    report = a_report()
    opened().record(report)

    (record,) = opened().cycles("transcode", last=10)

    assert (record.cycle_id, record.at, record.outcome) == ("c-0", at(0), "applied")
    assert record.observation == report.observation
    assert record.decision == report.decision
    assert record.actions == report.actions


def test_the_last_cycles_of_a_pool_come_oldest_first(opened):
    journal = opened()
    for number in range(4):
        journal.record(a_report(number))
    journal.record(a_report(9, pool="other"))

    assert [one.cycle_id for one in journal.cycles("transcode", last=2)] == ["c-2", "c-3"]


def test_cycles_of_another_version_are_left_out_and_said(opened, file):
    journal = opened()
    journal.record(a_report(1))
    journal.record(a_report(2))
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("UPDATE cycle SET actions = '[{}]' WHERE cycle_id = 'c-1'")
    connection.close()

    with capture_logs() as logs:
        assert [one.cycle_id for one in journal.cycles("transcode", last=9)] == ["c-2"]

    assert [(one["event"], one["count"]) for one in logs] == [("journal.cycles_ignored", 1)]


@pytest.mark.parametrize(
    ("bounds", "kept"),
    [
        (Bounds(count=3), ["c-7", "c-8", "c-9"]),
        (Bounds(age=timedelta(seconds=2)), ["c-7", "c-8", "c-9"]),
        (Bounds(), [f"c-{number}" for number in range(10)]),
    ],
)
def test_the_oldest_cycles_go_by_number_and_by_age(opened, bounds, kept):
    journal = opened(bounds=bounds)
    for number in range(10):
        journal.record(a_report(number))

    assert [one.cycle_id for one in journal.cycles("transcode", last=100)] == kept


def test_the_file_grows_no_further_than_its_bound(opened, file):
    bound = 200_000
    journal = opened(bounds=Bounds(size_bytes=bound))
    for number in range(300):
        journal.record(a_report(number))

    ((pages, size),) = rows(
        file, "SELECT page_count, page_size FROM pragma_page_count, pragma_page_size"
    )
    assert pages * size < 1.5 * bound
    assert journal.cycles("transcode", last=1)[0].cycle_id == "c-299"


def test_nobody_else_may_read_it(opened, file):
    opened().record(a_report())

    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in file.parent.iterdir()}

    assert set(modes) >= {FILE_NAME, f"{FILE_NAME}-wal"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_file_that_is_no_database_is_set_aside_and_a_new_one_begun(opened, file):
    content = b"no database at all, of some length" * 100
    file.parent.mkdir()
    file.write_bytes(content)

    with capture_logs() as logs:
        journal = opened()
    journal.remember("transcode", LEARNED, at(0))

    assert [one["event"] for one in logs] == ["journal.set_aside"]
    aside = file.with_name(f"{FILE_NAME}.corrupt-20260301T120000Z")
    assert logs[0]["path"] == str(aside)
    assert aside.read_bytes() == content
    assert journal.memory("transcode", at(1)) == LEARNED


def test_a_file_that_breaks_under_way_is_set_aside_once_and_the_daemon_goes_on(opened, file):
    first = opened()
    for number in range(20):
        first.record(a_report(number))
    first.close()
    damage(file)

    with capture_logs() as logs:
        journal = opened()
        assert journal.memory("transcode", at(29)) is None
        journal.record(a_report(30))
        journal.record(a_report(31))

    assert [one["event"] for one in logs] == ["journal.unreadable", "journal.set_aside"]
    assert [one.cycle_id for one in journal.cycles("transcode", last=9)] == ["c-31"]


def test_cycles_of_a_file_that_broke_are_none_and_said(opened, file):
    first = opened()
    for number in range(20):
        first.record(a_report(number))
    first.close()
    damage(file)

    with capture_logs() as logs:
        assert opened(read_only=True).cycles("transcode", last=9) == ()

    assert [one["event"] for one in logs] == ["journal.unreadable"]


@pytest.mark.parametrize("read_only", [False, True])
def test_a_journal_that_cannot_be_opened_is_done_without(tmp_path, read_only):
    with capture_logs() as logs:
        assert open_journal(tmp_path / ("x" * 300), at(0), read_only=read_only) is None

    assert [one["event"] for one in logs] == ["journal.unavailable"]
    assert "state_dir" in logs[0]["mend"]


def test_a_journal_of_a_later_version_is_left_as_it_is(opened, file):
    opened().close()
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with capture_logs() as logs:
        assert opened() is None

    assert [one["event"] for one in logs] == ["journal.unavailable"]
    assert "version 99" in logs[0]["error"]
    assert rows(file, "PRAGMA user_version") == [(99,)]


def test_what_cannot_be_written_is_said_once_and_so_is_its_end(opened):
    """The disk is full, for a while."""
    journal = opened()
    full = "PRAGMA max_page_count = 1"
    with capture_logs() as logs:
        journal._connection.execute(full)
        for number in range(20):
            journal.record(a_report(number))
        journal._connection.execute(full.replace("1", "1000000"))
        journal.record(a_report(20))

    assert [one["event"] for one in logs] == ["journal.failing", "journal.recovered"]
    assert "full" in logs[0]["error"]
    assert journal.cycles("transcode", last=1)[0].cycle_id == "c-20"


def test_after_its_end_nothing_is_written_and_nothing_breaks(opened):
    journal = opened()
    journal.close()

    with capture_logs() as logs:
        journal.record(a_report())
        journal.remember("transcode", Memory(), at(0))
        assert journal.memory("transcode", at(0)) is None

    assert [one["event"] for one in logs] == ["journal.failing", "journal.unreadable"]


def test_read_only_it_shows_what_is_there_and_makes_nothing(opened, file):
    assert opened(read_only=True) is None
    assert not file.parent.exists()

    opened().remember("transcode", LEARNED, at(0))

    reader = opened(read_only=True)
    with capture_logs() as logs:
        reader.remember("transcode", Memory(), at(1))
    assert reader.memory("transcode", at(1)) == LEARNED
    assert "readonly" in logs[0]["error"]


def test_read_only_a_broken_one_stays_where_it_is(opened, file):
    file.parent.mkdir()
    file.write_bytes(b"no database" * 100)

    with capture_logs() as logs:
        assert opened(read_only=True) is None

    assert [one["event"] for one in logs] == ["journal.unavailable"]
    assert list(file.parent.iterdir()) == [file]

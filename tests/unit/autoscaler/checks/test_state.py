"""The daemon's state, judged from facts; and looked at without leaving a trace."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from autoscaler.adapters.journal import FILE_NAME
from autoscaler.adapters.journal_file import NEWEST_VERSION, connect
from autoscaler.checks.state import (
    DirectoryFacts,
    JournalFacts,
    StateFacts,
    judge_directory,
    judge_journal,
    judge_state,
    read_state,
)

WHERE = Path("/var/lib/autoscaler")
WELL = DirectoryFacts(WHERE, WHERE, True, "autoscaler", "autoscaler", "ext4", 40_000)
JOURNAL = JournalFacts(WHERE / FILE_NAME, NEWEST_VERSION)


def test_a_directory_on_a_disk_with_room_is_well() -> None:
    assert [one.verdict for one in judge_directory(WELL)] == ["ok"]


@pytest.mark.parametrize(
    ("facts", "code", "verdict"),
    [
        (replace(WELL, writable=False), "state.unwritable", "wrong"),
        (replace(WELL, user="root"), "state.unwritable", "unknown"),
        (replace(WELL, filesystem="tmpfs"), "state.in_memory", "warning"),
        (replace(WELL, filesystem="nfs4"), "state.on_network", "warning"),
        (replace(WELL, free_mib=100), "state.room", "warning"),
        (replace(WELL, free_mib=3), "state.room", "wrong"),
    ],
)
def test_each_trouble_of_the_directory_is_told(
    facts: DirectoryFacts, code: str, verdict: str
) -> None:
    found = {one.code: one for one in judge_directory(facts)}

    assert found[code].verdict == verdict
    assert found[code].mend


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (JOURNAL, "ok"),
        (replace(JOURNAL, version=None), "ok"),
        (replace(JOURNAL, version=NEWEST_VERSION + 1), "wrong"),
        (replace(JOURNAL, version=None, error="file is not a database"), "wrong"),
    ],
)
def test_a_journal_that_this_program_cannot_use_is_wrong(facts: JournalFacts, verdict: str) -> None:
    assert [one.verdict for one in judge_journal(facts)] == [verdict]


@pytest.mark.parametrize(
    ("facts", "says", "verdict"),
    [
        (StateFacts(WELL, JOURNAL, 4711, None), "pid 4711", "ok"),
        (StateFacts(WELL, JOURNAL, None, None), "no daemon runs", "ok"),
        (StateFacts(WELL, JOURNAL, None, "it hangs"), "it hangs", "warning"),
    ],
)
def test_whether_a_daemon_runs_is_told(facts: StateFacts, says: str, verdict: str) -> None:
    found = list(judge_state(facts))[-1]

    assert says in found.says
    assert found.verdict == verdict


def test_no_state_dir_is_a_warning() -> None:
    assert [one.verdict for one in judge_state(None)] == ["warning"]


def test_to_look_leaves_no_trace(tmp_path: Path) -> None:
    """Not even the files that SQLite makes to read."""
    connect(tmp_path / FILE_NAME, read_only=False).close()
    before = {one.name: one.stat().st_mtime_ns for one in tmp_path.iterdir()}

    found = read_state(tmp_path)

    assert found.journal.version == NEWEST_VERSION
    assert found.daemon_pid is None
    assert found.directory.writable
    assert {one.name: one.stat().st_mtime_ns for one in tmp_path.iterdir()} == before


def test_a_journal_in_use_is_read_beside_its_writer(tmp_path: Path) -> None:
    with closing(connect(tmp_path / FILE_NAME, read_only=False)):
        assert read_state(tmp_path).journal.version == NEWEST_VERSION


def test_what_is_no_journal_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("once upon a time, there was a long file\n" * 99)

    assert "not a database" in (read_state(tmp_path).journal.error or "")


def test_one_of_a_newer_program_is_seen_as_such(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute(f"PRAGMA user_version = {NEWEST_VERSION + 3}")
        connection.execute("CREATE TABLE t (a)")

    assert read_state(tmp_path).journal.version == NEWEST_VERSION + 3


def test_a_directory_that_is_not_there_is_looked_at_where_it_would_be_made(tmp_path: Path) -> None:
    found = read_state(tmp_path / "not" / "there").directory

    assert found.there == tmp_path
    assert not (tmp_path / "not").exists()

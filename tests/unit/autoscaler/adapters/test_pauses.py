"""The file of the pauses: written whole, for the daemon to read, and never guessed at."""

import fcntl
import json
import os
import stat
import threading
from pathlib import Path

import pytest

from autoscaler.adapters.pauses import (
    FILE_NAME,
    PausesUnreadable,
    PausesUnwritable,
    end_pauses,
    problem_of,
    read_pauses,
    set_pauses,
)
from autoscaler.core.pause import Pause
from tests.builders import at

HOUR = Pause(at(0), at(3600), "the database is being moved", "ann")
ENDLESS = Pause(at(10), None, "Umzug der Datenbank, bis Montag", "bob")
NOW = at(20)


def files_in(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


def test_what_is_written_reads_back_equal(tmp_path: Path) -> None:
    assert set_pauses(tmp_path, {"transcode": HOUR, "thumbnail": ENDLESS}, NOW) == {}

    assert read_pauses(tmp_path) == {"transcode": HOUR, "thumbnail": ENDLESS}


def test_it_is_the_owners_alone_and_nothing_else_is_left_behind(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        set_pauses(tmp_path, {"transcode": HOUR}, NOW)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    assert files_in(tmp_path) == [FILE_NAME]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_writes_is_the_daemons_to_read(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 23456)

    set_pauses(tmp_path, {"transcode": HOUR}, NOW)

    found = (tmp_path / FILE_NAME).stat()
    assert (found.st_uid, found.st_gid) == (12345, 23456)


def test_a_pause_replaces_one_that_is_in_force_and_leaves_other_pools_alone(
    tmp_path: Path,
) -> None:
    set_pauses(tmp_path, {"transcode": HOUR, "thumbnail": HOUR}, NOW)

    assert set_pauses(tmp_path, {"transcode": ENDLESS}, NOW) == {"transcode": HOUR}
    assert read_pauses(tmp_path) == {"transcode": ENDLESS, "thumbnail": HOUR}


def test_what_has_expired_is_neither_replaced_nor_ended_nor_kept(tmp_path: Path) -> None:
    set_pauses(tmp_path, {"transcode": HOUR, "thumbnail": HOUR}, NOW)

    assert set_pauses(tmp_path, {"other": ENDLESS}, at(3600)) == {}
    assert read_pauses(tmp_path) == {"other": ENDLESS}
    assert end_pauses(tmp_path, ["transcode"], at(3600)) == {}


def test_pauses_are_ended_by_pool_or_all_at_once_and_then_there_is_no_file(tmp_path: Path) -> None:
    set_pauses(tmp_path, {"a": HOUR, "b": HOUR, "c": ENDLESS}, NOW)

    assert end_pauses(tmp_path, ["a", "never"], NOW) == {"a": HOUR}
    assert end_pauses(tmp_path, None, NOW) == {"b": HOUR, "c": ENDLESS}
    assert files_in(tmp_path) == []
    assert end_pauses(tmp_path, None, NOW) == {}


def test_without_a_file_or_a_directory_nothing_is_paused(tmp_path: Path) -> None:
    assert read_pauses(tmp_path) == {}
    assert read_pauses(tmp_path / "missing") == {}


GOOD = {"since": "2026-03-01T12:00:00Z", "until": None, "why": "why", "by": "ann"}


def written(**changes: object) -> str:
    return json.dumps({"version": 1, "pauses": {"transcode": GOOD | changes}})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Invalid JSON"),
        ("{", "Invalid JSON"),
        ("[]", "Input should be an object"),
        ('{"version": 1}', "pauses: Field required"),
        ('{"version": 2, "pauses": {}}', "it is of version 2, and this program reads 1"),
        (written(until="2026-03-01T12:00:00"), "of transcode has no time zone"),
        (written(since="noon"), "pauses.transcode.since: Input should be a valid datetime"),
        (written(why=""), "says is empty"),
        (written(why="two\nlines"), "says is not one line"),
        (written(by="\x1b[2Jann"), "says is not one line"),
        (written(why="x" * 201), "says has 201 characters, and may have 200"),
        (" " * ((1 << 20) + 1), "more than 1048576 bytes"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(text)

    with pytest.raises(PausesUnreadable) as caught:
        read_pauses(tmp_path)

    assert str(caught.value).startswith(f"{path} cannot be read: ")
    assert "\n" not in str(caught.value)
    assert why in str(caught.value)


def test_of_a_file_that_cannot_be_read_nothing_is_changed_unless_all_is_to_end(
    tmp_path: Path,
) -> None:
    """Whose pause is in it is not known: none must be lost unasked."""
    path = tmp_path / FILE_NAME
    path.write_text("{")

    with pytest.raises(PausesUnreadable):
        set_pauses(tmp_path, {"transcode": HOUR}, NOW)
    with pytest.raises(PausesUnreadable):
        end_pauses(tmp_path, ["transcode"], NOW)
    assert path.read_text() == "{"
    assert end_pauses(tmp_path, None, NOW) == {}
    assert not path.exists()


def test_a_file_that_cannot_be_replaced_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME / "inside").mkdir(parents=True)

    with pytest.raises(PausesUnwritable, match=FILE_NAME):
        set_pauses(tmp_path, {"transcode": HOUR}, NOW)

    assert files_in(tmp_path) == [FILE_NAME]


def test_a_directory_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Made by root, the daemon could not use it."""
    with pytest.raises(PausesUnwritable, match=r"there is no directory .*start the daemon once"):
        set_pauses(tmp_path / "missing", {"transcode": HOUR}, NOW)


def test_of_commands_at_the_same_time_none_is_lost(tmp_path: Path) -> None:
    pools = [f"pool-{number}" for number in range(20)]
    begin = threading.Barrier(len(pools))

    def pause(pool: str) -> None:
        begin.wait(timeout=10)
        set_pauses(tmp_path, {pool: HOUR}, NOW)

    threads = [threading.Thread(target=pause, args=(pool,)) for pool in pools]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert sorted(read_pauses(tmp_path)) == sorted(pools)


def test_a_lock_that_is_not_let_go_is_waited_for_to_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autoscaler.adapters.pauses._LOCK_SECONDS", 0.0)
    holder = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(PausesUnwritable, match="another command has it locked"):
            set_pauses(tmp_path, {"transcode": HOUR}, NOW)
    finally:
        os.close(holder)


def test_a_reason_is_one_line_of_at_most_200_printable_characters() -> None:
    assert problem_of("Ümzug, 3 h ☕") is None
    assert problem_of("x" * 200) is None
    assert problem_of(" ") == "is empty"
    assert problem_of("a\tb") == "is not one line of printable characters"

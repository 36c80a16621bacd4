"""Notes in a directory."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from transcoder.adapters.directory_notes import DirectoryNotes
from transcoder.errors import Reason, TaskError

NOTE = ".transcoder/claims/0.json"


@pytest.fixture
def notes(tmp_path: Path) -> DirectoryNotes:
    return DirectoryNotes(tmp_path / "out")


def test_a_note_is_read_as_it_was_written_and_nothing_else_is_left(
    notes: DirectoryNotes, tmp_path: Path
) -> None:
    assert notes.read(NOTE) is None
    assert notes.write(NOTE, b"one")
    assert notes.write(NOTE, b"two")
    note = notes.read(NOTE)
    assert note is not None
    assert note.data == b"two"
    paths = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert paths == [tmp_path / "out" / NOTE]


def test_the_age_of_a_note_goes_by_the_time_of_a_new_file(
    notes: DirectoryNotes, tmp_path: Path
) -> None:
    notes.write(NOTE, b"one")
    an_hour_ago = time.time() - 3600
    os.utime(tmp_path / "out" / NOTE, (an_hour_ago, an_hour_ago))
    note = notes.read(NOTE)
    assert note is not None
    # File systems keep the time of the last tick.
    assert 3599 < note.age_seconds < 3660
    in_an_hour = time.time() + 3600
    os.utime(tmp_path / "out" / NOTE, (in_an_hour, in_an_hour))
    note = notes.read(NOTE)
    assert note is not None
    assert note.age_seconds == 0.0


def test_a_new_note_is_not_written_over(notes: DirectoryNotes) -> None:
    assert notes.write(NOTE, b"one", only_new=True)
    assert not notes.write(NOTE, b"two", only_new=True)
    note = notes.read(NOTE)
    assert note is not None
    assert note.data == b"one"


def test_of_many_that_claim_at_once_one_does(notes: DirectoryNotes) -> None:
    together = threading.Barrier(4)

    def claim(number: int) -> bool:
        together.wait(10)
        return notes.write(NOTE, str(number).encode(), only_new=True)

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(claim, range(4)))
    assert sorted(won) == [False, False, False, True]
    note = notes.read(NOTE)
    assert note is not None
    assert note.data == str(won.index(True)).encode()


def test_a_note_is_removed_though_it_is_not_there(notes: DirectoryNotes) -> None:
    notes.write(NOTE, b"one")
    notes.remove(NOTE)
    notes.remove(NOTE)
    assert notes.read(NOTE) is None


def test_a_published_file_is_brought_where_it_is_there(
    notes: DirectoryNotes, tmp_path: Path
) -> None:
    assert not notes.bring("chunk.mp4", tmp_path / "back")
    notes.write("chunk.mp4", b"bytes")
    assert notes.bring("chunk.mp4", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"bytes"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_disk_that_is_full_is_told(notes: DirectoryNotes) -> None:
    notes.write("chunk.mp4", b"bytes")
    with pytest.raises(TaskError) as failure:
        notes.bring("chunk.mp4", Path("/dev/full"))
    assert failure.value.reason is Reason.DISK_FULL


def test_a_file_in_the_way_is_told(notes: DirectoryNotes) -> None:
    notes.write(".transcoder", b"a file where a folder should be")
    assert notes.read(NOTE) is None
    with pytest.raises(TaskError) as failure:
        notes.write(NOTE, b"one")
    assert failure.value.reason is Reason.OUTPUT_FORBIDDEN

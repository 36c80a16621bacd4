"""What tasks leave for each other: contents by version, and children that failed for good."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.unit.transcoder.fakes import MD5
from transcoder.core.identity import Identity
from transcoder.errors import Reason, TaskError
from transcoder.ports import Fetched, Note
from transcoder.recollection import (
    Known,
    note_content,
    note_failure,
    recall_content,
    recall_failure,
)

IDENTITY = Identity("http://host/clip.mp4", '"v1"', 9)
FETCHED = Fetched(Path("input"), MD5, 9)


@dataclass
class MemoryNotes:
    notes: dict[str, bytes] = field(default_factory=dict)
    broken: bool = False

    def read(self, name: str) -> Note | None:
        self._check()
        return Note(self.notes[name], 0.0) if name in self.notes else None

    def write(self, name: str, data: bytes, *, only_new: bool = False) -> bool:
        self._check()
        if only_new and name in self.notes:
            return False
        self.notes[name] = data
        return True

    def remove(self, name: str) -> None:
        self.notes.pop(name, None)

    def bring(self, name: str, path: Path) -> bool:
        raise NotImplementedError(name, path)

    def _check(self) -> None:
        if self.broken:
            raise TaskError(Reason.STORE_UNAVAILABLE, "the store is away")


def test_the_content_of_a_version_is_recalled_by_the_next_task() -> None:
    notes = MemoryNotes()
    note_content(notes, IDENTITY, FETCHED)
    assert recall_content(notes, IDENTITY) == Known(MD5, 9)


@pytest.mark.parametrize(
    "other",
    [
        Identity("http://host/clip.mp4", '"v2"', 9),
        Identity("http://host/clip.mp4", '"v1"', 10),
        Identity("http://host/other.mp4", '"v1"', 9),
        None,
    ],
)
def test_another_version_size_or_place_is_not_known(other: Identity | None) -> None:
    notes = MemoryNotes()
    note_content(notes, IDENTITY, FETCHED)
    assert recall_content(notes, other) is None


@pytest.mark.parametrize(
    "written", [b"", b"{", b"[]", b"null", b'{"md5": "short", "bytes": 1}', b'{"md5": 3}']
)
def test_a_note_that_makes_no_sense_is_no_note(written: bytes) -> None:
    notes = MemoryNotes()
    note_content(notes, IDENTITY, FETCHED)
    (name,) = notes.notes
    notes.notes[name] = written
    assert recall_content(notes, IDENTITY) is None


def test_a_child_that_failed_for_good_is_told_by_whichever_note_can_be_read() -> None:
    away, near = MemoryNotes(broken=True), MemoryNotes()
    note_failure((away, near), "transcode/dispatch-1-a", Reason.NOT_A_VIDEO, "the input is text")
    found = recall_failure((away, near), "transcode/dispatch-1-a")
    assert found is not None
    assert found.reason is Reason.NOT_A_VIDEO
    assert found.detail == "the input is text (found by an earlier attempt)"
    assert recall_failure((away, near), "transcode/dispatch-1-b") is None


def test_a_store_that_is_away_neither_tells_nor_fails_anything() -> None:
    notes = MemoryNotes(broken=True)
    note_content(notes, IDENTITY, FETCHED)
    assert recall_content(notes, IDENTITY) is None


def test_a_mark_of_a_reason_that_this_version_does_not_know_is_no_mark() -> None:
    notes = MemoryNotes()
    note_failure((notes,), "child", Reason.NOT_A_VIDEO, "text")
    (name,) = notes.notes
    notes.notes[name] = b'{"reason": "of_another_version", "detail": "x"}'
    assert recall_failure((notes,), "child") is None

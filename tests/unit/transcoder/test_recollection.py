"""What tasks leave for each other: contents by version, and children that failed for good."""

from pathlib import Path

import pytest

from tests.unit.transcoder.fakes import MD5, FakeNotes
from transcoder.core.identity import Identity
from transcoder.errors import Reason, TaskError
from transcoder.ports import Fetched
from transcoder.recollection import (
    Known,
    note_content,
    note_failure,
    recall_content,
    recall_failure,
)

IDENTITY = Identity("http://host/clip.mp4", '"v1"', 9)
FETCHED = Fetched(Path("input"), MD5, 9)


AWAY = TaskError(Reason.STORE_UNAVAILABLE, "the store is away")


def test_the_content_of_a_version_is_recalled_by_the_next_task() -> None:
    notes = FakeNotes()
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
    notes = FakeNotes()
    note_content(notes, IDENTITY, FETCHED)
    assert recall_content(notes, other) is None


@pytest.mark.parametrize(
    "written", [b"", b"{", b"[]", b"null", b'{"md5": "short", "bytes": 1}', b'{"md5": 3}']
)
def test_a_note_that_makes_no_sense_is_no_note(written: bytes) -> None:
    notes = FakeNotes()
    note_content(notes, IDENTITY, FETCHED)
    (name,) = notes.notes
    notes.notes[name] = written
    assert recall_content(notes, IDENTITY) is None


def test_a_child_that_failed_for_good_is_told_by_whichever_note_can_be_read() -> None:
    away, near = FakeNotes(away=AWAY), FakeNotes()
    note_failure((away, near), "transcode/dispatch-1-a", Reason.NOT_A_VIDEO, "the input is text")
    found = recall_failure((away, near), "transcode/dispatch-1-a")
    assert found is not None
    assert found.reason is Reason.NOT_A_VIDEO
    assert found.detail == "the input is text (found by an earlier attempt)"
    assert recall_failure((away, near), "transcode/dispatch-1-b") is None


def test_a_store_that_is_away_neither_tells_nor_fails_anything() -> None:
    notes = FakeNotes(away=AWAY)
    note_content(notes, IDENTITY, FETCHED)
    assert recall_content(notes, IDENTITY) is None


def test_a_mark_of_a_reason_that_this_version_does_not_know_is_no_mark() -> None:
    notes = FakeNotes()
    note_failure((notes,), "child", Reason.NOT_A_VIDEO, "text")
    (name,) = notes.notes
    notes.notes[name] = b'{"reason": "of_another_version", "detail": "x"}'
    assert recall_failure((notes,), "child") is None

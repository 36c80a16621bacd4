"""What the notes about chunks tell, and what is done next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.core.chunk_note import (
    DEAD_SECONDS,
    Claim,
    Finished,
    Note,
    Part,
    State,
    Unfit,
    next_to_make,
    read_note,
    state_of,
    write_note,
)

DONE = Finished({"small": Part("d1", 100, 50, "x"), "large": Part("d2", 100, 0, "")}, 3)
WANTED = {"small": ("d1", 100)}


@pytest.mark.parametrize("note", [Claim("me"), DONE, Unfit("why")])
def test_a_note_is_read_as_it_was_written(note: Note) -> None:
    assert read_note(write_note(note)) == note


@given(st.binary() | st.sampled_from([b"{}", b"[]", b"1", b'{"parts": 1, "damaged_count": 0}']))
def test_anything_else_is_no_note(data: bytes) -> None:
    assert read_note(data) is None


@pytest.mark.parametrize(
    ("note", "age", "wanted", "state"),
    [
        (None, 0.0, WANTED, State.FREE),
        (Claim("a"), 0.0, WANTED, State.CLAIMED),
        (Claim("a"), DEAD_SECONDS - 1, WANTED, State.CLAIMED),
        (Claim("a"), DEAD_SECONDS, WANTED, State.FREE),
        (Unfit("why"), 1e9, WANTED, State.UNFIT),
        (DONE, 1e9, WANTED, State.MADE),
        (DONE, 0.0, {"small": ("d1", 100), "large": ("d2", 100)}, State.MADE),
        (DONE, 0.0, {"small": ("other settings", 100)}, State.FREE),
        (DONE, 0.0, {"small": ("d1", 99)}, State.FREE),
        (DONE, 0.0, {"full": ("d3", 100)}, State.FREE),
    ],
)
def test_a_chunk_is_free_where_nobody_alive_makes_what_is_wanted(
    note: Note | None, age: float, wanted: dict[str, tuple[str, int]], state: State
) -> None:
    assert state_of(note, age, wanted) is state


@pytest.mark.parametrize(
    ("states", "number"),
    [
        ([State.FREE, State.FREE, State.CLAIMED], 2),
        ([State.FREE, State.MADE, State.MADE], 1),
        ([State.CLAIMED, State.MADE, State.CLAIMED], None),
        ([State.MADE, State.MADE, State.MADE], None),
    ],
)
def test_who_joins_takes_the_last_free_chunk_or_waits(
    states: list[State], number: int | None
) -> None:
    assert next_to_make(states) == number

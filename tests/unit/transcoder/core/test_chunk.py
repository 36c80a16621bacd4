"""Which piece a task makes, and into how many pieces a video is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.core.chunk import CHUNKS_MOST, Chunk, all_chunks, chunk_count, parse_chunk

MIB = 1 << 20


@given(st.integers(1, CHUNKS_MOST))
def test_every_chunk_is_read_as_it_was_written(of: int) -> None:
    chunks = all_chunks(of)
    assert [chunk.number for chunk in chunks] == [*range(1, of + 1), None]
    assert tuple(parse_chunk(str(chunk)) for chunk in chunks) == chunks


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "names no chunk"),
        ("3", "names no chunk"),
        ("0/4", "names no chunk"),
        ("1/0", "names no chunk"),
        ("-1/4", "names no chunk"),
        ("join", "names no chunk"),
        ("5/4", "only 4 chunks"),
        ("1/65", "64 chunks at most"),
        ("join/65", "64 chunks at most"),
    ],
)
def test_what_names_no_chunk_is_told(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        parse_chunk(text)


def test_spaces_around_are_no_matter() -> None:
    assert parse_chunk(" join/8\n") == Chunk(None, 8)


@pytest.mark.parametrize(
    ("size", "count"),
    [(0, 1), (1, 1), (100 * MIB, 1), (100 * MIB + 1, 2), (800 * MIB, 8), (20 << 30, 64)],
)
def test_the_size_of_an_input_decides_into_how_many(size: int, count: int) -> None:
    assert chunk_count(size) == count

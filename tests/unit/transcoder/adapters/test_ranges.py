"""Parts of a body at once: all of its bytes, in order, with few parts under way."""

import threading
from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.adapters.ranges import FIRST_BYTES, PARALLEL, Ask, Span, in_order, spans
from transcoder.errors import TransientError

PATIENCE_SECONDS = 20.0
MIB = 1 << 20


@given(start=st.integers(0, 1 << 40), size=st.integers(0, 1 << 30))
def test_spans_cover_a_body_without_a_gap(start: int, size: int) -> None:
    at = start
    for first, end in spans(start, start + size):
        assert (first, end > first) == (at, True)
        assert end - first <= 8 * MIB
        at = end
    assert at == start + size


def test_spans_begin_small_and_grow() -> None:
    sizes = [(end - start) // MIB for start, end in spans(0, 100 * MIB)]
    assert sizes[:14] == [1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 8, 8]
    assert FIRST_BYTES == MIB


def whole(ask: Ask, *todo: Span, patience: float = PATIENCE_SECONDS) -> bytes:
    return b"".join(in_order(iter(todo), ask, patience))


def test_bytes_come_in_order_however_the_parts_do() -> None:
    """The first part is asked for, and then held until the second has come."""
    second = threading.Event()

    def ask(span: Span) -> Generator[bytes, None, None]:
        if span[0] == 0:
            assert second.wait(PATIENCE_SECONDS)
        yield b"%d" % span[0]
        yield b"x" * (span[1] - span[0] - 1)
        if span[0] == 4:
            second.set()

    assert whole(ask, (0, 4), (4, 8)) == b"0xxx4xxx"


def test_the_front_part_is_given_out_while_it_comes() -> None:
    taken = threading.Event()

    def ask(span: Span) -> Generator[bytes, None, None]:
        yield b"a"
        assert taken.wait(PATIENCE_SECONDS)
        yield b"b"

    chunks = in_order(iter([(0, 2)]), ask, PATIENCE_SECONDS)
    assert next(chunks) == b"a"
    taken.set()
    assert list(chunks) == [b"b"]


def test_few_parts_are_under_way_at_once() -> None:
    lock, asked = threading.Lock(), []

    def ask(span: Span) -> Generator[bytes, None, None]:
        with lock:
            asked.append(span)
        yield b"."

    chunks = in_order(iter([(at, at + 1) for at in range(10)]), ask, PATIENCE_SECONDS)
    for number in range(10):
        assert next(chunks) == b"."
        with lock:
            assert len(asked) <= number + PARALLEL
    assert next(chunks, None) is None
    assert len(asked) == 10


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"abc", "1 bytes short"), (b"abcde", "-1 bytes short")],
)
def test_a_part_of_another_length_is_none(data: bytes, words: str) -> None:
    def ask(span: Span) -> Generator[bytes, None, None]:
        yield data

    with pytest.raises(TransientError, match=words):
        whole(ask, (0, 4))


def test_what_came_before_a_part_that_fails_is_given_out() -> None:
    def ask(span: Span) -> Generator[bytes, None, None]:
        if span[0] == 4:
            raise TransientError("reset")
        yield b"abcd"

    chunks = in_order(iter([(0, 4), (4, 8), (8, 12)]), ask, PATIENCE_SECONDS)
    assert next(chunks) == b"abcd"
    with pytest.raises(TransientError, match="reset"):
        next(chunks)


def test_a_part_of_which_nothing_comes_is_given_up() -> None:
    ended = threading.Event()

    def ask(span: Span) -> Generator[bytes, None, None]:
        ended.wait(PATIENCE_SECONDS)
        yield b"late"

    with pytest.raises(TransientError, match="nothing came for 0 s"):
        whole(ask, (0, 4), patience=0.01)
    ended.set()


def test_parts_are_called_off_when_nobody_takes_them_any_more() -> None:
    taken, left = threading.Event(), threading.Event()

    def ask(span: Span) -> Generator[bytes, None, None]:
        try:
            yield b"a"
            assert taken.wait(PATIENCE_SECONDS)
            yield b"b"
            yield b"c"
        finally:
            left.set()

    chunks = in_order(iter([(0, 3)]), ask, PATIENCE_SECONDS)
    next(chunks)
    chunks.close()
    taken.set()
    assert left.wait(PATIENCE_SECONDS)

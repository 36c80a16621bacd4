"""An input on its way: what has come can be read, and told from what will never be whole."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

import pytest

from transcoder.adapters.arrival import Coming, coming
from transcoder.adapters.download import Body, Limits
from transcoder.core.identity import Identity
from transcoder.core.retry import Backoff
from transcoder.errors import BrokenFeedError, Reason, TaskError, TransientError
from transcoder.ports import Feed

MIB = 1 << 20
MATROSKA = b"\x1a\x45\xdf\xa3".ljust(6 * MIB, b"m")
NOT_VIDEO = b"x" * (2 * MIB)
IDENTITY = Identity("http://h/x", '"one"', 4)
QUICK = Limits(backoff=Backoff(attempts=2, first_seconds=0.0))
PATIENCE_SECONDS = 20.0
CUT = TransientError("the connection was reset")


class Hose:
    """A remote whose bytes are let go one by one; None ends a body, an error breaks it."""

    def __init__(self, total: int | None = None) -> None:
        self.pushed: SimpleQueue[bytes | Exception | None] = SimpleQueue()
        self.total = total
        #: What the next opening answers in place of what it was asked for.
        self.start: int | None = None
        self.left = threading.Event()

    def push(self, *items: bytes | Exception | None) -> None:
        for item in items:
            self.pushed.put(item)

    @contextmanager
    def open(self, start: int, tag: str | None) -> Iterator[Body]:
        first = start if self.start is None else self.start
        try:
            yield Body(first, self.total, '"one"', self._chunks(), IDENTITY)
        finally:
            self.left.set()

    def identify(self) -> Identity:
        return IDENTITY

    def _chunks(self) -> Iterator[bytes]:
        while (item := self.pushed.get(timeout=PATIENCE_SECONDS)) is not None:
            if isinstance(item, Exception):
                raise item
            yield item


@contextmanager
def arriving(hose: Hose, scratch: Path) -> Iterator[Coming]:
    with coming(hose, scratch / "input", QUICK, "the input") as arrival:
        yield arrival


def read(feed: Feed, size: int) -> bytes:
    """So many bytes, however they are cut."""
    data = b""
    while len(data) < size:
        data += feed.read()
    return data


def test_the_whole_has_its_hash_and_the_version_that_came(tmp_path: Path) -> None:
    hose = Hose()
    hose.push(b"ab", b"cd", None)
    with arriving(hose, tmp_path) as arrival:
        fetched = arrival.whole()
        assert arrival.is_settled()
    assert fetched.path.read_bytes() == b"abcd"
    assert (fetched.md5, fetched.bytes) == (hashlib.md5(b"abcd").hexdigest(), 4)
    assert fetched.identity == IDENTITY


def test_a_feed_gives_what_has_come_waits_for_the_rest_and_ends(tmp_path: Path) -> None:
    hose = Hose()
    with arriving(hose, tmp_path) as arrival:
        feed = arrival.feed()
        hose.push(b"ab")
        assert read(feed, 2) == b"ab"
        assert not arrival.is_settled()
        hose.push(b"cd")
        assert read(feed, 2) == b"cd"
        hose.push(None)
        assert feed.read() == b""
        assert arrival.is_settled()


def test_each_feed_begins_with_the_first_byte(tmp_path: Path) -> None:
    hose = Hose()
    hose.push(b"ab", None)
    with arriving(hose, tmp_path) as arrival:
        arrival.whole()
        assert [read(arrival.feed(), 2) for _ in range(2)] == [b"ab", b"ab"]


def test_a_feed_goes_on_where_a_broken_download_does(tmp_path: Path) -> None:
    hose = Hose()
    with arriving(hose, tmp_path) as arrival:
        feed = arrival.feed()
        hose.push(b"ab", CUT, b"cd", None)
        assert read(feed, 4) == b"abcd"
        assert feed.read() == b""


def test_a_new_version_breaks_the_feed_of_the_old_and_arrives(tmp_path: Path) -> None:
    hose = Hose()
    with arriving(hose, tmp_path) as arrival:
        feed = arrival.feed()
        hose.push(b"ab")
        assert read(feed, 2) == b"ab"
        hose.start = 0
        hose.push(CUT, b"other", None)
        with pytest.raises(BrokenFeedError, match="began anew"):
            feed.read()
        assert arrival.whole().path.read_bytes() == b"other"
        assert read(arrival.feed(), 5) == b"other"


def test_a_download_that_fails_breaks_the_feed_and_tells_why(tmp_path: Path) -> None:
    hose = Hose()
    with arriving(hose, tmp_path) as arrival:
        feed = arrival.feed()
        hose.push(b"ab")
        assert read(feed, 2) == b"ab"
        hose.push(TaskError(Reason.MISSING_INPUT, "404"))
        with pytest.raises(BrokenFeedError, match="will not come whole"):
            feed.read()
        assert arrival.is_settled()
        with pytest.raises(TaskError) as failure:
            arrival.whole()
    assert failure.value.reason is Reason.MISSING_INPUT


def test_what_is_wrong_with_the_download_itself_is_heard_of(tmp_path: Path) -> None:
    hose = Hose()
    hose.push(LookupError("a bug"))
    with arriving(hose, tmp_path) as arrival, pytest.raises(LookupError, match="a bug"):
        arrival.whole()


def test_an_input_without_a_byte_is_empty(tmp_path: Path) -> None:
    hose = Hose()
    hose.push(None)
    with arriving(hose, tmp_path) as arrival, pytest.raises(TaskError) as failure:
        arrival.whole()
    assert failure.value.reason is Reason.EMPTY_INPUT


def test_leaving_waits_for_nobody_and_nothing_is_written_after(tmp_path: Path) -> None:
    hose = Hose()
    with arriving(hose, tmp_path) as arrival:
        feed = arrival.feed()
        hose.push(b"ab")
        read(feed, 2)
    # The source stood still meanwhile, and now goes on.
    hose.push(b"cd", b"ef")
    assert hose.left.wait(PATIENCE_SECONDS)
    assert (tmp_path / "input").stat().st_size <= len(b"abcd")
    with pytest.raises(BrokenFeedError):
        feed.read()
    with pytest.raises(TaskError):
        arrival.whole()


def test_leaving_ends_a_wait_between_attempts(tmp_path: Path) -> None:
    patient = Limits(backoff=Backoff(attempts=2, first_seconds=3600.0, most_seconds=3600.0))
    hose, before = Hose(), set(threading.enumerate())
    with coming(hose, tmp_path / "input", patient, "the input"):
        (thread,) = set(threading.enumerate()) - before
        hose.push(CUT)
        assert hose.left.wait(PATIENCE_SECONDS)
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def test_a_stream_is_one_as_soon_as_enough_of_it_came(tmp_path: Path) -> None:
    hose = Hose(total=20 * MIB)
    hose.push(MATROSKA)
    with arriving(hose, tmp_path) as arrival:
        assert arrival.is_streamable()
        assert arrival.path.stat().st_size >= 5_000_000


@pytest.mark.parametrize(
    ("total", "items"),
    [
        (20 * MIB, (NOT_VIDEO,)),
        (MIB // 2, (MATROSKA[: MIB // 4],)),
        (None, (MATROSKA, None)),
        (None, (MATROSKA[:9000], None)),
        (None, (MATROSKA[:9000], TaskError(Reason.SOURCE_UNAVAILABLE, "away"))),
        (None, (b"", None)),
    ],
    ids=["no stream", "small", "here already", "short", "failed", "empty"],
)
def test_what_is_of_no_use_as_a_stream_is_none(
    total: int | None, items: tuple[bytes | Exception | None, ...], tmp_path: Path
) -> None:
    hose = Hose(total)
    hose.push(*items)
    with arriving(hose, tmp_path) as arrival:
        if None in items:
            with suppress(TaskError):
                arrival.whole()
        assert not arrival.is_streamable()

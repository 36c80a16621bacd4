"""A child that is fed while its input comes: fed whole, held back, waited for, or stopped."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from transcoder.adapters.process import Bounds, Ended, run
from transcoder.errors import BrokenFeedError

DATA = bytes(range(256)) * 4096
PATIENCE_SECONDS = 20.0
AMPLE = Bounds(timeout_seconds=60, stall_seconds=60)


class Feeding:
    """A feed of given pieces; an error among them is raised, and calls wait for ``gate``."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self._pieces: Iterator[bytes | Exception] = iter(pieces)
        self.gate = threading.Event()
        self.gate.set()
        self.read_count = 0

    def read(self) -> bytes:
        assert self.gate.wait(PATIENCE_SECONDS)
        self.read_count += 1
        piece = next(self._pieces, b"")
        if isinstance(piece, Exception):
            raise piece
        return piece


class Endless:
    """A feed that is always faster."""

    def read(self) -> bytes:
        return DATA


def shell(script: str, feed: Feeding | Endless | None, bounds: Bounds = AMPLE) -> tuple[Ended, str]:
    """Run a script to its end; how it ended, and what it said."""
    lines: list[str] = []

    def keep(line: str) -> bool:
        lines.append(line)
        return True

    ended = run(["/bin/sh", "-c", script], bounds, nullcontext, keep, feed=feed)
    return ended, "\n".join(lines)


def test_a_child_gets_all_of_its_feed_in_order() -> None:
    pieces = [DATA[at : at + 70_000] for at in range(0, len(DATA), 70_000)]
    ended, said = shell("md5sum", Feeding(*pieces))
    assert said.split()[0] == hashlib.md5(DATA).hexdigest()
    assert (ended.exit_status, ended.broken_feed, ended.stalled) == (0, False, False)


def test_without_a_feed_a_child_finds_its_stdin_empty() -> None:
    assert shell("wc -c", None)[1].strip() == "0"


@pytest.mark.parametrize("error", [BrokenFeedError("began anew"), OSError("the file is gone")])
def test_a_feed_that_breaks_stops_the_child_and_is_told_apart(error: Exception) -> None:
    ended, said = shell("cat > /dev/null; echo the end", Feeding(DATA, error))
    assert said == "", "the child must not take the pipe's end for that of its input"
    assert (ended.exit_status, ended.broken_feed, ended.stalled) == (-9, True, False)


def test_a_child_may_end_before_its_feed_which_is_then_read_to_its_end() -> None:
    feed = Feeding(*[DATA] * 5)
    ended, said = shell("head -c 10 | wc -c", feed)
    assert (said.strip(), ended.exit_status, ended.broken_feed) == ("10", 0, False)
    assert feed.read_count == 6


def test_a_child_that_ends_well_was_fed_in_vain_if_its_feed_breaks_after_that() -> None:
    ended, _ = shell("head -c 10 > /dev/null", Feeding(DATA, DATA, BrokenFeedError("began anew")))
    assert (ended.exit_status, ended.broken_feed) == (0, True)


def test_nobody_waits_for_the_feed_of_a_child_that_failed() -> None:
    feed = Feeding(DATA)
    feed.gate.clear()
    ended, _ = shell("exit 3", feed)
    feed.gate.set()
    assert (ended.exit_status, ended.broken_feed) == (3, False)


def test_a_child_that_does_not_take_its_feed_stands_still() -> None:
    asked_at = time.monotonic()
    ended, _ = shell("exec sleep 60", Endless(), Bounds(timeout_seconds=60, stall_seconds=0.5))
    assert (ended.stalled, ended.exit_status) == (True, -9)
    assert time.monotonic() - asked_at < PATIENCE_SECONDS


def test_a_child_that_waits_for_its_feed_does_not_stand_still() -> None:
    """The feed is held for three times as long as a child may stand still."""
    feed = Feeding(DATA)
    feed.gate.clear()
    timer = threading.Timer(3.0, feed.gate.set)
    timer.start()
    ended, said = shell("wc -c", feed, Bounds(timeout_seconds=60, stall_seconds=1.0))
    timer.join()
    assert (said.strip(), ended.stalled) == (str(len(DATA)), False)


def test_what_is_raised_meanwhile_ends_the_child_though_its_feed_goes_on() -> None:
    def interrupt(_line: str) -> bool:
        raise KeyboardInterrupt

    asked_at = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(["/bin/sh", "-c", "echo; cat"], AMPLE, nullcontext, interrupt, feed=Endless())
    assert time.monotonic() - asked_at < PATIENCE_SECONDS

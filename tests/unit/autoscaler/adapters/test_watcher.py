"""The watcher of a queue: it wakes at once, and storms no server that does not block."""

import random
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from autoscaler.adapters.watcher import JobWatcher
from autoscaler.errors import NomadUnavailable
from tests.fakes import FakeClock
from tests.unit.autoscaler.adapters.fake_nomad import Reply

DEADLINE_SECONDS = 10
#: Long enough for hundreds of queries, if nothing held them back.
SOON_SECONDS = 0.4


class FakeServer:
    """Answers blocking queries by the index that they wait on; ends the watch after so many."""

    def __init__(self, answer: Callable[[int], Reply]) -> None:
        self.nomad = self
        self.job = "job"
        self.asked: list[int] = []
        self.changed_count = 0
        self.seen = threading.Condition()
        self._answer = answer

    def get(self, endpoint: str, *path: str, params: Mapping[str, Any], timeout: float) -> Reply:
        """One query."""
        with self.seen:
            self.asked.append(params["index"])
            self.seen.notify_all()
        return self._answer(params["index"])

    def change(self) -> None:
        """What the watcher calls."""
        self.changed_count += 1

    def asked_within(self, count: int, seconds: float) -> bool:
        """Whether so many queries came within that time."""
        with self.seen:
            return self.seen.wait_for(lambda: len(self.asked) >= count, seconds)


@pytest.fixture
def watching():
    """Starts watchers, and stops them at the end."""
    watchers = []

    def start(server: FakeServer, clock: FakeClock | None = None) -> None:
        watchers.append(
            JobWatcher(server, "transcode", server.change, random.Random(1), clock or FakeClock())
        )
        watchers[-1].start()

    yield start
    for watcher in watchers:
        watcher.stop()


def at_index(index: object) -> Reply:
    """A reply with that index, or without any."""
    return Reply({}, {} if index is None else {"X-Nomad-Index": str(index)})


def test_each_new_index_wakes_once_and_is_waited_on_next(watching) -> None:
    held = threading.Event()

    def answer(index: int) -> Reply:
        if index >= 9:
            held.wait(DEADLINE_SECONDS)
        return at_index(7 if index == 0 else 9)

    server = FakeServer(answer)
    watching(server)

    assert server.asked_within(3, DEADLINE_SECONDS)
    assert server.asked == [0, 7, 9]
    assert server.changed_count == 2
    held.set()


@pytest.mark.parametrize("index", [5, 0, None, "five"], ids=str)
def test_a_server_that_does_not_block_is_not_asked_on_and_on(watching, index: object) -> None:
    """A cache before it, or a gateway that takes the headers off."""
    server = FakeServer(lambda _: at_index(index))
    watching(server)

    assert not server.asked_within(5, SOON_SECONDS)
    assert server.changed_count <= 1


def test_a_server_that_fails_is_not_asked_on_and_on(watching) -> None:
    def fail(_: int) -> Reply:
        raise NomadUnavailable("gone")

    server = FakeServer(fail)
    watching(server)

    assert not server.asked_within(4, SOON_SECONDS)


def test_a_storm_of_changes_makes_ten_queries_a_second_at_most(watching) -> None:
    server = FakeServer(lambda index: at_index(index + 1))
    watching(server)

    assert server.asked_within(2, DEADLINE_SECONDS)
    assert not server.asked_within(8, SOON_SECONDS)


def test_an_answer_without_news_that_was_waited_for_is_followed_by_the_next_at_once(
    watching,
) -> None:
    """Quiet hours must not make the watcher late."""
    clock = FakeClock()

    def answer(index: int) -> Reply:
        clock.advance(61)
        return at_index(5)

    server = FakeServer(answer)
    watching(server, clock)

    assert server.asked_within(8, DEADLINE_SECONDS)
    assert server.changed_count == 1


def test_the_indexes_of_a_server_that_was_restored_count_from_anew(watching) -> None:
    held = threading.Event()

    def answer(index: int) -> Reply:
        if index == 3:
            held.wait(DEADLINE_SECONDS)
        return at_index(900 if index == 0 else 3)

    server = FakeServer(answer)
    watching(server)

    assert server.asked_within(3, DEADLINE_SECONDS)
    assert server.asked == [0, 900, 3]
    assert server.changed_count == 2
    held.set()

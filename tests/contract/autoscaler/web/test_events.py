"""Server-sent events over real sockets: what comes, when, and how it ends."""

import time
from contextlib import ExitStack

import pytest

from autoscaler.web import events
from tests.contract.autoscaler.web.conftest import Web
from tests.web_client import Listening, ask


def test_the_status_comes_at_once_and_again_on_each_change(web: Web) -> None:
    with Listening(web.address) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.frame() == {"retry": "2000"}
        first = stream.status_event()
        assert first == ask(web.address, "/api/v1/status").json()

        web.board.set_queue("transcode", 777)
        changed = stream.status_event()
        assert changed["pools"][0]["queue"]["pending"] == 777
        assert changed["revision"] > first["revision"]


def test_one_who_comes_later_gets_the_status_at_once_too(web: Web) -> None:
    with Listening(web.address) as early:
        told = early.status_event()
        with Listening(web.address) as late:
            assert late.status_event() == told


def test_a_storm_of_changes_is_told_once_a_second_and_ends_with_the_last(web: Web) -> None:
    with Listening(web.address) as stream:
        stream.status_event()
        began = time.monotonic()
        for pending in range(100):
            web.board.set_queue("transcode", pending)
        told = 1
        while stream.status_event()["pools"][0]["queue"]["pending"] != 99:
            told += 1
        assert told <= 2 + (time.monotonic() - began)


def test_one_who_goes_without_a_word_makes_room(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LISTENERS_MAX", 3)
    with ExitStack() as streams:
        some = [streams.enter_context(Listening(web.address)) for _ in range(3)]
        for stream in some:
            stream.status_event()
        refused = ask(web.address, "/api/v1/events")
        assert refused.status == 503
        assert refused.headers["retry-after"] == "30"
        assert refused.json()["mend"] == "close pages that are not needed"

        some[0].close()
        deadline = time.monotonic() + 5
        while (again := streams.enter_context(Listening(web.address))).status != 200:
            assert time.monotonic() < deadline, "no room was made"
        again.status_event()


def test_silence_is_broken_by_comments(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_SILENCE_SECONDS", 0.05)
    with Listening(web.address) as stream:
        stream.status_event()
        assert stream.frame() == {"": "still here"}


def test_a_stream_ends_after_a_while_so_that_who_listens_has_to_show_again_that_they_may(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_LENGTH_SECONDS", 0.2)
    monkeypatch.setattr(events, "_SILENCE_SECONDS", 0.05)
    with Listening(web.address) as stream:
        frames = 0
        while stream.frame() is not None:
            frames += 1
        assert frames < 20


def test_the_end_of_the_server_ends_every_stream_within_a_second(web: Web) -> None:
    with Listening(web.address) as one, Listening(web.address) as other:
        one.status_event()
        other.status_event()
        began = time.monotonic()
        web.server.close()
        assert time.monotonic() - began < 1
        assert one.frame() is None
        assert other.frame() is None


def test_a_board_that_breaks_does_not_end_the_streams_for_ever(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_REST_SECONDS", 0.05)
    with Listening(web.address) as stream:
        stream.status_event()
        whole = web.board.status
        broken_count = 0

        def broken_once() -> object:
            nonlocal broken_count
            broken_count += 1
            if broken_count == 1:
                raise RuntimeError("of the test")
            return whole()

        monkeypatch.setattr(web.board, "status", broken_once)
        web.board.set_queue("transcode", 5)
        assert stream.status_event()["pools"][0]["queue"]["pending"] == 5
        assert broken_count >= 2

"""What a log line looks like, what it never holds, and how often a traceback is shown."""

import io
import json
import logging
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import structlog

from autoscaler import logs

SECRET = "9d1c6d1e-5f0a-4b52-a3c8-0d6f2a1b7c44"
OTHER = "abcdef0123456789"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is global: each test leaves it as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks


def configured(form: logs.Format = "json", level: logs.Level = "info") -> io.StringIO:
    stream = io.StringIO()
    logs.configure(form, level, stream, secrets=[SECRET])
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def refuse(headers: dict[str, str]) -> None:
    raise ConnectionError(f"refused: {headers}")


def fail() -> None:
    """As a library does: what it was given stands in a local variable and in the error's text."""
    headers = {"X-Nomad-Token": SECRET}
    try:
        refuse(headers)
    except ConnectionError as error:
        raise RuntimeError(f"GET http://ops:{OTHER}@nomad/?token={OTHER}") from error


def log_everywhere() -> None:
    """A secret in every place where a log line has one, from structlog and from a library."""
    log = structlog.get_logger()
    log.info("field", value=SECRET, headers={"Authorization": f"Bearer {OTHER}"})
    log.info(f"event {SECRET}", dd_api_key=OTHER)
    try:
        fail()
    except RuntimeError as error:
        log.exception("cycle.broken", error=str(error), cause=error)
        logging.getLogger("library").exception("failed with %s", SECRET)
        log.warning("stack", stack_info=True, error=repr(error))


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_is_logged_from_anywhere(form: logs.Format) -> None:
    stream = configured(form)

    log_everywhere()

    shown = stream.getvalue()
    assert "cycle.broken" in shown
    assert "failed with" in shown
    assert "Traceback" in shown or "exc_type" in shown
    assert SECRET not in shown
    assert OTHER not in shown


def test_a_traceback_is_part_of_its_one_line_with_its_causes_and_without_local_variables() -> None:
    stream = configured()

    log_everywhere()

    (line,) = [line for line in lines(stream) if line["event"] == "cycle.broken"]
    assert [one["exc_type"] for one in line["exception"]] == ["RuntimeError", "ConnectionError"]
    assert all("locals" not in frame for one in line["exception"] for frame in one["frames"])


def recurse(depth: int) -> None:
    if depth == 0:
        raise ValueError("deep")
    recurse(depth - 1)


def test_a_deep_traceback_stays_below_what_journald_takes_in_one_line() -> None:
    stream = configured()

    try:
        recurse(300)
    except ValueError:
        structlog.get_logger().exception("cycle.broken")

    assert len(stream.getvalue()) < 8192


def test_levels_below_the_chosen_are_left_out_and_libraries_speak_up_for_warnings_only() -> None:
    stream = configured(level="info")

    structlog.get_logger().debug("quiet")
    logging.getLogger("library").info("chatty")
    logging.getLogger("library").warning("serious")

    assert [line["event"] for line in lines(stream)] == ["serious"]


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def shown(few: logs.FewTracebacks, event: str, pool: str = "p") -> dict[str, Any] | None:
    """The fields of a line that has the exception in hand, or None where it is dropped."""
    try:
        return dict(few(None, "error", {"event": event, "pool": pool, "exc_info": True}))
    except structlog.DropEvent:
        return None


def test_the_same_trouble_shows_its_traceback_once_in_ten_minutes_and_is_counted() -> None:
    clock = Clock()
    few = logs.FewTracebacks(clock)
    counts = []
    for second in range(0, 1202, 200):
        clock.seconds = second
        try:
            fail()
        except RuntimeError:
            line = shown(few, "cycle.broken")
            counts.append(None if line is None else line.get("not_shown_count", 0))

    assert counts == [0, None, None, 2, None, None, 2]


def test_another_pool_event_or_error_is_another_trouble() -> None:
    few = logs.FewTracebacks(Clock())
    others = [
        ("a", "p", ValueError),
        ("a", "q", ValueError),
        ("b", "p", ValueError),
        ("a", "p", KeyError),
    ]
    for event, pool, error in others:
        try:
            raise error
        except (ValueError, KeyError):
            assert shown(few, event, pool) is not None


def test_what_repeats_without_a_traceback_is_not_held_back() -> None:
    stream = configured()

    for _ in range(3):
        structlog.get_logger().error("action.failed")

    assert len(lines(stream)) == 3


def test_what_nobody_caught_in_a_thread_is_a_log_line_without_secrets() -> None:
    stream = configured()
    logs.log_what_nobody_caught()

    thread = threading.Thread(target=fail, name="watch-transcode")
    thread.start()
    thread.join()

    (line,) = lines(stream)
    assert (line["event"], line["level"]) == ("thread.crashed", "critical")
    assert line["thread"] == "watch-transcode"
    assert SECRET not in stream.getvalue()


def test_what_ends_the_process_is_a_log_line_too() -> None:
    stream = configured()
    logs.log_what_nobody_caught()

    try:
        fail()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)

    assert [line["event"] for line in lines(stream)] == ["daemon.crashed"]


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A file that stands for the stream to journald, as systemd names it."""
    with (tmp_path / "stream").open("w+") as stream:
        found = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino}")
        yield stream


def test_into_the_journal_each_line_begins_with_its_priority_and_the_rest_is_json(
    journal: Any,
) -> None:
    """``journalctl -p warning`` then finds it; journald takes the prefix off."""
    logs.configure("auto", "debug", journal)
    log = structlog.get_logger()

    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(log, level)(level)
    logging.getLogger("library").warning("library")

    journal.seek(0)
    found = [re.fullmatch(r"<(\d)>(.+)", line.strip()) for line in journal]
    told = [(int(one[1]), json.loads(one[2])["event"]) for one in found if one]
    assert told == [
        (7, "debug"),
        (6, "info"),
        (4, "warning"),
        (3, "error"),
        (2, "critical"),
        (4, "library"),
    ]


def test_into_a_file_that_is_not_the_journal_nothing_is_put_before_the_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The variable is inherited by what writes elsewhere."""
    monkeypatch.setenv("JOURNAL_STREAM", "8:12345")
    with (tmp_path / "log").open("w+") as stream:
        logs.configure("auto", "info", stream)
        structlog.get_logger().info("hello")
        stream.seek(0)

        assert stream.read(1) == "{"


@pytest.mark.parametrize("path", ["/dev/full", None], ids=["no room", "closed"])
def test_a_log_that_cannot_be_written_breaks_nothing_off(path):
    with Path(path or os.devnull).open("w") as stream:
        if path is None:
            stream.close()
        logs.configure("json", "info", stream)

        for number in range(3):
            structlog.get_logger().info("cycle.finished", number=number, long="x" * 20_000)
        logging.getLogger("library").error("it warns")
        logs.configure("json", "info", io.StringIO())
        if path is not None:
            with suppress(OSError):
                stream.close()

"""What people see of a task: JSON in a log, a bar on a terminal."""

import json
from io import StringIO

import pytest

from transcoder.core.progress import Standing
from transcoder.logs import TaskLog

NOW = Standing(percent=42.04, speed=2.123, eta_seconds=11.6)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class Broken(StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


def test_a_log_gets_one_json_object_a_line() -> None:
    stream = StringIO()
    log = TaskLog(stream)
    log.event("fetch.finished", seconds=0.5, name="a\nb")
    log.progress(NOW)
    first, second = stream.getvalue().splitlines()
    assert json.loads(first) == {"event": "fetch.finished", "seconds": 0.5, "name": "a\nb"}
    assert json.loads(second) == {
        "event": "transcode.progressed",
        "percent": 42.0,
        "speed": 2.12,
        "eta_seconds": 12,
    }


def test_a_log_is_not_flooded_with_progress() -> None:
    stream = StringIO()
    log = TaskLog(stream)
    for _ in range(100):
        log.progress(NOW)
    assert stream.getvalue().count("\n") == 1


def test_a_terminal_gets_a_bar_that_gives_way_to_lines() -> None:
    stream = Terminal()
    log = TaskLog(stream)
    log.progress(NOW)
    log.event("transcode.finished", seconds=1.25)
    assert stream.getvalue().startswith("\r\x1b[K[##########")
    assert stream.getvalue().endswith("\r\x1b[Ktranscode.finished       seconds=1.25\n")


@pytest.mark.parametrize("unknown", [Standing(None, 1.0, None)])
def test_an_unknown_length_has_no_percent(unknown: Standing) -> None:
    stream = StringIO()
    TaskLog(stream).progress(unknown)
    assert json.loads(stream.getvalue())["percent"] is None


def test_a_log_that_nobody_reads_ends_no_task() -> None:
    log = TaskLog(Broken())
    log.event("fetch.finished")
    log.progress(NOW)

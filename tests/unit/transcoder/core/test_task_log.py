"""What a task's log tells of it, whatever else stands in the log."""

import json

import pytest

from tests.unit.transcoder.scripted_nomad import a_progress, an_outcome
from transcoder.core.progress import Standing
from transcoder.core.task_log import Doing, last_doing, last_ending


def an_event(name: str) -> bytes:
    return json.dumps({"event": name}).encode() + b"\n"


def test_the_last_line_of_progress_counts() -> None:
    tail = a_progress(10) + b"x264 [info]: something\n" + a_progress(42)

    assert last_doing(tail) == Doing("transcode.progressed", Standing(42.0, 2.1, 12.0))


def test_progress_stays_known_while_other_things_are_told() -> None:
    doing = last_doing(a_progress(42) + an_event("fetch.finished"))

    assert doing == Doing("fetch.finished", Standing(42.0, 2.1, 12.0))


@pytest.mark.parametrize("event", ["transcode.finished", "task.started", "transcode.restarted"])
def test_progress_of_what_is_over_is_none_of_now(event: str) -> None:
    assert last_doing(a_progress(99) + an_event(event)) == Doing(event)


@pytest.mark.parametrize(
    "tail",
    [
        b"",
        b"\n\n",
        b'{"event": "tra',
        b"[1]\n{}\n",
        b'{"event": 7}\n',
        b"\xff\xfe\x00",
        b"{" * 9000,
    ],
)
def test_a_log_without_words_of_ours_tells_nothing(tail: bytes) -> None:
    assert last_doing(tail) is None
    assert last_ending(tail) is None


def test_a_line_that_lost_its_beginning_is_passed_over() -> None:
    tail = an_outcome(reason="x")[5:] + an_outcome(seconds={"total": 12.5})

    ending = last_ending(tail)

    assert ending is not None
    assert (ending.done, ending.seconds) == (True, 12.5)


def test_an_ending_has_its_keys_and_its_reason() -> None:
    failed = an_outcome(
        outcome="failed",
        reason="disk_full",
        detail="no room",
        exit_code=75,
        retryable=True,
        outputs=[{"key": "videos/a.mp4"}, {"uri": "no key"}, 3],
        warnings=["w"],
    )

    ending = last_ending(failed)

    assert ending is not None
    assert (ending.done, ending.exit_code, ending.retryable) == (False, 75, True)
    assert (ending.reason, ending.detail) == ("disk_full", "no room")
    assert (ending.keys, ending.warnings) == (("videos/a.mp4",), ("w",))


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "1" * 400, "true", '"75"', "null", "[]"])
def test_a_number_that_is_none_is_not_taken_for_one(odd: str) -> None:
    line = f'{{"event": "transcoder.outcome", "exit_code": {odd}, "seconds": {{"total": {odd}}}}}'

    ending = last_ending(line.encode())

    assert ending is not None
    assert (ending.exit_code, ending.seconds) == (None, None)


def test_fields_of_another_kind_tell_nothing() -> None:
    ending = last_ending(an_outcome(outputs="x", seconds=3, reason=5, retryable="no", warnings=1))

    assert ending is not None
    assert (ending.keys, ending.seconds, ending.reason) == ((), None, None)
    assert (ending.retryable, ending.warnings) == (None, ())

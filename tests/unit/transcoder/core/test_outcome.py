"""How a task ends, for Nomad, for scripts and for people."""

import json

import pytest

from transcoder.core.outcome import Exit, Outcome, Output, exit_for
from transcoder.errors import Reason


def test_every_reason_has_its_exit_code() -> None:
    assert {exit_for(reason) for reason in Reason} == {65, 66, 70, 75, 78, 143}


@pytest.mark.parametrize(
    ("reason", "code", "retryable"),
    [
        (Reason.NO_VIDEO_STREAM, 65, False),
        (Reason.INPUT_TRUNCATED, 65, False),
        (Reason.MISSING_INPUT, 66, False),
        (Reason.NO_BUCKET, 78, False),
        (Reason.SOURCE_UNAVAILABLE, 75, True),
        (Reason.STORE_UNAVAILABLE, 75, True),
        (Reason.TERMINATED, 143, True),
        (Reason.INTERNAL_ERROR, 70, False),
    ],
)
def test_a_permanent_failure_is_told_from_one_worth_retrying(
    reason: Reason, code: int, retryable: bool
) -> None:
    outcome = Outcome("in", reason, "why", exit_for(reason))
    assert (outcome.exit, outcome.retryable, outcome.word) == (code, retryable, "failed")


def test_an_outcome_is_one_json_object() -> None:
    output = Output("small", "s3://b/k", "k", 854, 480, 4.0, 1234, skipped=False)
    outcome = Outcome(
        "in.mp4",
        input_md5="0" * 32,
        input_bytes=99,
        input_duration_seconds=4.0,
        outputs=(output,),
        seconds={"fetch": 0.12345, "total": 1.0},
        warnings=("w",),
    )
    assert json.loads(json.dumps(outcome.as_event())) == {
        "event": "transcoder.outcome",
        "outcome": "done",
        "reason": None,
        "detail": None,
        "exit_code": 0,
        "retryable": False,
        "input": "in.mp4",
        "input_md5": "0" * 32,
        "input_bytes": 99,
        "input_duration_seconds": 4.0,
        "outputs": [
            {
                "profile": "small",
                "uri": "s3://b/k",
                "key": "k",
                "width": 854,
                "height": 480,
                "duration_seconds": 4.0,
                "bytes": 1234,
                "skipped": False,
            }
        ],
        "seconds": {"fetch": 0.123, "total": 1.0},
        "warnings": ["w"],
    }


def test_a_failure_tells_its_code_and_its_words() -> None:
    event = Outcome("in", Reason.EMPTY_INPUT, "in holds no byte", Exit.BAD_INPUT).as_event()
    told = json.loads(json.dumps(event))
    assert (told["outcome"], told["reason"], told["exit_code"]) == ("failed", "empty_input", 65)
    assert told["detail"] == "in holds no byte"

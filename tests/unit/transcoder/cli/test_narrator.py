"""What a dispatch prints, for people and for programs."""

import json
from dataclasses import replace

import pytest

from transcoder.cli.narrator import Narrator
from transcoder.core.children import Child, State
from transcoder.core.progress import Standing
from transcoder.core.task_log import Doing

CHILD = Child("transcode/dispatch-1", "0123456789", "a.mp4", "small", State.RUNNING)
FAILED = replace(CHILD, state=State.FAILED, reason="not_a_video", detail="it is \x1b[2Jtext")
HALF = Doing("transcode.progressed", Standing(50.0, 2.0, 12.0))
Captured = pytest.CaptureFixture[str]


def test_people_read_why_a_child_failed(capsys: Captured) -> None:
    Narrator(as_json=False).moved([FAILED], [FAILED])

    shown = capsys.readouterr()
    assert shown.out == (
        "Failed: a.mp4 (small, transcode/dispatch-1): not_a_video: "
        "it is \N{REPLACEMENT CHARACTER}[2Jtext\n"
    )
    assert shown.err == "transcoder: 1 of 1 ended, 1 failed, 0 running, 0 pending\n"


def test_programs_read_reason_detail_and_keys(capsys: Captured) -> None:
    done = replace(CHILD, state=State.DONE, keys=("videos/a.mp4",))

    Narrator(as_json=True).moved([FAILED, done], [FAILED, done])

    failed, other = map(json.loads, capsys.readouterr().out.splitlines())
    assert (failed["event"], failed["reason"], failed["keys"]) == (
        *("child.ended", "not_a_video", []),
    )
    assert (other["outcome"], other["reason"], other["keys"]) == ("done", None, ["videos/a.mp4"])


def test_progress_is_told_at_most_every_ten_seconds(capsys: Captured) -> None:
    instants = iter([0.0, 9.0, 10.0])
    narrator = Narrator(as_json=False, monotonic=lambda: next(instants))
    narrator.doings = lambda children: [(child, HALF) for child in children]

    for _ in range(3):
        narrator.looked([CHILD])

    line = "transcoder: a.mp4 (small): [#####·····]  50 %  2.0x  0:12 left\n"
    assert capsys.readouterr().err == 2 * line


def test_programs_get_progress_as_fields(capsys: Captured) -> None:
    narrator = Narrator(as_json=True)
    narrator.doings = lambda children: [(child, HALF) for child in children]

    narrator.looked([CHILD])

    assert json.loads(capsys.readouterr().out) == {
        "event": "child.progressed",
        "input": "a.mp4",
        "profile": "small",
        "job_id": "transcode/dispatch-1",
        "doing": "transcode.progressed",
        "percent": 50.0,
        "speed": 2.0,
        "eta_seconds": 12.0,
    }


def test_no_progress_is_looked_for_where_nobody_watches(capsys: Captured) -> None:
    """Under pytest stderr is no terminal."""
    narrator = Narrator(as_json=False)

    narrator.looked([CHILD])

    assert not narrator.wants_progress
    assert capsys.readouterr().err == ""


def test_a_child_that_was_there_before_is_told_as_such(capsys: Captured) -> None:
    there = replace(CHILD, evaluation_id="")

    Narrator(as_json=False).child(there)
    Narrator(as_json=True).child(there)

    plain, told = capsys.readouterr().out.splitlines()
    assert plain == "Already there     = transcode/dispatch-1"
    assert json.loads(told)["event"] == "child.known"

"""A survey as people and programs get it."""

import json

import pytest

from transcoder.core.children import State, Tally
from transcoder.core.progress import Standing
from transcoder.core.survey import Row, Survey
from transcoder.core.survey_text import as_event, doing_words, lines, printable, span
from transcoder.core.task_log import Doing

HALF = Doing("transcode.progressed", Standing(50.0, 2.0, 12.0))
ROWS = (
    Row("t/dispatch-1", State.RUNNING, 12.0, "a.mp4", "small", "i-1", doing=HALF),
    Row("t/dispatch-22", State.RUNNING, None, None, None, None),
    Row("t/dispatch-3", State.PENDING, 125.0, "b.mp4", "small", attempt=2, detail="it was lost"),
    Row(
        *("t/dispatch-4", State.FAILED, 7200.0, "c.mp4", "small", "i-1"),
        reason="not_a_video",
        detail="it is text",
        attempt=2,
        trouble="its log cannot be read: no",
    ),
    Row("t/dispatch-5", State.DONE, 9.0, "d.mp4", "s", "i-1", keys=("k1", "k2"), took_seconds=61.0),
)
SURVEY = Survey("transcode", 1000.0, Tally(30, 2, 1, 1), 125.0, ROWS)


def test_people_see_all_states_in_aligned_columns() -> None:
    assert lines(SURVEY) == [
        "transcode: 30 pending (the oldest for 2m05s), 2 running, 1 failed, 1 done",
        "",
        "RUNNING",
        "  FOR  CHILD          NODE  PROGRESS                             INPUT",
        "  12s  t/dispatch-1   i-1   [#####·····]  50 %  2.0x  0:12 left  a.mp4 (small)",
        "  ?    t/dispatch-22  ?     ?                                    ? (?)",
        "",
        "PENDING (the oldest 1 of 30)",
        "  FOR    CHILD         INPUT",
        "  2m05s  t/dispatch-3  b.mp4 (small)",
        "      attempt 2; the one before: it was lost",
        "",
        "FAILED",
        "  AGO    CHILD         NODE  INPUT",
        "  2h00m  t/dispatch-4  i-1   c.mp4 (small)",
        "      not_a_video: it is text",
        "      after 2 attempts",
        "      its log cannot be read: no",
        "",
        "DONE",
        "  AGO  CHILD         NODE  TOOK   RESULTS",
        "  9s   t/dispatch-5  i-1   1m01s  k1 k2",
    ]


def test_only_the_states_asked_for_are_shown() -> None:
    shown = "\n".join(lines(SURVEY, [State.FAILED]))

    assert "FAILED" in shown
    assert "DONE" not in shown


def test_a_job_without_children_is_one_line() -> None:
    empty = Survey("transcode", 1000.0, Tally(0, 0, 0, 0), None, (), cut=True)

    assert lines(empty) == [
        "transcode: 0 pending, 0 running, 0 failed, 0 done; there are more than were counted"
    ]


def test_nothing_from_a_log_moves_the_cursor() -> None:
    evil = Row("t/dispatch-1", State.FAILED, 1.0, "a\x1b[2J", "s", "i\n", detail="\x07\u202e!")
    survey = Survey("transcode", 1.0, Tally(0, 0, 0, 1), None, (evil,))

    assert all(line.isprintable() for line in lines(survey))
    assert printable("ü é 東 \x9b") == "ü é 東 \N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0.4, "0s"), (59.4, "59s"), (59.6, "1m00s"), (3599, "59m59s")),
        *((3600, "1h00m"), (86399, "23h59m"), (93600, "1d2h")),
    ],
)
def test_spans_have_two_units(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(
    ("doing", "words"),
    [
        (None, "?"),
        (Doing("verify.finished"), "verify.finished"),
        (Doing("fetch.finished", HALF.standing), "fetch.finished"),
        (Doing("transcode.progressed", Standing(None, 2.0, None)), "2.0x"),
    ],
)
def test_what_a_task_does_is_told_as_far_as_it_is_known(doing: Doing | None, words: str) -> None:
    assert doing_words(doing) == words


def test_programs_get_one_object_of_the_states_asked_for() -> None:
    told = json.loads(json.dumps(as_event(SURVEY, [State.RUNNING])))

    assert (told["event"], told["pending"], told["oldest_pending_seconds"]) == (
        *("children.surveyed", 30, 125.0),
    )
    first, second = told["children"]
    assert (first["percent"], first["speed"], first["eta_seconds"]) == (50.0, 2.0, 12.0)
    assert (second["percent"], second["doing"]) == (None, None)
    assert len(as_event(SURVEY)["children"]) == 5  # type: ignore[arg-type]  # A JSON value.

"""The words that all explanations share."""

from datetime import timedelta

import pytest

from autoscaler.core.decision import Decision, Reason, Rule
from autoscaler.core.explaining import (
    Fate,
    alike,
    clock,
    coming,
    counted,
    listing,
    reasons_naming,
    since,
    span,
    told,
)
from autoscaler.core.memory import Memory
from tests.builders import at


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0.4, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (3600, "60 min"),
        (7200, "2 h"),
        (12_000, "3 h 20 min"),
        (172_800, "2 d"),
        (187_200, "2 d 4 h"),
    ],
)
def test_a_span_is_told_in_the_unit_that_people_would_use(seconds, words):
    assert span(seconds) == span(timedelta(seconds=seconds)) == words


def test_an_instant_that_is_far_away_is_told_with_its_day():
    assert clock(at(75), at(0)) == "12:01:15 UTC"
    assert clock(at(86_400), at(0)) == "2026-03-02 12:00 UTC"
    assert coming(at(75), at(0)) == "in 75 s (12:01:15 UTC)"
    assert since(at(0), at(75)) == "since 12:00:00 UTC, 75 s"


def test_of_many_names_the_first_are_told_and_how_many_more_there_are():
    assert listing("abc") == "a, b, c"
    assert listing("abcdefg") == "a, b, c, d, e and 2 more"
    assert (counted(1, "child", "children"), counted(2, "child", "children")) == (
        "1 child",
        "2 children",
    )


def test_what_could_be_meant_holds_the_word_or_looks_like_it():
    assert alike("7f38", ("job/dispatch-1-047f38ae", "other")) == ("job/dispatch-1-047f38ae",)
    assert alike("transcod", ("transcode", "n1")) == ("transcode",)
    assert alike("", ("n1",)) == ()


def test_reasons_that_name_a_node_are_told_from_those_that_name_one_like_it():
    reasons = (Reason(Rule.CORDON, "n1, n12 idle"), Reason(Rule.SETTLE, "n2 cordoned"))
    decision = Decision("transcode", 1, 1, reasons, Memory())

    assert [one.code for one in reasons_naming(decision, "n1")] == ["cordon"]
    assert [one.code for one in reasons_naming(decision, "n2")] == ["settle"]
    assert reasons_naming(decision, "") == ()


def test_details_and_numbers_that_are_none_are_left_out():
    found = told(Fate.IDLE, "it idles", None, told(Rule.QUIET, "quiet"), count=1, at=None)

    assert [one.code for one in found.details] == ["quiet"]
    assert found.numbers == {"count": 1}

"""Clocks compared by the Date header of an answer."""

from datetime import timedelta

import pytest

from autoscaler.checks.clock import Stamp, judge_clock, skew
from autoscaler.checks.finding import About
from tests.builders import at

#: The epoch of the tests as a server's header has it.
EPOCH_SAID = "Sun, 01 Mar 2026 12:00:00 GMT"
ABOUT = About("nomad")


def a_stamp(seconds: float, *, took: float = 0.2, date: str | None = EPOCH_SAID) -> Stamp:
    """An answer, by our clock so many seconds after the server's epoch."""
    return Stamp(at(seconds), at(seconds + took), date)


def test_ours_is_compared_with_the_middle_of_the_second_that_the_header_names() -> None:
    assert skew(a_stamp(10.4)) == timedelta(seconds=10)


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        (0, "ok"),
        (5, "ok"),
        (-4, "ok"),
        (6, "warning"),
        (-6, "warning"),
        (31, "wrong"),
        (-31, "wrong"),
    ],
)
def test_a_little_is_nothing_more_is_a_warning_and_half_a_minute_is_wrong(
    seconds: float, verdict: str
) -> None:
    (found,) = judge_clock(a_stamp(seconds), "Nomad", ABOUT)

    assert (found.code, found.verdict) == ("clock.skew", verdict)


def test_it_is_said_which_clock_is_ahead() -> None:
    (ahead,) = judge_clock(a_stamp(40), "AWS", ABOUT)
    (behind,) = judge_clock(a_stamp(-40), "AWS", ABOUT)

    assert ahead.says == "this clock is 40 s ahead of AWS's"
    assert behind.says == "this clock is 40 s behind AWS's"


@pytest.mark.parametrize(
    "stamp", [a_stamp(0, date=None), a_stamp(0, date="yesterday"), a_stamp(0, took=9)]
)
def test_an_answer_without_a_usable_time_is_unknown_and_not_wrong(stamp: Stamp) -> None:
    (found,) = judge_clock(stamp, "Nomad", ABOUT)

    assert found.verdict == "unknown"


def test_without_an_answer_nothing_is_said() -> None:
    assert not list(judge_clock(None, "Nomad", ABOUT))

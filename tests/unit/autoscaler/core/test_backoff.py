"""The wait after failed cycles: it doubles, within its bounds."""

from datetime import timedelta

import pytest

from autoscaler.core.backoff import backoff, longest_backoff


@pytest.mark.parametrize(
    ("interval", "waits"),
    [(10, [10, 20, 40, 60, 60]), (60, [60, 60]), (300, [300, 300])],
)
def test_it_doubles_to_a_minute_and_is_never_less_than_the_interval(interval, waits):
    length = timedelta(seconds=interval)

    assert [backoff(length, failed + 1).total_seconds() for failed in range(len(waits))] == waits


@pytest.mark.parametrize("interval", [1, 10, 60, 300])
def test_the_longest_is_what_comes_of_failures_without_end(interval):
    length = timedelta(seconds=interval)

    assert backoff(length, 1_000_000) == longest_backoff(length)

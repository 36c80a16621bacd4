"""Durations as Go writes them."""

import pytest

from devstack.durations import nanoseconds

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15s", 15 * SECOND),
        ("1h30m", 5400 * SECOND),
        ("1.5s", 3 * SECOND // 2),
        (".5s", SECOND // 2),
        ("250ms", SECOND // 4),
        ("10us", 10_000),
        ("10µs", 10_000),
        ("7ns", 7),
        ("-5s", -5 * SECOND),
        ("+5s", 5 * SECOND),
        ("0", 0),
    ],
)
def test_a_duration_is_read(text: str, value: int) -> None:
    assert nanoseconds(text) == value


@pytest.mark.parametrize("text", ["", "15", "5 s", "s", "1d", "1h30", "one hour", "--5s"])
def test_what_is_none_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        nanoseconds(text)

"""How thumbnails are laid out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transcoder.builders import SPRITE, a_plan
from transcoder.core.profile import Box, Sprite
from transcoder.core.sheets import Sheets, laid_out, place

TEN = Sprite(Box(160, 90), 10, columns=10, rows=10, quality=4)


@pytest.mark.parametrize(
    ("seconds", "layout"),
    [
        (7200.0, Sheets(10, 10, 10, 720, 8)),
        # One begun is one.
        (1000.1, Sheets(10, 10, 10, 101, 2)),
        (1000.0, Sheets(10, 10, 10, 100, 1)),
        # A short video's come closer, and its sheet is cut to them.
        (250.0, Sheets(3, 10, 9, 84, 1)),
        (13.7, Sheets(1, 10, 2, 14, 1)),
        (4.0, Sheets(1, 4, 1, 4, 1)),
        (0.04, Sheets(1, 1, 1, 1, 1)),
        (0.0, Sheets(1, 1, 1, 1, 1)),
        (None, Sheets(10, 10, 10, None, None)),
    ],
)
def test_the_count_follows_from_the_length(seconds: float | None, layout: Sheets) -> None:
    assert laid_out(TEN, seconds) == layout


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 2000))
def test_every_thumbnail_has_a_place_of_its_own(columns: int, rows: int, count: int) -> None:
    sheets = Sheets(10, columns, rows, None, None)
    places = [place(sheets, number) for number in range(count)]
    assert len(set(places)) == count
    assert all(column < columns and row < rows for _, column, row in places)
    assert places[-1][0] == (count - 1) // (columns * rows)


def test_a_plan_tells_the_interval_as_the_thumbnails_rate() -> None:
    (made,) = a_plan(SPRITE, duration_seconds=250.0).renditions
    assert made.sheets == Sheets(3, 10, 9, 84, 1)
    assert made.pictures[0].frame_rate == Fraction(1, 3)

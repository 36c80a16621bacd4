"""WebVTT of thumbnails."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.core.cues import (
    Cue,
    end_seconds,
    parse_cues,
    shown_count,
    sprite_cues,
    timestamp,
)
from transcoder.core.plan import Picture
from transcoder.core.sheets import Sheets

PICTURE = Picture(160, 90, Fraction(1, 10))
#: Of a video of 45.5 s.
SHEETS = Sheets(10, 2, 2, 5, 2)


def test_each_thumbnail_has_a_cue() -> None:
    assert sprite_cues(SHEETS, PICTURE, 5, 45.5, "transcoder settings abc") == (
        "WEBVTT\n\n"
        "NOTE transcoder settings abc\n\n"
        "00:00:00.000 --> 00:00:10.000\nparts/00000.jpg#xywh=0,0,160,90\n\n"
        "00:00:10.000 --> 00:00:20.000\nparts/00000.jpg#xywh=160,0,160,90\n\n"
        "00:00:20.000 --> 00:00:30.000\nparts/00000.jpg#xywh=0,90,160,90\n\n"
        "00:00:30.000 --> 00:00:40.000\nparts/00000.jpg#xywh=160,90,160,90\n\n"
        "00:00:40.000 --> 00:00:45.500\nparts/00001.jpg#xywh=0,0,160,90\n"
    )


def test_cues_are_read_as_they_are_written() -> None:
    cues = parse_cues(sprite_cues(SHEETS, PICTURE, 5, 45.5, "x"))
    assert len(cues) == 5
    assert cues[3] == Cue(30, 40, "parts/00000.jpg", (160, 90, 160, 90))
    assert cues[4] == Cue(40, 45.5, "parts/00001.jpg", (0, 0, 160, 90))


@given(st.integers(0, 10**8))
def test_times_are_read_as_they_are_written(milliseconds: int) -> None:
    told = timestamp(milliseconds / 1000)
    (cue,) = parse_cues(f"{told} --> {told}\na.jpg#xywh=0,0,2,2")
    assert round(cue.ends_seconds * 1000) == milliseconds


@pytest.mark.parametrize(
    ("made", "length", "shown"),
    [
        (5, 45.5, 5),
        # The sound goes on longer than the picture.
        (3, 45.5, 3),
        # The length was rounded down, and a picture began at its very end.
        (6, 49.99, 5),
        # Transport streams are often longer than they claim.
        (6, 45.5, 6),
        (9, 45.5, 9),
    ],
)
def test_a_thumbnail_without_any_time_is_not_shown(made: int, length: float, shown: int) -> None:
    assert shown_count(SHEETS, made, length) == shown


def test_without_a_length_all_thumbnails_are_shown() -> None:
    unknown = Sheets(10, 2, 2, None, None)
    assert shown_count(unknown, 7, None) == 7
    assert end_seconds(unknown, 7, None) == 70


@pytest.mark.parametrize(
    ("shown", "length", "ends"),
    [
        (5, 45.5, 45.5),
        # The last one stays while the sound goes on.
        (3, 45.5, 45.5),
        # Nothing is known of the true end of what is longer than it claims.
        (6, 45.5, 60),
    ],
)
def test_the_last_cue_ends_with_the_video(shown: int, length: float, ends: float) -> None:
    assert end_seconds(SHEETS, shown, length) == ends

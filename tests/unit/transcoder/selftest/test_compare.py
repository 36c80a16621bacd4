"""What came of an input is held against what was to come."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tests.unit.transcoder.builders import a_media, a_video, an_audio
from transcoder.core.media import Colour, Scan
from transcoder.core.outcome import Exit, Outcome, Output
from transcoder.errors import Reason
from transcoder.selftest.clip import Clip, Refused, Works, near
from transcoder.selftest.compare import Seen, differences
from transcoder.selftest.recipe import Written
from transcoder.selftest.studio import rgb_of

BT709 = Colour("tv", "bt709", "bt709", "bt709")
VIDEO = a_video(width=854, height=480, colour=BT709)
SEEN = Seen(
    media=a_media(video=(VIDEO,), audio=(an_audio(channels=1),)),
    frames=30,
    tracks=2,
    index_first=True,
    sound_seconds=1.0,
    quarters=((10, 20, 30), (10, 20, 32), (10, 20, 30), (10, 20, 28)),
)
OUTPUT = Output("small", "/out/x.mp4", "x.mp4", 854, 480, 1.0, 1000, skipped=False)
DONE = Outcome("x.mp4", outputs=(OUTPUT,))
WORKS = Works(
    {"small": "854x480"},
    near(30),
    channels=(1,),
    seconds=(0.9, 1.1),
    sound_seconds=(0.9, 1.1),
    colour=(12, 18, 34),
)
TRUNCATED = Outcome("x.mp4", Reason.INPUT_TRUNCATED, "it claims 4.0 s", Exit.BAD_INPUT)


def of(
    outcome: Outcome = DONE, seen: Seen | None = SEEN, expected: Works | Refused = WORKS
) -> list[str]:
    clip = Clip("01 a clip", "x.mp4", Written(b""), expected)
    return differences(clip, outcome, {} if seen is None else {"small": seen})


def test_nothing_is_told_of_what_is_as_expected() -> None:
    assert of() == []
    assert of(TRUNCATED, None, Refused(Reason.INPUT_TRUNCATED, "claims 4.0")) == []


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (replace(DONE, outputs=()), "expected sizes small 854x480, found "),
        (
            replace(DONE, outputs=(replace(OUTPUT, width=852),)),
            "expected sizes small 854x480, found small 852x480",
        ),
        (
            replace(DONE, outputs=(replace(OUTPUT, duration_seconds=2.0),)),
            "expected 0.9 to 1.1 s of small, found 2.0",
        ),
        (
            replace(DONE, warnings=("input_damaged: 3", "input_damaged: 4")),
            "expected warnings [], found ['input_damaged']",
        ),
        (TRUNCATED, "expected results, found input_truncated: it claims 4.0 s"),
    ],
)
def test_another_outcome_is_told(outcome: Outcome, told: str) -> None:
    assert of(outcome) == [told]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"frames": 40}, "expected 29 to 31 frames, found 40"),
        ({"tracks": 3}, "expected tracks 2, found 3"),
        ({"index_first": False}, "expected index first True, found False"),
        ({"sound_seconds": 0.5}, "expected 0.9 to 1.1 s of sound, found 0.5"),
        ({"quarters": ((21, 20, 30),) * 4}, "expected colour (12, 18, 34), found (21, 20, 30)"),
    ],
)
def test_another_result_is_told_with_its_profile(change: dict[str, Any], told: str) -> None:
    assert of(seen=replace(SEEN, **change)) == [f"small: {told}"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"average_rate": Fraction(60)}, "expected rate 30, found 60"),
        ({"pixel_format": "yuv422p"}, "expected pixel format yuv420p, found yuv422p"),
        ({"rotation": 90}, "expected shape (1, 0, progressive), found (1, 90, progressive)"),
        ({"scan": Scan.INTERLACED}, "expected shape (1, 0, progressive), found (1, 0, interlaced)"),
        (
            {"colour": replace(BT709, matrix=None)},
            "expected colour tags (tv, bt709, bt709, bt709), found (tv, None, bt709, bt709)",
        ),
    ],
)
def test_another_picture_is_told(change: dict[str, Any], told: str) -> None:
    media = replace(SEEN.media, video=(replace(VIDEO, **change),))
    assert of(seen=replace(SEEN, media=media)) == [f"small: {told}"]


def test_a_picture_that_was_turned_the_wrong_way_is_told() -> None:
    red, green = (200, 0, 0), (0, 200, 0)
    expected = replace(WORKS, colour=None, quarters=(red, green, green, green))
    seen = replace(SEEN, quarters=(green, red, green, green))
    assert of(seen=seen, expected=expected) == [
        "small: expected quarter 1 (200, 0, 0), found (0, 200, 0)",
        "small: expected quarter 2 (0, 200, 0), found (200, 0, 0)",
    ]


def test_a_result_without_a_picture_is_told_and_looked_at_no_further() -> None:
    media = replace(SEEN.media, video=())
    assert of(seen=replace(SEEN, media=media)) == ["small: expected one picture, found 0"]


def test_what_is_not_looked_at_is_not_told() -> None:
    bare = Works({"small": "854x480"}, near(30), rate=None, channels=(1,))
    seen = replace(SEEN, sound_seconds=None, quarters=())
    assert of(seen=seen, expected=bare) == []


@pytest.mark.parametrize(
    ("expected", "outcome", "told"),
    [
        (Refused(Reason.UNREADABLE, ""), TRUNCATED, "expected unreadable, found input_truncated: "),
        (Refused(Reason.INPUT_TRUNCATED, "5.0"), TRUNCATED, "expected words '5.0', found "),
        (
            Refused(Reason.INPUT_TRUNCATED, ""),
            replace(TRUNCATED, exit=Exit.RETRY),
            "expected input_truncated, found input_truncated: ",
        ),
    ],
)
def test_another_end_is_told(expected: Refused, outcome: Outcome, told: str) -> None:
    (found,) = of(outcome, None, expected)
    assert found.startswith(told)


def test_results_of_what_was_to_be_refused_are_told() -> None:
    assert of(expected=Refused(Reason.UNREADABLE, "")) == [
        "expected unreadable, found results",
        "expected nothing published, found 1 results",
    ]


@pytest.mark.parametrize(
    ("yuv", "rgb"),
    [
        ((16, 128, 128), (0, 0, 0)),
        ((235, 128, 128), (255, 255, 255)),
        ((141, 86, 64), (31, 189, 57)),
    ],
)
def test_colours_are_told_in_red_green_and_blue(
    yuv: tuple[int, int, int], rgb: tuple[int, int, int]
) -> None:
    assert rgb_of(*yuv) == rgb

"""A result is held against its plan before anyone may see it."""

from fractions import Fraction

import pytest

from tests.unit.transcoder.builders import (
    SAID,
    SMALL,
    a_media,
    a_plan,
    a_run,
    a_subtitle,
    a_video,
    an_audio,
)
from transcoder.core.media import Media
from transcoder.core.verify import problems, shortfall, truncated, undecodable

RESULT = a_media(video=(a_video(width=854, height=480, colour=SAID),))


@pytest.mark.parametrize(
    ("planned", "actual", "missing"),
    [
        (4.0, 4.0, 0.0),
        (4.0, 3.1, 0.0),
        (4.0, 2.4, 1.6),
        (1000.0, 991.0, 0.0),
        (1000.0, 989.0, 11.0),
        (2.0, 4.0, 0.0),
        (0.033, 0.033, 0.0),
        (5.0, None, 5.0),
        (None, 1.0, 0.0),
    ],
)
def test_shorter_by_more_than_a_second_and_a_hundredth_is_too_short(
    planned: float | None, actual: float | None, missing: float
) -> None:
    assert shortfall(planned, actual) == pytest.approx(missing)


def test_a_result_as_planned_has_no_problem() -> None:
    plan = a_plan(SMALL)
    assert problems(RESULT, plan.renditions[0]) == []


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (None, "cannot be opened"),
        (a_media(video=(a_video(width=854, height=480),)), "colour"),
        (a_media(video=(), audio=()), "cannot be opened"),
        (a_media(video=()), "video streams 0, planned 1"),
        (a_media(video=(a_video(codec="mpeg4"),)), "video codec mpeg4, planned h264"),
        (
            a_media(video=RESULT.video, audio=(an_audio(codec="mp3"),)),
            "audio codec mp3, planned aac",
        ),
        (a_media(video=RESULT.video, subtitles=(a_subtitle(),)), "subtitles 1, planned 0"),
        (a_media(), "size (1920, 1080), planned (854, 480)"),
        (a_media(video=(a_video(width=854, height=480),) * 2), "video streams 2, planned 1"),
        (a_media(video=RESULT.video, audio=()), "audio streams 0, planned 1"),
        (a_media(video=RESULT.video, audio=(an_audio(channels=6),)), "audio channels 6, planned 2"),
        (a_media(video=(a_video(width=854, height=480, rotation=90),)), "rotation 90, planned 0"),
        (
            a_media(video=(a_video(width=854, height=480, pixel_format="yuv422p"),)),
            "pixel format yuv422p",
        ),
        (
            a_media(video=(a_video(width=854, height=480, sample_aspect=Fraction(5121, 5120)),)),
            "sample aspect 5121/5120, planned 1",
        ),
    ],
)
def test_every_difference_is_told(result: Media | None, words: str) -> None:
    plan = a_plan(SMALL)
    assert words in "; ".join(problems(result, plan.renditions[0]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"exit_status": 1, "errors": "[x] broken"}, "does not decode: broken"),
        ({"frames": 0}, "no frame"),
        ({"damaged_count": 2, "errors": "bad"}, "damaged in 2 places: bad"),
    ],
)
def test_a_result_that_does_not_decode_is_told(change: dict[str, object], words: str) -> None:
    assert words in str(undecodable(a_run(**change)))
    assert undecodable(a_run()) is None


def test_a_truncated_input_is_told_with_both_lengths() -> None:
    assert truncated(4.0, 2.4).detail == "the input claims 4.00 s and ends after 2.40 s"

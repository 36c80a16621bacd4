"""How much memory an encode is guessed to take, beside what was measured."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.transcoder.builders import (
    AUDIO,
    HLS,
    LARGE,
    POSTER,
    SMALL,
    SPRITE,
    a_plan,
    a_video,
    making,
)
from transcoder.core.media import Colour
from transcoder.core.memory import peak_mib
from transcoder.core.profile import Box, Profile, VideoSettings

#: Of the task's own process, which was not measured with ffmpeg.
TASK = 50
FULL = making(SMALL, box=Box(1920, 1080))
AV1 = making(LARGE, video=VideoSettings("libsvtav1", 8, 35, 2500, None, None, 60, 4))
UHD = {"width": 3840, "height": 2160}
DEEP = {"pixel_format": "yuv420p10le"}
HDR = {**DEEP, "colour": Colour("tv", "bt2020nc", "bt2020", "smpte2084")}
SD = {"width": 640, "height": 360}


@pytest.mark.parametrize(
    ("profiles", "video", "threads", "measured"),
    [
        ((AUDIO,), {}, 4, 38),
        ((SMALL,), SD, 1, 96),
        ((SMALL,), SD, 4, 111),
        ((SMALL, LARGE), SD, 2, 157),
        ((SMALL,), {}, 1, 151),
        ((LARGE,), {}, 2, 258),
        ((SMALL, LARGE), {}, 4, 389),
        ((FULL,), {}, 1, 432),
        ((FULL,), {}, 4, 527),
        ((AV1,), SD, 1, 147),
        ((AV1,), {}, 4, 570),
        ((POSTER,), {}, 1, 79),
        ((SPRITE,), {}, 2, 71),
        ((LARGE,), UHD, 4, 381),
        ((LARGE,), UHD | DEEP, 2, 475),
        ((LARGE,), HDR, 1, 305),
    ],
)
def test_the_guess_is_near_to_what_was_measured(
    profiles: tuple[Profile, ...], video: dict[str, Any], threads: int, measured: int
) -> None:
    guess = peak_mib(a_plan(*profiles, video=(a_video(**video),)), threads) - TASK
    assert guess == pytest.approx(measured, rel=0.1, abs=12)


def test_every_size_of_a_stream_is_counted() -> None:
    whole, first = a_plan(HLS), a_plan(HLS)
    (made,) = first.renditions
    first = replace(
        first, renditions=(replace(made, rungs=made.rungs[:1], pictures=made.pictures[:1]),)
    )
    assert peak_mib(whole, 1) > peak_mib(first, 1) > peak_mib(a_plan(AUDIO), 1)


def test_a_quicker_preset_looks_less_far_ahead() -> None:
    quick = VideoSettings("libx264", "ultrafast", 26, 1500, "high", "3.1", 60, 2)
    assert peak_mib(a_plan(making(SMALL, video=quick)), 1) < peak_mib(a_plan(SMALL), 1)


def test_wider_colours_take_more() -> None:
    rich = a_plan(SMALL, video=(a_video(pixel_format="yuv444p"),))
    assert peak_mib(rich, 1) > peak_mib(a_plan(SMALL), 1)

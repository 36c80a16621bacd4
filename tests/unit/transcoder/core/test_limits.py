"""Inputs that are too much are refused for good."""

import pytest

from tests.unit.transcoder.builders import AUDIO, SMALL, a_media, a_plan, a_video
from transcoder.core.limits import Limits, check_limits
from transcoder.errors import Reason, TaskError


def refused(limits: Limits) -> TaskError:
    with pytest.raises(TaskError) as failure:
        check_limits(a_media(), a_plan(SMALL), limits)
    return failure.value


def test_what_is_within_its_limits_passes() -> None:
    check_limits(a_media(), a_plan(SMALL), Limits())
    check_limits(a_media(), a_plan(SMALL), Limits(duration_seconds=4.0, pixels=1920 * 1080))


def test_an_input_that_is_too_long_is_told_with_both_lengths() -> None:
    error = refused(Limits(duration_seconds=3.0))
    assert error.reason is Reason.TOO_LONG
    assert error.detail == "the input is 4 s long; 3 s are allowed"


def test_a_picture_that_is_too_large_is_told_with_its_size() -> None:
    error = refused(Limits(pixels=1920 * 1080 - 1))
    assert error.reason is Reason.TOO_LARGE
    assert error.detail == "the picture of 1920x1080 is larger than 2073599 pixels"


def test_a_length_that_is_not_told_is_not_held_against_an_input() -> None:
    media = a_media(duration_seconds=None)
    check_limits(media, a_plan(SMALL, duration_seconds=None), Limits(duration_seconds=1.0))


def test_only_the_picture_that_is_used_counts() -> None:
    cover = a_video(index=2, width=9000, height=9000, attached_picture=True)
    media = a_media(video=(a_video(), cover))
    check_limits(media, a_plan(SMALL, video=media.video), Limits(pixels=1920 * 1080))
    check_limits(media, a_plan(AUDIO, video=media.video), Limits(pixels=1))

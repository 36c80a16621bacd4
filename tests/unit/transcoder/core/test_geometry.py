"""Sizes of pictures: as they are seen, and as they are made."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transcoder.builders import LARGE, SMALL, a_plan, a_video
from transcoder.core.geometry import display_size, fit, step
from transcoder.core.media import VideoStream
from transcoder.core.profile import Box

PAL = Fraction(64, 45)


@given(
    width=st.integers(1, 9000),
    height=st.integers(1, 9000),
    box=st.sampled_from([Box(854, 480), Box(1280, 720), Box(2, 2)]),
)
def test_every_size_is_even_within_the_box_and_never_enlarged(
    width: int, height: int, box: Box
) -> None:
    across, down = fit(Fraction(width), Fraction(height), box)
    assert across % 2 == down % 2 == 0
    assert 2 <= across <= max(2, width)
    assert 2 <= down <= max(2, height)
    assert max(across, down) <= max(box.width, box.height)
    assert min(across, down) <= min(box.width, box.height)


@given(width=st.integers(200, 4000), height=st.integers(200, 4000))
def test_the_shape_is_kept_to_a_pixel_of_rounding(width: int, height: int) -> None:
    across, down = fit(Fraction(width), Fraction(height), Box(1280, 720))
    assert abs(across - Fraction(width, height) * down) <= 1 + Fraction(width, height)


@pytest.mark.parametrize(
    ("video", "shown"),
    [
        (a_video(width=720, height=576, sample_aspect=PAL), (1024, 576)),
        (a_video(width=1920, height=1080, sample_aspect=Fraction(1, 2)), (1920, 2160)),
        (a_video(rotation=90), (1080, 1920)),
        (a_video(rotation=180), (1920, 1080)),
        (a_video(width=720, height=576, sample_aspect=PAL, rotation=270), (576, 1024)),
    ],
)
def test_sample_aspect_and_rotation_make_the_picture_that_people_see(
    video: VideoStream, shown: tuple[int, int]
) -> None:
    assert tuple(map(int, display_size(video))) == shown


@pytest.mark.parametrize(
    ("shown", "size", "over"),
    [
        ((1920, 1080), (854, 480), (1280, 720)),
        ((3840, 2160), (640, 360), (1280, 720)),
        ((1080, 1920), (480, 854), (720, 1280)),
        ((1920, 1042), (854, 464), (1280, 694)),
        ((3840, 2160), (1280, 720), None),
        ((3840, 2160), (1920, 1080), None),
        ((3840, 2160), (1024, 576), None),
        ((1600, 900), (854, 480), None),
        ((640, 360), (640, 360), None),
    ],
)
def test_large_pictures_become_small_ones_over_one_size(
    shown: tuple[int, int], size: tuple[int, int], over: tuple[int, int] | None
) -> None:
    assert step(a_video(width=shown[0], height=shown[1]), size) == over


@given(width=st.integers(1, 9000), height=st.integers(1, 9000))
def test_a_step_lies_well_between_what_is_there_and_what_is_made(width: int, height: int) -> None:
    video = a_video(width=width, height=height)
    plan = a_plan(SMALL, LARGE, video=(video,))
    for made in plan.renditions:
        (picture,) = made.pictures
        if picture.via is not None:
            assert picture.width < picture.via[0] < width
            assert picture.height < picture.via[1] < height

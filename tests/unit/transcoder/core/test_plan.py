"""From what a file is to explicit numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transcoder.builders import LARGE, POSTER, SMALL, a_media, a_plan, a_video, an_audio
from transcoder.core.media import UNKNOWN, Colour, Scan, VideoStream
from transcoder.core.plan import (
    choose_audio,
    choose_video,
    constant_rate,
    display_size,
    fit,
    input_matrix,
)
from transcoder.core.profile import Box
from transcoder.errors import Reason, TaskError

PAL = Fraction(64, 45)


@pytest.mark.parametrize(
    ("size", "small", "large"),
    [
        ((1920, 1080), (854, 480), (1280, 720)),
        ((640, 360), (640, 360), (640, 360)),
        ((641, 361), (640, 360), (640, 360)),
        ((643, 363), (642, 362), (642, 362)),
        ((1920, 1042), (854, 464), (1280, 694)),
        ((1080, 1920), (480, 854), (720, 1280)),
        ((2560, 1080), (854, 360), (1280, 540)),
        ((4000, 100), (854, 22), (1280, 32)),
        ((100, 4000), (22, 854), (32, 1280)),
        ((2, 2), (2, 2), (2, 2)),
        ((1, 1), (2, 2), (2, 2)),
        ((321, 241), (320, 240), (320, 240)),
    ],
)
def test_a_picture_is_fitted_into_the_box(
    size: tuple[int, int], small: tuple[int, int], large: tuple[int, int]
) -> None:
    plan = a_plan(video=(a_video(width=size[0], height=size[1]),))
    assert [(made.pictures[0].width, made.pictures[0].height) for made in plan.renditions] == [
        small,
        large,
    ]


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
    ("own", "average", "planned"),
    [
        (Fraction(30), Fraction(30), Fraction(30)),
        (Fraction(30000, 1001), Fraction(30000, 1001), Fraction(30000, 1001)),
        (Fraction(240), Fraction(240), Fraction(60)),
        (Fraction(1000), Fraction(27), Fraction(30)),
        (Fraction(90000), Fraction(12), Fraction(24)),
        (Fraction(1), Fraction(1), Fraction(1)),
        (None, Fraction(25), Fraction(25)),
        (None, None, Fraction(25)),
    ],
)
def test_the_rate_is_constant_and_bounded(
    own: Fraction | None, average: Fraction | None, planned: Fraction
) -> None:
    assert constant_rate(a_video(frame_rate=own, average_rate=average), 60) == planned


def test_a_field_rate_is_no_frame_rate() -> None:
    video = a_video(frame_rate=Fraction(50), average_rate=Fraction(25), scan=Scan.INTERLACED)
    assert constant_rate(video, 60) == 25


def test_ticks_twice_as_fast_as_the_frames_are_no_frame_rate() -> None:
    """As some versions tell of MPEG-1, and of phones' recordings."""
    video = a_video(frame_rate=Fraction(60000, 1001), average_rate=Fraction(30000, 1001))
    assert constant_rate(video, 60) == Fraction(30000, 1001)


def test_a_low_bound_on_the_rate_holds() -> None:
    assert constant_rate(a_video(frame_rate=Fraction(60), average_rate=Fraction(60)), 20) == 20


def test_only_interlaced_pictures_are_deinterlaced() -> None:
    assert a_plan(video=(a_video(scan=Scan.INTERLACED),)).deinterlace
    assert not a_plan(video=(a_video(scan=Scan.UNKNOWN),)).deinterlace


@pytest.mark.parametrize(
    ("matrix", "width", "height", "planned"),
    [
        ("bt709", 320, 240, "bt709"),
        ("bt2020nc", 320, 240, "bt2020"),
        ("bt470bg", 1920, 1080, "bt470"),
        (None, 1920, 1080, "bt709"),
        (None, 720, 576, "smpte170m"),
        ("gbr", 640, 480, "smpte170m"),
        ("reserved", 1280, 544, "bt709"),
    ],
)
def test_an_untagged_colour_matrix_is_guessed_by_size(
    matrix: str | None, width: int, height: int, planned: str
) -> None:
    video = a_video(width=width, height=height, colour=Colour(matrix=matrix))
    assert input_matrix(video) == planned


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_high_dynamic_range_is_mapped_where_ffmpeg_can(transfer: str) -> None:
    video = (a_video(colour=Colour(transfer=transfer)),)
    able, unable = a_plan(video=video), a_plan(video=video, can_tonemap=False)
    assert (able.tonemap, able.warnings) == (True, ())
    assert not unable.tonemap
    assert unable.warnings[0].startswith("hdr_not_tonemapped")


def test_the_default_stream_goes_before_the_larger_and_the_larger_before_the_first() -> None:
    first = a_video(index=0, width=320, height=240, default=False)
    large = a_video(index=1, default=False)
    chosen = a_video(index=2, width=640, height=360)
    assert choose_video(a_media(video=(first, large))) is large
    assert choose_video(a_media(video=(first, large, chosen))) is chosen
    twins = (a_video(index=3), a_video(index=4))
    assert choose_video(a_media(video=twins)) is twins[0]


def test_the_default_sound_is_taken() -> None:
    first, second = an_audio(index=1, default=False), an_audio(index=2)
    assert choose_audio(a_media(audio=(first, second))) is second
    assert choose_audio(a_media(audio=(an_audio(sample_rate=0),))) is None
    assert choose_audio(a_media(audio=())) is None


def test_a_sound_that_nobody_can_decode_is_left_out_and_told() -> None:
    unknown, known = an_audio(index=1, codec=UNKNOWN), an_audio(index=2, default=False)
    plan = a_plan(SMALL, audio=(unknown, known))
    assert [track.stream for track in plan.renditions[0].tracks] == [known]
    assert [warning.partition(" is")[0] for warning in plan.warnings] == ["sound_skipped: stream 1"]
    assert a_plan(POSTER, audio=(unknown,)).warnings == ()


def test_a_picture_that_nobody_can_decode_is_refused() -> None:
    with pytest.raises(TaskError, match="stream 0 is of a kind") as failure:
        a_plan(video=(a_video(codec=UNKNOWN),))
    assert failure.value.reason is Reason.UNSUPPORTED_INPUT


@pytest.mark.parametrize("video", [(), (a_video(attached_picture=True),)])
def test_sound_alone_is_no_video(video: tuple[object, ...]) -> None:
    with pytest.raises(TaskError) as failure:
        a_plan(video=video)
    assert failure.value.reason is Reason.NO_VIDEO_STREAM


def test_a_picture_without_a_size_is_unreadable() -> None:
    with pytest.raises(TaskError) as failure:
        a_plan(video=(a_video(width=0, height=0),))
    assert failure.value.reason is Reason.UNREADABLE


@pytest.mark.parametrize(("channels", "planned"), [(1, 1), (2, 2), (6, 2), (0, 2)])
def test_sound_keeps_its_channels_up_to_the_profiles(channels: int, planned: int) -> None:
    plan = a_plan(SMALL, audio=(an_audio(channels=channels),))
    assert [track.channels for track in plan.renditions[0].tracks] == [planned]


def test_no_sound_is_planned_where_there_is_none() -> None:
    plan = a_plan(SMALL, LARGE, audio=())
    assert [made.tracks for made in plan.renditions] == [(), ()]
    assert plan.streams == (0,)


def test_renditions_come_in_the_order_of_the_profiles() -> None:
    names = [made.profile.name for made in a_plan(LARGE, SMALL).renditions]
    assert names == ["large", "small"]

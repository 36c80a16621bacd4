"""What of an input is used, and what it is taken for."""

from fractions import Fraction

import pytest

from tests.unit.transcoder.builders import a_media, a_plan, a_video, an_audio
from transcoder.core.media import UNKNOWN, Colour, Scan
from transcoder.core.source import choose_audio, choose_video, constant_rate, input_matrix
from transcoder.errors import Reason, TaskError


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


def test_the_default_stream_goes_before_the_larger_and_the_larger_before_the_first() -> None:
    first = a_video(index=0, width=320, height=240, default=False)
    large = a_video(index=1, default=False)
    chosen = a_video(index=2, width=640, height=360)
    assert choose_video(a_media(video=(first, large))) is large
    assert choose_video(a_media(video=(first, large, chosen))) is chosen
    twins = (a_video(index=3), a_video(index=4))
    assert choose_video(a_media(video=twins)) is twins[0]


@pytest.mark.parametrize("change", [{"codec": UNKNOWN}, {"width": 0, "height": 0}])
def test_a_picture_that_can_be_decoded_goes_before_one_that_cannot(
    change: dict[str, object],
) -> None:
    unusable, usable = a_video(**change), a_video(index=1, width=64, height=36, default=False)
    assert choose_video(a_media(video=(unusable, usable))) is usable


def test_an_input_without_a_picture_is_told_with_what_it_has() -> None:
    cover = a_video(attached_picture=True)
    for media, words in (
        (a_media(video=()), "sound only"),
        (a_media(video=(cover,)), "sound with a cover picture"),
        (a_media(video=(), audio=()), "no sound either"),
    ):
        with pytest.raises(TaskError, match=words):
            choose_video(media)


def test_the_default_sound_is_taken() -> None:
    first, second = an_audio(index=1, default=False), an_audio(index=2)
    assert choose_audio(a_media(audio=(first, second))) is second
    assert choose_audio(a_media(audio=(an_audio(sample_rate=0),))) is None
    assert choose_audio(a_media(audio=())) is None


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

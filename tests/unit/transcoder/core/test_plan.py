"""From what a file is to explicit numbers."""

import pytest

from tests.unit.transcoder.builders import (
    AUDIO,
    LARGE,
    POSTER,
    SMALL,
    a_plan,
    a_subtitle,
    a_video,
    an_audio,
    making,
)
from transcoder.core.media import UNKNOWN, Colour, Scan
from transcoder.core.profile import AudioSettings
from transcoder.errors import Reason, TaskError


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


def test_only_interlaced_pictures_are_deinterlaced() -> None:
    assert a_plan(video=(a_video(scan=Scan.INTERLACED),)).deinterlace
    assert not a_plan(video=(a_video(scan=Scan.UNKNOWN),)).deinterlace


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_high_dynamic_range_is_mapped_where_ffmpeg_can(transfer: str) -> None:
    video = (a_video(colour=Colour(transfer=transfer)),)
    able, unable = a_plan(video=video), a_plan(video=video, can_tonemap=False)
    assert (able.tonemap, able.warnings) == (True, ())
    assert not unable.tonemap
    assert unable.warnings[0].startswith("hdr_not_tonemapped")


def test_a_sound_that_nobody_can_decode_is_left_out_and_told() -> None:
    unknown, known = an_audio(index=1, codec=UNKNOWN), an_audio(index=2, default=False)
    plan = a_plan(SMALL, audio=(unknown, known))
    assert [track.stream for track in plan.renditions[0].tracks] == [known]
    assert [warning.partition(" is")[0] for warning in plan.warnings] == ["sound_skipped: stream 1"]
    assert a_plan(POSTER, audio=(unknown,)).warnings == ()


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


def test_subtitles_are_taken_where_they_are_text_and_asked_for() -> None:
    text, picture = a_subtitle(index=2), a_subtitle(index=3, codec="dvd_subtitle")
    asked = making(SMALL, subtitles=True)
    plan = a_plan(asked, LARGE, subtitles=(text, picture))
    assert [made.subtitles for made in plan.renditions] == [(text,), ()]
    assert plan.warnings == ("subtitles_skipped: stream 3 (dvd_subtitle) holds pictures of text",)
    assert a_plan(LARGE, subtitles=(picture,)).warnings == ()


def test_sound_alone_is_planned_without_a_picture() -> None:
    plan = a_plan(AUDIO, video=())
    assert (plan.video, plan.renditions[0].pictures, plan.streams) == (None, (), (1,))
    with pytest.raises(TaskError) as failure:
        a_plan(AUDIO, SMALL, video=())
    assert failure.value.reason is Reason.NO_VIDEO_STREAM


def test_a_profile_of_sound_needs_some() -> None:
    with pytest.raises(TaskError, match="no sound, which the profile 'audio'") as failure:
        a_plan(AUDIO, audio=())
    assert failure.value.reason is Reason.UNSUPPORTED_INPUT
    assert a_plan(making(SMALL, audio=None)).renditions[0].tracks == ()


def test_all_tracks_come_in_the_inputs_order() -> None:
    every = making(SMALL, audio=AudioSettings("aac", 96, 2, 48_000, tracks="all"))
    audio = (an_audio(index=1, default=False, channels=6), an_audio(index=3, channels=1))
    (made,) = a_plan(every, audio=audio).renditions
    assert [(track.stream.index, track.channels) for track in made.tracks] == [(1, 2), (3, 1)]
    assert a_plan(every, LARGE, audio=audio).streams == (0, 1, 3)

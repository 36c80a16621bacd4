"""Plain values for the transcoder's tests: each with the defaults of an ordinary 1080p file."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from transcoder.core.diagnosis import Run
from transcoder.core.media import AudioStream, Colour, Media, Scan, SubtitleStream, VideoStream
from transcoder.core.plan import Plan, make_plan
from transcoder.core.profile import (
    AudioFile,
    AudioSettings,
    Box,
    Hls,
    Makes,
    Poster,
    Profile,
    Rung,
    Sprite,
    VideoFile,
    VideoSettings,
)

SMALL = Profile(
    name="small",
    description="480p",
    makes=VideoFile(
        box=Box(854, 480),
        video=VideoSettings("libx264", "medium", 26, 1500, "high", "3.1", 60, 2),
        audio=AudioSettings("aac", 96, 2, 48_000),
    ),
)
LARGE = Profile(
    name="large",
    description="720p",
    makes=VideoFile(
        box=Box(1280, 720),
        video=VideoSettings("libx264", "medium", 23, 4000, "high", "4.0", 60, 2),
        audio=AudioSettings("aac", 128, 2, 48_000),
    ),
)

AUDIO = Profile("audio", "sound", AudioFile(AudioSettings("aac", 160, 2, 48_000)))
POSTER = Profile("poster", "a still", Poster(Box(1280, 720), at=0.1, quality=3))
SPRITE = Profile("sprite", "thumbnails", Sprite(Box(160, 90), 10, columns=10, rows=10, quality=4))
RUNGS = (
    Rung("480p", Box(854, 480), VideoSettings("libx264", "medium", 26, 1500, "high", "3.1", 60, 2)),
    Rung("720p", Box(1280, 720), VideoSettings("libx264", "fast", 23, 4000, "high", "4.0", 60, 2)),
)
HLS = Profile("hls", "adaptive", Hls(RUNGS, AudioSettings("aac", 128, 2, 48_000), 6))


def making(profile: Profile, **changes: Any) -> Profile:
    """The profile with other settings of what it makes, such as ``box`` or ``audio``."""
    makes: Makes = replace(profile.makes, **changes)
    return replace(profile, makes=makes)


#: The colours that every result tells.
SAID = Colour("tv", "bt709", "bt709", "bt709")


def a_video(**changes: Any) -> VideoStream:
    plain = VideoStream(
        index=0,
        codec="h264",
        width=1920,
        height=1080,
        pixel_format="yuv420p",
        sample_aspect=Fraction(1),
        rotation=0,
        frame_rate=Fraction(30),
        average_rate=Fraction(30),
        scan=Scan.PROGRESSIVE,
        colour=Colour(),
        default=True,
        attached_picture=False,
    )
    return replace(plain, **changes)


def an_audio(**changes: Any) -> AudioStream:
    return replace(AudioStream(1, "aac", 2, 48_000, default=True), **changes)


def a_subtitle(**changes: Any) -> SubtitleStream:
    return replace(SubtitleStream(2, "subrip", default=False), **changes)


def a_media(**changes: Any) -> Media:
    return replace(Media("mov,mp4,m4a,3gp,3g2,mj2", 4.0, (a_video(),), (an_audio(),)), **changes)


def a_plan(*profiles: Profile, can_tonemap: bool = True, **media: Any) -> Plan:
    return make_plan(a_media(**media), profiles or (SMALL, LARGE), can_tonemap)


def a_run(**changes: Any) -> Run:
    return replace(Run(exit_status=0, errors="", frames=120, out_seconds=4.0), **changes)

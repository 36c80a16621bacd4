"""What an ffmpeg prints of itself, and what each kind of profile needs of it."""

from dataclasses import replace

import pytest

from tests.unit.transcoder.builders import AUDIO, HLS, LARGE, POSTER, SMALL, SPRITE, making
from transcoder.core.capabilities import (
    Capabilities,
    encoders_in,
    filters_in,
    missing_for,
    parse_names,
    parse_version,
)
from transcoder.core.profile import Profile, VideoFile, VideoSettings

ENCODERS = """\
Encoders:
 V..... = Video
 .....D = Supports direct rendering method 1
 ------
 V....D libx264              libx264 H.264 / AVC / MPEG-4 AVC (codec h264)
 VFS..D mjpeg                MJPEG (Motion JPEG)
 A....D aac                  AAC (Advanced Audio Coding)
 VF...D rawvideo             raw video
"""
FILTERS = """\
Filters:
  T.. = Timeline support
  | = Source or sink filter
 T.. bwdif             V->V       Deinterlace the input image.
 ... fps               V->V       Force constant framerate.
 TS  colorbalance      V->V       Adjust the color balance.
 .. zscale            V->V       Of a version with two flags.
"""
MUXERS = """\
File formats:
 D. = Demuxing supported
 .E = Muxing supported
 --
  E mp4             MP4 (MPEG-4 Part 14)
  E mov,mp4like     Some have several names
 DE hls             Apple HTTP Live Streaming
  E  null            raw null video
"""

ALL = Capabilities(
    encoders=frozenset(("libx264", "aac", "mjpeg", "rawvideo")),
    filters=frozenset(
        (
            *("bwdif", "fps", "scale", "format", "setsar", "setparams", "split", "tpad", "trim"),
            *("thumbnail", "tile", "metadata", "null", "aresample", "aformat", "loudnorm"),
        )
    ),
    muxers=frozenset(("mp4", "mjpeg", "null", "image2", "framecrc", "hls")),
)


def test_the_lists_are_read_without_their_legends() -> None:
    assert parse_names(ENCODERS.splitlines()) == {"libx264", "mjpeg", "aac", "rawvideo"}
    assert parse_names(FILTERS.splitlines()) == {"bwdif", "fps", "colorbalance", "zscale"}
    assert parse_names(MUXERS.splitlines()) == {"mp4", "mov", "mp4like", "hls", "null"}


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026", "5.1.9-0+deb12u1"),
        ("ffprobe version n9.0.2-17-g2a571b6068 Copyright (c) 2007", "n9.0.2-17-g2a571b6068"),
        ("no ffmpeg at all", "unknown"),
    ],
)
def test_the_version_is_that_of_the_first_line(line: str, version: str) -> None:
    assert parse_version([line, "built with gcc"]) == version


def test_no_answer_tells_no_version() -> None:
    assert parse_version([]) == "unknown"


def test_encoders_are_those_after_their_options() -> None:
    words = ["-c:v", "libx264", "-c:a:0", "aac", "-codec", "copy", "-crf", "28", "-c", "copy"]
    words += ["-x", "libx265", "-c:v", "libx264"]
    assert encoders_in(words) == ("libx264", "aac")


def test_filters_are_told_from_their_options() -> None:
    graph = "[0:0]bwdif=mode=send_frame:deint=interlaced,fps=25/1,split=2[a][b];[a]null[x];[b]tile"
    assert filters_in(graph) == ("bwdif", "fps", "split", "null", "tile")


@pytest.mark.parametrize(
    "profile", [SMALL, LARGE, AUDIO, POSTER, SPRITE, HLS], ids=lambda p: p.name
)
def test_nothing_is_missing_where_all_is_there(profile: Profile) -> None:
    assert missing_for(profile, ALL) == ()


@pytest.mark.parametrize(
    ("profile", "kind", "name"),
    [
        (SMALL, "encoders", "libx264"),
        (SMALL, "encoders", "aac"),
        (SMALL, "filters", "bwdif"),
        (SMALL, "filters", "aresample"),
        (SMALL, "muxers", "mp4"),
        (AUDIO, "encoders", "aac"),
        (POSTER, "filters", "thumbnail"),
        (SPRITE, "filters", "tile"),
        (SPRITE, "muxers", "image2"),
        (HLS, "muxers", "hls"),
    ],
)
def test_each_thing_that_is_needed_is_missed(profile: Profile, kind: str, name: str) -> None:
    less = replace(ALL, **{kind: getattr(ALL, kind) - {name}})
    assert missing_for(profile, less) == (f"{kind[:-1]} {name}",)


def test_what_a_profile_does_not_use_it_does_not_miss() -> None:
    less = replace(ALL, encoders=frozenset(("aac",)), filters=frozenset(("aresample",)))
    assert missing_for(AUDIO, less) == ()
    assert isinstance(SMALL.makes, VideoFile)
    av1 = VideoSettings("libsvtav1", 8, 35, 2500, None, None, 60, 4)
    assert missing_for(making(SMALL, video=av1), ALL) == ("encoder libsvtav1",)
    assert missing_for(making(SMALL, audio=None), replace(less, **_pictures())) == ()


def _pictures() -> dict[str, frozenset[str]]:
    return {"encoders": frozenset(("libx264",)), "filters": ALL.filters - {"aresample"}}

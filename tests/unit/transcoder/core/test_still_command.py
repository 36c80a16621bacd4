"""Posters and sprites: their branches of the graph, and their outputs."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tests.unit.transcoder.builders import (
    POSTER,
    SMALL,
    SPRITE,
    a_media,
    a_plan,
    a_video,
    making,
)
from transcoder.core.command import encode_arguments, filter_graph, folders
from transcoder.core.media import Scan
from transcoder.core.profile import Profile
from transcoder.core.pulse import BEAT
from transcoder.core.still_command import sheet_size, thumbnail_count

SIZED = (
    "flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix=bt709:out_color_matrix=bt709"
    ":out_range=tv,format=yuv420p,setsar=1,setparams=range=tv:color_primaries=bt709"
    ":color_trc=bt709:colorspace=bt709"
)
FINE = "scale=flags=bicubic+accurate_rnd+full_chroma_int"
FULL = (
    "out_color_matrix=smpte170m:out_range=pc,format=yuv420p,setparams=range=pc:colorspace=smpte170m"
)


def chains(*profiles: Profile, **media: Any) -> list[str]:
    return filter_graph(a_plan(*profiles, **media)).split(";")


def test_a_poster_is_the_most_ordinary_of_some_pictures() -> None:
    common, chosen, beat = chains(POSTER, duration_seconds=100.0)
    assert common == (
        "[0:0]fps=2:start_time=0:eof_action=pass,tpad=stop_mode=clone:stop=20,split=2[s0_0][s0_1]"
    )
    assert chosen == (
        f"[s0_0]trim=start_frame=20:end_frame=32,scale=1280:720:{SIZED},"
        f"{FINE}:in_color_matrix=bt709:in_range=tv,format=rgb24,thumbnail=n=12,"
        f"{FINE}:{FULL}[v0_0]"
    )
    assert beat == f"[s0_1]trim=end_frame=32,{','.join(BEAT)}[v0_0_beat]"


@pytest.mark.parametrize(
    ("seconds", "trimmed", "compared"),
    [
        # Of half of what is left at most.
        (4.0, "trim=start_frame=0:end_frame=3", "thumbnail=n=3"),
        # `thumbnail` compares two at least, and passes on one alone.
        (0.04, "trim=start_frame=0:end_frame=1", "thumbnail=n=2"),
        (None, "trim=start_frame=0:end_frame=12", "thumbnail=n=12"),
    ],
)
def test_a_short_video_gives_a_poster_too(
    seconds: float | None, trimmed: str, compared: str
) -> None:
    graph = ";".join(chains(POSTER, duration_seconds=seconds))
    assert trimmed in graph
    assert compared in graph
    assert "tpad" not in graph, "the first picture is always there"


def test_a_poster_of_the_very_end_is_there_though_the_picture_ends_before() -> None:
    graph = ";".join(chains(making(POSTER, at=1.0), duration_seconds=10.0))
    assert "tpad=stop_mode=clone:stop=20,split" in graph
    assert "trim=start_frame=20:end_frame=21" in graph


def test_thumbnails_are_laid_on_sheets_and_listed() -> None:
    shared, sheets, listed = chains(SPRITE, duration_seconds=100.0)
    assert shared == (
        f"[0:0]fps=1/1:start_time=0:eof_action=pass,scale=160:90:{SIZED},"
        f"{FINE}:in_color_matrix=bt709:in_range=tv:{FULL},split=2[s0_0][s0_1]"
    )
    assert (sheets, listed) == (
        "[s0_0]tile=10x10[v0_0]",
        f"[s0_1]{','.join(BEAT)}[v0_0_beat]",
    )


def test_stills_of_interlaced_video_are_whole_frames() -> None:
    video = (a_video(scan=Scan.INTERLACED),)
    first, *_ = chains(SMALL, POSTER, SPRITE, video=video)
    assert first == "[0:0]bwdif=mode=send_frame:deint=interlaced,split=3[s0_0][s0_1][s0_2]"


def outputs(*profiles: Profile) -> list[str]:
    """The arguments of each output, from its first map on."""
    arguments = encode_arguments("file:/in", a_plan(*profiles), "/100%", 3)
    return " ".join(arguments).split(" -map ")[1:]


def test_a_poster_is_one_jpeg_and_shows_how_far_the_search_is() -> None:
    picture, beat = outputs(POSTER)
    assert picture == (
        "[v0_0] -map_metadata -1 -fps_mode passthrough -c:v mjpeg -strict unofficial -qmin 1 "
        "-q:v 3 -threads 1 -fflags +bitexact -flags:v +bitexact -f mjpeg "
        "file:/100%/poster/poster.jpg"
    )
    assert beat == "[v0_0_beat] -map_metadata -1 -fps_mode passthrough -f null -"


def test_sheets_are_numbered_below_the_parts_and_the_list_is_beside_them() -> None:
    sheets, listed = outputs(SPRITE)
    assert sheets == (
        "[v0_0] -map_metadata -1 -fps_mode passthrough -c:v mjpeg -strict unofficial -qmin 1 "
        "-q:v 4 -threads 1 -fflags +bitexact -flags:v +bitexact -start_number 0 -f image2 "
        "file:/100%%/sprite/parts/%05d.jpg"
    )
    assert listed == (
        "[v0_0_beat] -map_metadata -1 -fps_mode passthrough -c:v rawvideo -fflags +bitexact "
        "-flags:v +bitexact -f framecrc file:/100%/sprite/thumbnails.txt"
    )


def test_their_folders_are_made_first() -> None:
    poster, sprite = a_plan(POSTER, SPRITE).renditions
    assert folders("/out", poster) == ["/out/poster"]
    assert folders("/out", sprite) == ["/out/sprite", "/out/sprite/parts"]


def test_a_sprite_needs_a_layout() -> None:
    plan = a_plan(SPRITE)
    made = replace(plan.renditions[0], sheets=None)
    with pytest.raises(ValueError, match="the plan of sprite lays out no sheets"):
        filter_graph(replace(plan, renditions=(made,)))


def test_what_ffmpeg_lists_is_counted() -> None:
    listing = "#tb 0: 1/1\n#dimensions 0: 160x90\n0, 0, 0, 1, 21600, 0x1\n0, 1, 1, 1, 21600, 0x2\n"
    assert thumbnail_count(listing) == 2
    assert thumbnail_count("") == 0


def test_a_sheet_is_as_large_as_its_thumbnails() -> None:
    upright = a_media(video=(a_video(rotation=90),), duration_seconds=25.0)
    (made,) = a_plan(SPRITE, video=upright.video, duration_seconds=25.0).renditions
    assert made.pictures[0].frame_rate == Fraction(1)
    assert sheet_size(made) == (900, 480), "ten of 90x160 beside each other, in three rows"
    assert sheet_size(a_plan(SMALL).renditions[0]) == (0, 0)

"""The arguments of ffmpeg, as data."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transcoder.builders import (
    AUDIO,
    LARGE,
    SMALL,
    a_plan,
    a_subtitle,
    a_video,
    an_audio,
    making,
)
from transcoder.core.command import (
    PIPE,
    banner_arguments,
    decode_arguments,
    encode_arguments,
    ffprobe_arguments,
    file_source,
    filter_graph,
    measure_arguments,
)
from transcoder.core.media import Colour, Scan
from transcoder.core.plan import Measured
from transcoder.core.profile import Loudness, Profile, VideoFile, VideoSettings


def follows(arguments: list[str], option: str) -> list[str]:
    """Every value that stands after an option."""
    return [value for name, value in pairwise(arguments) if name == option]


def encoded(*profiles: Profile, threads: int = 1, **media: Any) -> list[str]:
    return encode_arguments("file:/in", a_plan(*profiles, **media), "/out", threads)


def test_one_decode_serves_all_renditions() -> None:
    arguments = encoded(SMALL, LARGE, threads=3)
    assert follows(arguments, "-i") == ["file:/in"]
    assert follows(arguments, "-map") == ["[v0_0]", "0:1", "[v1_0]", "0:1"]
    outputs = [argument for argument in arguments if argument.endswith(".mp4")]
    assert outputs == ["file:/out/small/small.mp4", "file:/out/large/large.mp4"]
    # Decoder, and each encoder.
    assert follows(arguments, "-threads") == ["3"]
    assert follows(arguments, "-threads:v") == ["3", "3"]
    assert follows(arguments, "-filter_complex_threads") == ["3"]


def test_a_rendition_is_encoded_by_its_profile() -> None:
    arguments = encoded(SMALL)
    wanted = {
        "-c:v": "libx264",
        "-preset:v": "medium",
        "-crf:v": "26",
        "-maxrate:v": "1500k",
        "-bufsize:v": "3000k",
        "-profile:v": "high",
        "-level:v": "3.1",
        "-pix_fmt:v": "yuv420p",
        "-fps_mode:v": "cfr",
        "-force_key_frames:v": "expr:gte(t,n_forced*2)",
        "-c:a": "aac",
        "-b:a": "96k",
        "-ac:a:0": "2",
        "-ar:a": "48000",
        "-filter:a:0": "aresample=async=1:first_pts=0",
        "-movflags": "+faststart",
        "-metadata": f"comment=transcoder settings {SMALL.digest}",
    }
    assert {option: follows(arguments, option)[-1] for option in wanted} == wanted
    assert "-sn" in arguments


_SCALED = (
    ":flags=bicubic+accurate_rnd+full_chroma_int"
    ":in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1,"
    "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
)


def test_the_graph_names_every_number() -> None:
    plan = a_plan(LARGE, video=(a_video(index=3, frame_rate=Fraction(30000, 1001)),))
    assert filter_graph(plan) == f"[0:3]fps=30000/1001,scale=1280:720{_SCALED}[v0_0]"


def test_a_small_picture_is_made_of_the_large_one() -> None:
    first = f"[0:0]fps=30/1,scale=1280:720{_SCALED}"
    second = f"scale=854:480{_SCALED}"
    assert filter_graph(a_plan(SMALL)) == f"{first},{second}[v0_0]"
    assert filter_graph(a_plan(SMALL, LARGE)) == (
        f"{first},split=2[s0_0][s0_1];[s0_0]{second}[v0_0];[s0_1]null[v1_0]"
    )


def test_what_renditions_share_is_done_once() -> None:
    video = a_video(scan=Scan.INTERLACED, width=1280, height=720)
    graph = filter_graph(a_plan(video=(video,)))
    shared = "bwdif=mode=send_frame:deint=interlaced,fps=30/1"
    assert graph.startswith(f"[0:0]{shared},split=2[s0_0][s0_1];[s0_0]scale=854:480")
    assert graph.count("bwdif") == graph.count("fps=") == 1


def test_high_dynamic_range_is_mapped_in_place_of_scaling() -> None:
    colour = Colour("tv", "bt2020nc", "bt2020", "smpte2084")
    graph = filter_graph(a_plan(LARGE, video=(a_video(colour=colour),)))
    assert "color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc,zscale=w=1280" in graph
    assert "tonemap=tonemap=hable:desat=0" in graph
    assert "in_color_matrix" not in graph
    assert filter_graph(a_plan(video=(a_video(colour=colour),))).count("tonemap=tonemap") == 1


def test_what_a_high_range_does_not_tell_of_its_colours_is_taken_for_granted() -> None:
    video = a_video(colour=Colour(transfer="arib-std-b67"))
    graph = filter_graph(a_plan(LARGE, video=(video,)))
    assert "color_primaries=bt2020:color_trc=arib-std-b67:colorspace=bt2020nc" in graph


def test_without_sound_there_is_no_audio_option() -> None:
    arguments = encoded(SMALL, audio=())
    assert follows(arguments, "-map") == ["[v0_0]"]
    assert not {"-c:a", "-filter:a:0", "-ac:a:0", "-b:a"} & set(arguments)


def test_the_sound_that_was_chosen_is_mapped() -> None:
    audio = (an_audio(index=1, default=False), an_audio(index=2))
    assert follows(encoded(SMALL, audio=audio), "-map") == ["[v0_0]", "0:2"]


def test_all_tracks_keep_their_languages_titles_and_flags() -> None:
    assert isinstance(SMALL.makes, VideoFile)
    assert SMALL.makes.audio is not None
    every = making(SMALL, audio=replace(SMALL.makes.audio, tracks="all"), subtitles=True)
    arguments = encoded(
        every,
        audio=(
            an_audio(index=1, default=False, channels=6, language="eng", title="-y"),
            an_audio(index=2, channels=1),
        ),
        subtitles=(a_subtitle(index=3, language="deu"), a_subtitle(index=4, codec="dvb_subtitle")),
    )
    assert follows(arguments, "-map") == ["[v0_0]", "0:1", "0:2", "0:3"]
    assert follows(arguments, "-ac:a:0") + follows(arguments, "-ac:a:1") == ["2", "1"]
    assert follows(arguments, "-metadata:s:a:0") == [
        "language=eng",
        "title=-y",
        "handler_name=-y",
    ]
    assert follows(arguments, "-disposition:a:0") == ["0"]
    assert follows(arguments, "-disposition:a:1") == ["default"]
    assert follows(arguments, "-c:s") == ["mov_text"]
    assert follows(arguments, "-metadata:s:s:0") == ["language=deu"]
    assert "-sn" not in arguments


def test_sound_alone_needs_no_graph() -> None:
    arguments = encoded(AUDIO, video=())
    assert "-filter_complex" not in arguments
    assert follows(arguments, "-map") == ["0:1"]
    assert arguments[-1] == "file:/out/audio/audio.m4a"
    assert "-flags:v" not in arguments, "newer versions warn of options that meet no stream"


def test_loudness_is_brought_to_its_aim_by_what_was_measured() -> None:
    aim = Loudness(-16, -1.5, 11)
    loud = making(AUDIO, audio=replace(AUDIO.makes.audio, loudness=aim))
    plan = a_plan(loud)
    found = Measured(-23.456, -4.5, 3.2, -33.5, 0.1)
    (made,) = plan.renditions
    tracks = (replace(made.tracks[0], loudness=found),)
    plan = replace(plan, renditions=(replace(made, tracks=tracks),))
    arguments = encode_arguments("file:/in", plan, "/out", 1)
    (told,) = follows(arguments, "-filter:a:0")
    assert told == (
        "aresample=async=1:first_pts=0,aformat=channel_layouts=stereo,"
        "loudnorm=I=-16:TP=-1.5:LRA=11:measured_I=-23.46:measured_TP=-4.50:measured_LRA=3.20"
        ":measured_thresh=-33.50:offset=0.10:linear=true"
    )


def test_av1_has_words_of_its_own() -> None:
    video = VideoSettings("libsvtav1", 8, 35, 2500, None, None, 60, 5)
    arguments = encoded(making(LARGE, video=video), threads=3)
    assert follows(arguments, "-preset:v") == ["8"]
    assert follows(arguments, "-g:v") == ["150"]
    assert follows(arguments, "-svtav1-params:v") == ["lp=3"]
    assert not {"-profile:v", "-level:v", "-force_key_frames:v"} & set(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ffprobe_arguments("/in"),
        banner_arguments("/in"),
        decode_arguments("/in", 1),
        measure_arguments("/in", ["0:0"]),
        encoded(SMALL),
    ],
)
def test_every_input_is_opened_under_guard(arguments: list[str]) -> None:
    """The guards are options of the input, so they must stand before it."""
    before = arguments[: arguments.index("-i")]
    assert follows(before, "-protocol_whitelist") == ["file"]
    assert follows(before, "-max_pixels") == ["36000000"]
    formats = follows(before, "-format_whitelist")[0].split(",")
    assert not {"hls", "concat", "dash", "image2", "applehttp", "tee"} & set(formats)


def test_what_is_fed_may_open_nothing_but_the_pipe() -> None:
    arguments = encode_arguments(PIPE, a_plan(SMALL), "/out", 1)
    assert follows(arguments, "-protocol_whitelist") == ["pipe"]
    assert follows(arguments, "-i") == ["pipe:0"]


@given(st.text(max_size=30).map(lambda text: f"-y{text}"))
def test_no_name_of_a_file_can_become_an_option(name: str) -> None:
    arguments = encode_arguments(file_source(name), a_plan(SMALL), name, 1)
    assert follows(arguments, "-i") == [f"file:{name}"]
    assert arguments[-1] == f"file:{name}/small/small.mp4"

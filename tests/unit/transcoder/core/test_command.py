"""The arguments of ffmpeg, as data."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transcoder.builders import LARGE, SMALL, a_plan, a_video, an_audio
from transcoder.core.command import (
    banner_arguments,
    decode_arguments,
    encode_arguments,
    ffprobe_arguments,
    filter_graph,
    measure_arguments,
)
from transcoder.core.media import Colour, Scan


def follows(arguments: list[str], option: str) -> list[str]:
    """Every value that stands after an option."""
    return [value for name, value in pairwise(arguments) if name == option]


def test_one_decode_serves_all_renditions() -> None:
    arguments = encode_arguments("/in", a_plan(), ["/s.mp4", "/l.mp4"], 3)
    assert follows(arguments, "-i") == ["file:/in"]
    assert follows(arguments, "-map") == ["[v0]", "0:1", "[v1]", "0:1"]
    assert [a for a in arguments if a.endswith(".mp4")] == ["file:/s.mp4", "file:/l.mp4"]
    # Decoder, and each encoder.
    assert follows(arguments, "-threads") == ["3", "3", "3"]
    assert follows(arguments, "-filter_complex_threads") == ["3"]


def test_a_rendition_is_encoded_by_its_profile() -> None:
    arguments = encode_arguments("/in", a_plan(SMALL), ["/s.mp4"], 1)
    wanted = {
        "-c:v": "libx264",
        "-preset": "medium",
        "-crf": "26",
        "-maxrate": "1500k",
        "-bufsize": "3000k",
        "-profile:v": "high",
        "-level:v": "3.1",
        "-pix_fmt": "yuv420p",
        "-fps_mode": "cfr",
        "-force_key_frames": "expr:gte(t,n_forced*2)",
        "-c:a": "aac",
        "-b:a": "96k",
        "-ac": "2",
        "-ar": "48000",
        "-movflags": "+faststart",
        "-metadata": f"comment=transcoder settings {SMALL.digest}",
    }
    assert {option: follows(arguments, option)[-1] for option in wanted} == wanted


def test_the_graph_names_every_number() -> None:
    plan = a_plan(SMALL, video=(a_video(index=3, frame_rate=Fraction(30000, 1001)),))
    assert filter_graph(plan) == (
        "[0:3]split=1[s0];"
        "[s0]fps=30000/1001,"
        "scale=854:480:flags=bicubic+accurate_rnd+full_chroma_int"
        ":in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,"
        "format=yuv420p,setsar=1,"
        "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709[v0]"
    )


def test_deinterlacing_comes_before_the_split() -> None:
    graph = filter_graph(a_plan(video=(a_video(scan=Scan.INTERLACED),)))
    assert graph.startswith("[0:0]bwdif=mode=send_frame:deint=interlaced,split=2[s0][s1];[s0]")
    assert graph.count("bwdif") == 1


def test_high_dynamic_range_is_mapped_in_place_of_scaling() -> None:
    colour = Colour("tv", "bt2020nc", "bt2020", "smpte2084")
    graph = filter_graph(a_plan(LARGE, video=(a_video(colour=colour),)))
    assert "zscale=w=1280:h=720:tin=smpte2084:min=bt2020nc:pin=bt2020:t=linear:npl=100" in graph
    assert "tonemap=tonemap=hable:desat=0" in graph
    assert "in_color_matrix" not in graph


def test_without_sound_there_is_no_audio_option() -> None:
    arguments = encode_arguments("/in", a_plan(SMALL, audio=()), ["/s.mp4"], 1)
    assert follows(arguments, "-map") == ["[v0]"]
    assert not {"-c:a", "-af", "-ac", "-b:a"} & set(arguments)


def test_the_sound_that_was_chosen_is_mapped() -> None:
    audio = (an_audio(index=1, default=False), an_audio(index=2))
    arguments = encode_arguments("/in", a_plan(SMALL, audio=audio), ["/s.mp4"], 1)
    assert follows(arguments, "-map") == ["[v0]", "0:2"]


@pytest.mark.parametrize(
    "arguments",
    [
        ffprobe_arguments("/in"),
        banner_arguments("/in"),
        decode_arguments("/in", 1),
        measure_arguments("/in", ["0:0"]),
        encode_arguments("/in", a_plan(SMALL), ["/out"], 1),
    ],
)
def test_every_input_is_opened_under_guard(arguments: list[str]) -> None:
    """The guards are options of the input, so they must stand before it."""
    before = arguments[: arguments.index("-i")]
    assert follows(before, "-protocol_whitelist") == ["file,pipe"]
    assert follows(before, "-max_pixels") == ["36000000"]
    formats = follows(before, "-format_whitelist")[0].split(",")
    assert not {"hls", "concat", "dash", "image2", "applehttp", "tee"} & set(formats)


@given(st.text(min_size=1, max_size=30).map(lambda name: "/" + name))
def test_no_name_of_a_file_can_become_an_option(name: str) -> None:
    arguments = encode_arguments(name, a_plan(SMALL), [name], 1)
    assert arguments.count(f"file:{name}") == 2
    assert name not in arguments


def test_each_result_needs_its_own_file() -> None:
    with pytest.raises(ValueError, match="zip"):
        encode_arguments("/in", a_plan(SMALL, LARGE), ["/one.mp4"], 1)

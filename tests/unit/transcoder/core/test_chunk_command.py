"""The arguments that make parts of a result, its sound, and join them."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from tests.unit.transcoder.builders import LARGE, SMALL, a_plan, a_subtitle, an_audio, making
from transcoder.core.chunk_command import (
    Piece,
    join_arguments,
    join_list,
    part_arguments,
    sound_arguments,
)
from transcoder.core.command import encode_arguments
from transcoder.core.plan import Plan
from transcoder.core.pulse import BEAT
from transcoder.core.split import Cut

FIRST, MIDDLE, LAST = Cut(0, 60, 0), Cut(60, 120, 1), Cut(120, None, 2)


def after(arguments: list[str], word: str) -> list[str]:
    """What follows each mention of an option."""
    return [value for name, value in pairwise(arguments) if name == word]


def part(plan: Plan, cut: Cut, seek: float | None = None) -> list[str]:
    cuts = {made.profile.name: cut for made in plan.renditions}
    return part_arguments(Piece("in.mp4", plan, cuts, seek), "d", 2)


def test_the_picture_of_a_part_is_made_as_that_of_the_whole() -> None:
    plan = a_plan(SMALL)
    whole = encode_arguments("file:in.mp4", plan, "d", 2)
    (graph,) = after(whole, "-filter_complex")
    (cut,) = after(part(plan, MIDDLE), "-filter_complex")
    split, picture, *pulse = cut.split(";")
    assert split + picture == graph.replace("[0:0]", "[0:0]split=2[s0_0][s0_1][s0_0]").replace(
        "fps=30/1", "fps=30/1:start_time=0,trim=start_pts=60:end_pts=120"
    )
    assert pulse == [f"[s0_1]fps=1/5,trim=end=4.000000,{','.join(BEAT)}[pulse]", "[pulse]nullsink"]
    for option in ("-c:v", "-crf:v", "-maxrate:v", "-threads:v", "-x264-params:v", "-metadata"):
        assert after(part(plan, MIDDLE), option) == after(whole, option)
    assert "-c:a" not in part(plan, MIDDLE)


def test_a_picture_that_comes_late_is_shown_from_the_beginning_on_where_that_is_read() -> None:
    plan = a_plan(SMALL)
    for cut in (FIRST, MIDDLE, LAST):
        assert after(part(plan, cut), "-fps_mode:v") == ["passthrough"]
        assert "fps=30/1:start_time=0,trim" in after(part(plan, cut), "-filter_complex")[0]
        assert "fps=30/1,trim" in after(part(plan, cut, seek=0.5), "-filter_complex")[0]


def test_an_input_is_read_from_a_moment_on_with_the_times_of_the_whole() -> None:
    arguments = part(a_plan(SMALL), MIDDLE, seek=12.5)
    before = arguments[: arguments.index("-i")]
    assert after(before, "-ss") == ["12.500000"]
    assert {"-copyts", "-start_at_zero", "-noaccurate_seek"} <= set(before)
    assert "-ss" not in part(a_plan(SMALL), MIDDLE)


def test_all_profiles_of_a_part_come_of_one_decode() -> None:
    arguments = part(a_plan(SMALL, LARGE), MIDDLE)
    assert arguments.count("-i") == 1
    (graph,) = after(arguments, "-filter_complex")
    assert graph.count("trim=start_pts=60:end_pts=120") == graph.count("fps=30/1") == 1
    assert [word for word in arguments if word.endswith(".mp4")] == [
        "file:in.mp4",
        "file:d/small/small.mp4",
        "file:d/large/large.mp4",
    ]


def test_sound_is_read_along_as_far_as_the_part_goes() -> None:
    arguments = part(a_plan(SMALL), MIDDLE)
    assert arguments[-9:] == ["-map", "0:1", "-c", "copy", "-t", "4.000000", "-f", "null", "-"]
    assert "-t" not in part(a_plan(SMALL), LAST)
    assert "null" not in part(a_plan(SMALL, audio=()), MIDDLE)


def test_key_frames_of_uneven_rates_are_due_where_those_of_the_whole_are() -> None:
    plan = a_plan(SMALL)
    assert after(part(plan, MIDDLE), "-force_key_frames:v") == ["expr:gte(t,n_forced*2)"]
    (rendition,) = plan.renditions
    ntsc = replace(rendition.pictures[0], frame_rate=Fraction(30000, 1001))
    plan = replace(plan, renditions=(replace(rendition, pictures=(ntsc,)),))
    # Frame 1500 is due at 50 s, and shown at 50.05 s.
    (forced,) = after(part(plan, Cut(1500, None, 25)), "-force_key_frames:v")
    assert forced == "expr:gte(t+0.050001000,n_forced*2)"


def test_sound_and_subtitles_are_made_from_end_to_end() -> None:
    rich = making(SMALL, subtitles=True)
    mute = replace(making(LARGE, audio=None), name="mute")
    plan = a_plan(rich, mute, audio=(an_audio(language="deu"),), subtitles=(a_subtitle(),))
    arguments = sound_arguments("in.mp4", plan, "d", 2)
    assert [word for word in arguments if word.startswith("file:d/")] == ["file:d/small-sound.mp4"]
    assert after(arguments, "-map") == ["0:1", "0:2", "0:0"]
    assert {"-vn", "mov_text", "language=deu", "aresample=async=1:first_pts=0"} <= set(arguments)
    assert "-filter_complex" not in arguments


def test_subtitles_alone_are_made_too() -> None:
    silent = making(SMALL, audio=None, subtitles=True)
    arguments = sound_arguments("in.mp4", a_plan(silent, subtitles=(a_subtitle(),)), "d", 2)
    assert after(arguments, "-map") == ["0:2", "0:0"]
    assert "-c:a" not in arguments


def test_the_list_of_parts_tells_lengths_that_do_not_add_up_errors() -> None:
    rate = Fraction(30000, 1001)
    parts = [(f"{n:02}.mp4", Cut(n * 60, n * 60 + 60, n), 60) for n in range(50)]
    lines = join_list(parts, rate).splitlines()
    assert lines[:3] == ["ffconcat version 1.0", "file 00.mp4", "duration 2.002000"]
    told = sum(Fraction(line.split()[1]) for line in lines if line.startswith("duration"))
    assert abs(told - 50 * 60 / rate) < Fraction(1, 1_000_000)


def test_parts_and_sound_are_joined_as_they_are() -> None:
    rich = making(SMALL, subtitles=True)
    plan = a_plan(rich, audio=(an_audio(title="film"),), subtitles=(a_subtitle(language="eng"),))
    arguments = join_arguments("d/l.txt", plan.renditions[0], "d/s.mp4", "d/r.mp4")
    assert after(arguments, "-i") == ["file:d/l.txt", "file:d/s.mp4"]
    assert after(arguments, "-protocol_whitelist") == ["file", "file"]
    assert after(arguments, "-map") == ["0:v", "1:0", "1:1"]
    assert after(arguments, "-c") == ["copy"]
    assert {f"comment=transcoder settings {rich.digest}", "language=eng", "title=film"} <= set(
        arguments
    )
    mute = join_arguments("d/l.txt", plan.renditions[0], None, "d/r.mp4")
    assert after(mute, "-map") == ["0:v"]

"""The corpus as data: whole, without doubles, and found by number or by words."""

from dataclasses import replace

from tests.unit.transcoder.builders import HLS, POSTER, SMALL, making
from transcoder.core.outcome import Exit, exit_for
from transcoder.core.profile import Hls, VideoFile
from transcoder.selftest.clip import Refused, Works
from transcoder.selftest.corpus import CORPUS, GROUPS, chosen
from transcoder.selftest.quick import quick
from transcoder.selftest.recipe import Changed, Made, Written, encoders

NAMES = [clip.name for clip in CORPUS]


def test_every_line_is_there_once() -> None:
    numbers = [name.partition(" ")[0] for name in NAMES]
    assert len(set(numbers)) == len(numbers) == sum(map(len, GROUPS.values()))


def test_the_files_have_plain_names_within_a_directory() -> None:
    for clip in CORPUS:
        assert clip.file not in ("", ".", "..")
        assert "/" not in clip.file


def test_what_is_refused_is_refused_for_good() -> None:
    """Another attempt at the same bytes cannot end otherwise."""
    ends = {exit_for(clip.expected.reason) for clip in CORPUS if isinstance(clip.expected, Refused)}
    assert ends == {Exit.BAD_INPUT}


def test_every_line_that_works_expects_results_with_frames() -> None:
    works = [clip.expected for clip in CORPUS if isinstance(clip.expected, Works)]
    assert all(expected.sizes and all(expected.frames) for expected in works)


def test_lines_are_found_by_number_or_by_words() -> None:
    (first,), unknown = chosen([NAMES[0].partition(" ")[0]])
    assert (first.name, unknown) == (NAMES[0], ())
    words, unknown = chosen(["hdr"])
    assert len(words) > 1
    assert all("hdr" in clip.name.lower() for clip in words)
    both, unknown = chosen(["29", "no such words", "29"])
    assert ([clip.name[:3] for clip in both], unknown) == (["29 "], ("no such words",))


def test_the_encoders_that_a_recipe_needs_are_those_of_all_its_parts() -> None:
    plain = Made("mp4", "-f lavfi -i x -c:v libx264 -crf 28 -c:a:0 aac -c:s copy")
    assert encoders(plain) == {"libx264", "aac"}
    glued = Changed((plain, Made("gif", "-codec gif"), Written(b"x")), lambda parts: parts[0])
    assert encoders(glued) == {"libx264", "aac", "gif"}
    assert encoders(Made("mov", "-i SOURCE -c copy", (plain,))) == {"libx264", "aac"}
    assert encoders(Written(b"")) == frozenset()


def test_only_the_effort_is_another_when_it_is_to_be_quick() -> None:
    quicker = quick(SMALL)
    assert isinstance(quicker.makes, VideoFile)
    assert isinstance(SMALL.makes, VideoFile)
    assert quicker.makes.video.preset == "ultrafast"
    assert making(quicker, video=SMALL.makes.video) == SMALL


def test_every_rung_is_quick_and_stills_stay_as_they_are() -> None:
    stream = quick(HLS).makes
    assert isinstance(stream, Hls)
    assert isinstance(HLS.makes, Hls)
    assert {rung.video.preset for rung in stream.rungs} == {"ultrafast"}
    slow = tuple(
        replace(rung, video=replace(rung.video, preset=before.video.preset))
        for rung, before in zip(stream.rungs, HLS.makes.rungs, strict=True)
    )
    assert replace(stream, rungs=slow) == HLS.makes
    assert quick(POSTER) == POSTER

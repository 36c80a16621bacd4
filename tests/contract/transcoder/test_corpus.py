"""Odd inputs through the real ffmpeg, from probe to a verified file in a directory."""

import hashlib
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from time import monotonic

import pytest

from tests.contract.transcoder.clips import AAC, BAD, GOOD, Bad, Good, Studio, X, a, v
from tests.contract.transcoder.conftest import TOOLS
from tests.unit.transcoder.builders import LARGE, SMALL, making
from tests.unit.transcoder.fakes import FakeReporter
from transcoder.adapters.directory_store import DirectoryStore
from transcoder.adapters.download import Limits
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.adapters.ffmpeg_find import Tools
from transcoder.adapters.sources import Sources
from transcoder.core.media import Scan
from transcoder.core.outcome import Outcome
from transcoder.core.profile import Box, Profile, VideoSettings
from transcoder.ports import World
from transcoder.task import Task, run_task

pytestmark = pytest.mark.ffmpeg

#: Quick to encode; everything else is as in the profiles that come with the package.
_QUICK = VideoSettings("libx264", "ultrafast", 26, 1500, "high", "3.1", 60, 2)
TINY = replace(making(SMALL, box=Box(160, 90), video=_QUICK), name="tiny")


def transcode(given: Path, ffmpeg: Ffmpeg, place: Path, *profiles: Profile) -> Outcome:
    """Run a task into a directory; its scratch space must be empty afterwards."""
    scratch = place / "scratch"
    world = World(
        source=Sources(Limits(), allow_private=False),
        encoder=ffmpeg,
        store=DirectoryStore(place / "out", ffmpeg.probe),
        reporter=FakeReporter(),
        monotonic=monotonic,
        hold=nullcontext,
    )
    outcome = run_task(Task(str(given), profiles or (TINY,), scratch), world)
    assert not list(scratch.iterdir())
    return outcome


@pytest.mark.parametrize("clip", GOOD, ids=lambda clip: clip.name)
def test_an_odd_input_comes_out_right(
    clip: Good, studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    outcome = transcode(studio.make(clip.name, clip.make), ffmpeg, tmp_path)
    assert (outcome.word, outcome.detail) == ("done", None)
    (output,) = outcome.outputs
    result = Path(output.uri)
    media, decoded = ffmpeg.probe(result), ffmpeg.decode(result)
    (video,) = media.video
    assert (video.width, video.height) == clip.size
    assert decoded.frames in clip.frames
    assert video.average_rate == Fraction(clip.rate)
    assert [sound.channels for sound in media.audio] == [clip.channels] * bool(clip.channels)
    assert (video.codec, video.pixel_format) == ("h264", "yuv420p")
    assert video.sample_aspect == 1
    assert (video.scan, video.rotation) == (Scan.PROGRESSIVE, 0)
    colour = video.colour
    assert (colour.range, colour.matrix, colour.transfer) == ("tv", "bt709", "bt709")
    data = result.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "a player can start before all is there"
    assert result.name == f"out-{outcome.input_md5}-tiny.mp4"


@pytest.mark.parametrize("clip", BAD, ids=lambda clip: clip.name)
def test_what_is_no_whole_video_is_refused(
    clip: Bad, studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    studio.make(GOOD[0].name, GOOD[0].make)
    path = studio.directory / clip.name
    clip.write(studio, path)
    outcome = transcode(path, ffmpeg, tmp_path)
    assert (outcome.reason, outcome.exit) == (clip.reason, 65)
    assert clip.words in str(outcome.detail)
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(("degrees", "size"), [(90, (90, 160)), (-90, (90, 160)), (180, (160, 90))])
def test_a_turned_phone_video_stands_upright(
    degrees: int, size: tuple[int, int], studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    path = studio.rotated(f"turned {degrees}.mp4", f"{v('320x180')} {X}", degrees)
    outcome = transcode(path, ffmpeg, tmp_path)
    assert [(out.width, out.height) for out in outcome.outputs] == [size]
    (video,) = ffmpeg.probe(Path(outcome.outputs[0].uri)).video
    assert (video.width, video.height, video.rotation) == (*size, 0)


def test_the_default_of_two_sounds_is_taken(studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    stereo = "-f lavfi -i aevalsrc=0|0:c=stereo:d=2"
    make = f"{v('160x90')} {a()} {stereo} -map 0 -map 1 -map 2 -disposition:a:0 0 "
    make += f"-disposition:a:1 default {X} {AAC}"
    outcome = transcode(studio.make("two sounds.mkv", make), ffmpeg, tmp_path)
    (sound,) = ffmpeg.probe(Path(outcome.outputs[0].uri)).audio
    assert sound.channels == 2


def test_a_hole_in_the_data_is_told_and_does_not_end_the_task(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    source = studio.make("to damage.ts", f"{v('320x180', seconds=4)} {X} -g 12")
    data = bytearray(source.read_bytes())
    middle = len(data) // 2 // 188 * 188
    data[middle : middle + 188 * 20] = bytes(188 * 20)
    damaged = tmp_path / "damaged.ts"
    damaged.write_bytes(data)
    outcome = transcode(damaged, ffmpeg, tmp_path)
    assert outcome.word == "done"
    assert outcome.warnings[0].startswith("input_damaged")


def test_both_profiles_come_of_one_decode_and_are_those_of_single_runs(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    path = studio.make("both.mp4", f"{v('1408x792', seconds=1)} {a(1)} {X} {AAC}")
    both = transcode(path, ffmpeg, tmp_path / "both", SMALL, LARGE)
    sizes = [(out.profile, out.width, out.height) for out in both.outputs]
    assert sizes == [("small", 854, 480), ("large", 1280, 720)]
    alone = transcode(path, ffmpeg, tmp_path / "alone", SMALL)
    assert Path(both.outputs[0].uri).read_bytes() == Path(alone.outputs[0].uri).read_bytes()


def test_a_result_that_is_there_is_not_made_again_and_debris_is_replaced(
    plain: Path, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    first = transcode(plain, ffmpeg, tmp_path)
    path = Path(first.outputs[0].uri)
    made = path.read_bytes()
    assert path.name == f"out-{hashlib.md5(plain.read_bytes()).hexdigest()}-tiny.mp4"
    again = transcode(plain, ffmpeg, tmp_path)
    assert [out.skipped for out in again.outputs] == [True]
    assert replace(again.outputs[0], skipped=False) == first.outputs[0]
    path.write_bytes(made[: len(made) // 2])
    third = transcode(plain, ffmpeg, tmp_path)
    assert [out.skipped for out in third.outputs] == [False]
    assert path.read_bytes() == made
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif("system" not in TOOLS, reason="no ffmpeg with ffprobe on PATH")
def test_both_probes_tell_the_same(studio: Studio) -> None:
    """ffprobe's JSON and the banner of the ffmpeg beside it, read into one schema."""
    system = TOOLS["system"]
    by_json = Ffmpeg(system, 1, nullcontext)
    by_banner = Ffmpeg(Tools(system.ffmpeg, None), 1, nullcontext)
    for clip in GOOD:
        path = studio.make(clip.name, clip.make)
        assert by_banner.probe(path) == by_json.probe(path), clip.name

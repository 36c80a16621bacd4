"""A video made in pieces is the video made whole: frames, times, sound; on every ffmpeg at hand."""

import random
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.contract.transcoder.clips import AAC, Studio, X, a, v
from tests.contract.transcoder.results import QUICK, TINY
from tests.contract.transcoder.splits import (
    a_pool,
    filtered,
    packets,
    pictures,
    unsplit,
)
from tests.unit.transcoder.builders import making
from transcoder.adapters.boxes import index_of, is_index_first
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.core.chunk_note import Unfit, write_note
from transcoder.core.index import read_index
from transcoder.core.plan import make_plan
from transcoder.core.profile import AudioSettings, Box
from transcoder.core.split import note_name, split_id

pytestmark = pytest.mark.ffmpeg

_OF = 3
_LONG = f"{v('160x90', seconds=7)} {a(7)}"
_REORDERED = "-c:v libx264 -preset veryfast -bf 3 -g 40 -pix_fmt yuv420p"
_FIELDS = "-vf tinterlace=mode=4,setfield=tff -x264opts tff=1 -flags +ilme+ildct"


@dataclass(frozen=True)
class Odd:
    """A clip, and the clip that it is made of without another encode, where there is one."""

    name: str
    make: str
    source: str | None = None


_INTERLACED = Odd("fields.mkv", f"{v('160x96', '50', 7)} {a(7)} {_REORDERED} {_FIELDS} -c:a ac3")
_LATE = Odd("late.mkv", f"-itsoffset 0.73 {_LONG} -map 0 -map 1 {_REORDERED} {AAC}")
ODD = (
    Odd("reordered.mp4", f"{_LONG} {_REORDERED} {AAC}"),
    Odd("ntsc.mp4", f"{v('160x90', '30000/1001', 7)} {a(7)} {_REORDERED} {AAC}"),
    Odd(
        "jitter.mkv",
        f"{_LONG} -vf setpts='PTS+(random(1)*0.03)/TB' -fps_mode vfr "
        f"-enc_time_base 1/1000 {_REORDERED}",
    ),
    _INTERLACED,
    Odd("fields.ts", "-c copy", _INTERLACED.name),
    Odd("negative.mp4", f"-itsoffset -0.5 {_LONG} {_REORDERED} {AAC}"),
    Odd(
        "gap.mp4",
        f"{_LONG} -vf setpts='if(gt(T,3),PTS+3.3/TB,PTS)' -fps_mode vfr {_REORDERED} {AAC}",
    ),
    _LATE,
    Odd("late.mp4", "-c copy", _LATE.name),
    Odd("late.ts", "-c copy", _LATE.name),
    Odd("open.mp4", f"{_LONG} {_REORDERED} -x264opts open-gop=1:keyint=50 {AAC}"),
    Odd("sound_goes_on.mp4", f"{v('160x90', seconds=2)} {a(7)} {_REORDERED} {AAC}"),
)


def made(studio: Studio, clip: Odd) -> Path:
    if clip.source is None:
        return studio.make(clip.name, clip.make)
    source = next(one for one in ODD if one.name == clip.source)
    return studio.make(clip.name, f"-i {made(studio, source)} {clip.make}")


@pytest.mark.parametrize("clip", ODD, ids=lambda clip: clip.name)
def test_the_frames_of_all_chunks_are_those_of_the_whole(
    clip: Odd, studio: Studio, ffmpeg: Ffmpeg
) -> None:
    source = made(studio, clip)
    plan = make_plan(ffmpeg.probe(source), (TINY,), can_tonemap=False)
    whole = unsplit(ffmpeg, plan, source)
    assert len(whole) >= 50
    assert filtered(ffmpeg, plan, source, _OF) == whole


@pytest.mark.parametrize(
    "name", ["reordered.mp4", "ntsc.mp4", "gap.mp4", "late.ts", "sound_goes_on.mp4"]
)
def test_a_joined_result_is_like_an_unsplit_one(
    name: str, studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    source = made(studio, next(clip for clip in ODD if clip.name == name))
    whole = a_pool(ffmpeg, tmp_path / "whole").run(source)
    joined = a_pool(ffmpeg, tmp_path / "split").run_all(source, _OF)
    (one,), (other,) = whole.outputs, joined.outputs
    assert (other.key, other.width, other.height) == (one.key, one.width, one.height)
    assert other.duration_seconds == one.duration_seconds
    told = [read_index(index_of(Path(result.uri))) for result in (one, other)]
    assert told[0] == told[1]
    assert is_index_first(Path(other.uri))
    pair = [packets(Path(result.uri), "v") for result in (one, other)]
    assert sorted(pair[0].pts) == sorted(pair[1].pts)
    assert pair[1].dts == sorted(set(pair[1].dts)), "times that do not go on"
    keys = [{pts for pts, key in zip(each.pts, each.keys, strict=True) if key} for each in pair]
    assert keys[0] == keys[1]
    assert len(pictures(Path(other.uri))) == len(pair[0].pts)
    if len(told[0]) > 1:
        assert packets(Path(one.uri), "a") == packets(Path(other.uri), "a")
    assert sorted(path.name for path in (tmp_path / "split").rglob("*") if path.is_file()) == [
        other.key
    ], "nothing of the parts is left"


def test_spliced_streams_are_cut_like_others(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Two transport streams, one after the other, of different sizes and with a gap between."""
    halves = [
        studio.make(f"half{high}.ts", f"{v(f'160x{high}', seconds=7)} {a(7.3)} {X} {AAC}")
        for high in (90, 96)
    ]
    clip = tmp_path / "splice.ts"
    clip.write_bytes(b"".join(half.read_bytes() for half in halves))
    outcomes = (
        a_pool(ffmpeg, tmp_path / "whole").run(clip),
        a_pool(ffmpeg, tmp_path / "split").run_all(clip, 2),
    )
    one, other = (Path(outcome.outputs[0].uri) for outcome in outcomes)
    assert sorted(packets(one, "v").pts) == sorted(packets(other, "v").pts)
    assert packets(one, "a") == packets(other, "a")
    assert len(pictures(one)) == len(pictures(other)) > 350


def test_what_cannot_be_made_in_chunks_is_made_in_one_piece(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    clip = studio.make("reordered.mp4", ODD[0].make)
    whole = a_pool(ffmpeg, tmp_path / "whole").run(clip)
    split = a_pool(ffmpeg, tmp_path / "split")
    split.store.check()
    notes = split_id(whole.input_md5 or "", (TINY,), 2)
    split.store.write(note_name(notes, 2, 2), write_note(Unfit("for a test")))
    joined, told = split.told(clip, "join/2")
    assert joined.reason is None, joined.detail
    assert "split.abandoned" in told
    one, other = (Path(outcome.outputs[0].uri) for outcome in (whole, joined))
    assert one.read_bytes() == other.read_bytes()
    assert [path for path in (tmp_path / "split").rglob("*") if path.is_file()] == [other]


def test_a_damaged_input_is_read_from_its_beginning(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    sound = studio.make("reordered.mp4", ODD[0].make)
    clip, data = tmp_path / "damaged.mp4", bytearray(sound.read_bytes())
    chance = random.Random(5)
    media = data.find(b"mdat") + 8
    for _ in range(40):
        data[chance.randrange(media + (len(data) - media) // 2, len(data) - 20_000)] ^= 0x55
    clip.write_bytes(data)
    whole = a_pool(ffmpeg, tmp_path / "whole").run(clip)
    split = a_pool(ffmpeg, tmp_path / "split")
    told: list[str] = []
    for chunk in ("1/2", "2/2", "join/2"):
        joined, events = split.told(clip, chunk)
        assert joined.reason is None, joined.detail
        told += events
    assert "transcode.restarted" in told
    assert len(pictures(Path(joined.outputs[0].uri))) == len(pictures(Path(whole.outputs[0].uri)))
    assert [warning.partition(":")[0] for warning in joined.warnings] == ["input_damaged"]


def test_several_profiles_tracks_and_subtitles_come_of_one_split(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    words = tmp_path / "words.srt"
    words.write_text("1\n00:00:01,000 --> 00:00:06,000\nhello\n", encoding="utf-8")
    clip = studio.make(
        "tracks.mkv",
        f"{_LONG} {a(7)} -i {words} -map 0 -map 1 -map 2 -map 3 {X} {AAC} -c:s srt "
        "-metadata:s:a:1 language=deu -metadata:s:s:0 language=eng",
    )
    sound = AudioSettings("aac", 64, 2, 48_000, tracks="all")
    rich = replace(making(TINY, audio=sound, subtitles=True), name="rich")
    mute = replace(making(TINY, box=Box(96, 54), audio=None), name="mute")
    profiles = (rich, mute)
    whole = a_pool(ffmpeg, tmp_path / "whole", *profiles).run(clip)
    joined = a_pool(ffmpeg, tmp_path / "split", *profiles).run_all(clip, 2)
    for one, other in zip(whole.outputs, joined.outputs, strict=True):
        before, after = (ffmpeg.probe(Path(result.uri)) for result in (one, other))
        assert after == before
    for stream in ("a:0", "a:1", "s:0"):
        uris = [Path(outcome.outputs[0].uri) for outcome in (whole, joined)]
        assert packets(uris[0], stream) == packets(uris[1], stream)


def test_av1_is_cut_at_its_own_key_frames(studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    clip = studio.make("reordered.mp4", ODD[0].make)
    video = replace(QUICK, codec="libsvtav1", preset=12, crf=45, h264_profile=None, h264_level=None)
    av1 = replace(making(TINY, video=video), name="av1")
    joined = a_pool(ffmpeg, tmp_path / "split", av1).run_all(clip, 3)
    found = packets(Path(joined.outputs[0].uri), "v")
    assert len(found.pts) == 175
    keys = [number for number, key in enumerate(found.keys) if key]
    assert keys == [0, 50, 100, 150]

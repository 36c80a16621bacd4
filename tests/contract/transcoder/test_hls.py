"""Adaptive streams by the real ffmpegs: played from a server to their ends, and refused."""

import functools
import http.server
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from tests.contract.transcoder.clips import AAC, Studio, X, a, v
from tests.contract.transcoder.conftest import WHEEL
from tests.contract.transcoder.results import (
    MD5,
    QUICK,
    SOUND,
    STREAM,
    TINY,
    files_of,
    make,
    publish,
)
from tests.unit.transcoder.builders import making
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.core.manifest import references
from transcoder.core.playlist import parse_media_playlist
from transcoder.core.profile import AudioSettings, Box, Rung
from transcoder.errors import Reason, TaskError
from transcoder.verification import check

pytestmark = pytest.mark.ffmpeg


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Tests tell what they found themselves."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The URL of what is published into ``out``."""
    handler = functools.partial(_Quiet, directory=str(tmp_path / "out"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def shown(source: str, stream: str) -> list[str]:
    """A digest of every frame, or piece of sound, that a player shows of a stream."""
    return [line.rpartition(",")[2].strip() for line in _framed(source, stream, "-f", "framemd5")]


def first_seconds(source: str, stream: str) -> float:
    """When a stream begins, on the clock that all streams of a source share."""
    lines = _framed(source, stream, "-c", "copy", "-copyts", "-f", "framecrc", heads=True)
    base = next(Fraction(line.split()[-1]) for line in lines if line.startswith("#tb"))
    times = [int(line.split(",")[2]) for line in lines if not line.startswith("#")]
    return float(min(times) * base)


def _framed(source: str, stream: str, *arguments: str, heads: bool = False) -> list[str]:
    argv = [WHEEL, "-v", "error", "-nostdin", "-i", source, "-map", stream, *arguments, "-"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True)
    assert not done.stderr
    return [line for line in done.stdout.splitlines() if heads or not line.startswith("#")]


def test_what_is_published_plays_to_its_end_as_the_file_does(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path, served: str
) -> None:
    """A rung of the same settings shows the very frames of the MP4, from the same decode."""
    source = studio.make("ntsc sound.mp4", f"{v('160x90', '30000/1001', 5)} {a(5)} {X} {AAC}")
    file, stream = make(ffmpeg, source, tmp_path / "scratch", TINY, STREAM)
    assert stream.frames == 150
    main = publish(stream, tmp_path / "out", ffmpeg)
    assert main.name == f"out-{MD5}-hls.m3u8"
    master = f"{served}/{main.name}"
    frames = shown(str(file.main), "0:v")
    assert shown(master, "0:v:0") == frames
    assert len(shown(master, "0:v:1")) == len(frames) == 150
    # The file's edit list cuts what the encoder needed to begin.
    heard, played = shown(str(file.main), "0:a"), shown(master, "0:a:0")
    assert len(played) - len(heard) in (0, 1)


def test_picture_and_sound_begin_together(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path, served: str
) -> None:
    """By their edit lists, although the one is reordered and the other primed."""
    source = studio.make("ntsc sound.mp4", f"{v('160x90', '30000/1001', 5)} {a(5)} {X} {AAC}")
    (stream,) = make(ffmpeg, source, tmp_path / "scratch", STREAM)
    master = f"{served}/{publish(stream, tmp_path / 'out', ffmpeg).name}"
    assert first_seconds(master, "0:v:0") == 0
    assert first_seconds(master, "0:v:1") == 0
    priming = -1024 / 48_000
    assert round(first_seconds(master, "0:a:0"), 4) == round(priming, 4)


def test_the_master_tells_what_each_variant_is(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    source = studio.make("ntsc sound.mp4", f"{v('160x90', '30000/1001', 5)} {a(5)} {X} {AAC}")
    (stream,) = make(ffmpeg, source, tmp_path, STREAM)
    text = stream.main.read_text()
    variants = [line for line in text.splitlines() if line.startswith("#EXT-X-STREAM-INF:")]
    assert re.findall(r"RESOLUTION=([^,]+)", text) == ["160x90", "96x54"]
    assert len(variants) == 2
    for line in variants:
        assert 'CODECS="avc1.64001f,mp4a.40.2"' in line
        assert "FRAME-RATE=29.970" in line
        peak, average = (int(found) for found in re.findall(r"BANDWIDTH=(\d+)", line))
        assert 1000 < average <= peak < 2_000_000
    assert text.splitlines()[1] == f"# transcoder settings {STREAM.digest}"
    assert not re.search(r"\d{4}-\d\d-\d\d|PROGRAM-DATE-TIME", text)


def test_rungs_are_cut_at_the_same_frames(studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    source = studio.make("ntsc sound.mp4", f"{v('160x90', '30000/1001', 5)} {a(5)} {X} {AAC}")
    (stream,) = make(ffmpeg, source, tmp_path, STREAM)
    lists = [
        parse_media_playlist((stream.main.parent / name).read_text())
        for name in references(stream.main.read_text())
        if "video-" in name
    ]
    assert lists[0] == lists[1]
    assert lists[0] is not None
    assert [round(one.seconds, 3) for one in lists[0].segments] == [2.002, 2.002, 1.001]


@pytest.mark.parametrize(
    ("name", "clip", "sizes"),
    [
        ("silent.mp4", f"{v('160x90')} {X}", ["160x90", "96x54"]),
        ("upright.mp4", f"{v('90x160')} {a()} {X} {AAC}", ["90x160", "54x96"]),
        ("small.mp4", f"{v('64x36')} {a()} {X} {AAC}", ["64x36"]),
        ("slow.mp4", f"{v('160x90', '1', 5)} {X}", ["160x90", "96x54"]),
        ("one frame.mp4", f"{v('160x90')} {X} -frames:v 1", ["160x90", "96x54"]),
        ("fast.mp4", f"{v('160x90', '240', 1)} {X}", ["160x90", "96x54"]),
    ],
)
def test_odd_inputs_make_streams_that_fit(
    name: str, clip: str, sizes: list[str], studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    (stream,) = make(ffmpeg, studio.make(f"stream {name}", clip), tmp_path, STREAM)
    text = stream.main.read_text()
    assert re.findall(r"RESOLUTION=([^,]+)", text) == sizes
    is_heard = AAC in clip
    assert text.count("TYPE=AUDIO") == is_heard
    assert ("mp4a" in text) == is_heard


def test_every_track_is_heard(studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    tracks = "-map 0 -map 1 -map 2 -metadata:s:a:0 language=eng -metadata:s:a:1 language=fra"
    clip = f"{v('64x36')} {a()} {a()} {tracks} -disposition:a:0 0 -disposition:a:1 default"
    source = studio.make("two tongues.mkv", f"{clip} {X} {AAC}")
    both = making(STREAM, audio=AudioSettings("aac", 64, 2, 48_000, tracks="all"))
    (stream,) = make(ffmpeg, source, tmp_path, both)
    text = stream.main.read_text()
    assert 'NAME="eng",LANGUAGE="eng",DEFAULT=NO' in text
    assert 'NAME="fra",LANGUAGE="fra",DEFAULT=YES' in text
    assert len([name for name in references(text) if "audio-" in name]) == 2


def test_the_same_input_gives_the_same_bytes(plain: Path, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    make(ffmpeg, plain, tmp_path / "one", STREAM)
    make(ffmpeg, plain, tmp_path / "two", STREAM)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_other_codecs_are_told_too(plain: Path, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    opus = AudioSettings("libopus", 64, 2, 48_000)
    (stream,) = make(ffmpeg, plain, tmp_path, making(STREAM, audio=opus))
    assert 'CODECS="avc1.64001f,opus"' in stream.main.read_text()


def _halve(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _drop_a_rung(path: Path) -> None:
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-2]) + "\n")


def _drop_a_segment(path: Path) -> None:
    path.write_text(re.sub(r"#EXTINF.*\n00000\.m4s\n", "", path.read_text()))


def _spoil_a_picture(path: Path) -> None:
    data = bytearray(path.read_bytes())
    middle = len(data) - (len(data) - data.index(b"mdat")) // 2
    data[middle : middle + 400] = bytes(400)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("file", "spoil", "words"),
    [
        ("hls.m3u8", Path.unlink, "there is none"),
        ("hls.m3u8", _drop_a_rung, "names 2 of 3 playlists"),
        ("parts/video-90p/index.m3u8", _halve, "video-90p: its playlist is missing, or is not"),
        ("parts/video-90p/init.mp4", Path.unlink, "1 of its files are missing, init.mp4 first"),
        ("parts/video-54p/00001.m4s", Path.unlink, "1 of its files are missing, 00001.m4s first"),
        ("parts/audio-1/00001.m4s", _halve, "00001.m4s"),
        ("parts/video-90p/index.m3u8", _drop_a_segment, "not of one length"),
        ("parts/audio-1/index.m3u8", Path.unlink, "audio-1: its playlist is missing"),
    ],
)
def test_a_stream_that_is_not_whole_is_refused(
    file: str,
    spoil: Callable[[Path], None],
    words: str,
    studio: Studio,
    ffmpeg: Ffmpeg,
    tmp_path: Path,
) -> None:
    source = studio.make("four seconds.mp4", f"{v('160x90', seconds=4)} {a(4)} {X} {AAC}")
    (made,) = make(ffmpeg, source, tmp_path, STREAM, thorough=False)
    spoil(tmp_path / "hls" / file)
    with pytest.raises(TaskError) as refusal:
        check(made.rendition, tmp_path, ffmpeg, thorough=False)
    assert refusal.value.reason is Reason.OUTPUT_INVALID
    assert words in refusal.value.detail


def test_a_thorough_look_finds_a_picture_that_does_not_decode(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    source = studio.make("four seconds.mp4", f"{v('160x90', seconds=4)} {a(4)} {X} {AAC}")
    (made,) = make(ffmpeg, source, tmp_path, STREAM)
    _spoil_a_picture(tmp_path / "hls/parts/video-90p/00000.m4s")
    assert check(made.rendition, tmp_path, ffmpeg, thorough=False).frames == 100
    with pytest.raises(TaskError, match="video-90p"):
        check(made.rendition, tmp_path, ffmpeg, thorough=True)


def test_a_rung_that_is_hardly_smaller_than_the_picture_is_enough(
    plain: Path, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    ladder = (Rung("large", Box(640, 360), QUICK), Rung("near", Box(300, 168), QUICK))
    (stream,) = make(ffmpeg, plain, tmp_path, making(STREAM, rungs=ladder, audio=SOUND))
    assert [rung.name for rung in stream.rendition.rungs] == ["near"]

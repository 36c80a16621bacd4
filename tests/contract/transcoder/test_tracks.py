"""Sounds, subtitles and other codecs through the real ffmpegs."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract.transcoder.clips import AAC, Studio, X, a, v
from tests.contract.transcoder.conftest import WHEEL
from tests.contract.transcoder.results import SOUND, TINY, make
from tests.contract.transcoder.tasks import transcode
from tests.unit.transcoder.builders import AUDIO, making
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.core.loudness import Wish
from transcoder.core.profile import AudioSettings, Loudness, Profile, VideoSettings
from transcoder.errors import Reason

pytestmark = pytest.mark.ffmpeg

EVERYTHING = making(TINY, audio=replace(SOUND, tracks="all"), subtitles=True)
WORDS = "1\n00:00:00,500 --> 00:00:01,500\nHello <i>you</i>\n\n"


def with_tracks(studio: Studio, name: str, words: str) -> Path:
    """A clip with two sounds and two sets of subtitles."""
    path = studio.directory / name
    if not path.exists():
        text = path.with_suffix(".srt")
        text.write_text(words)
        tags = "-metadata:s:a:0 language=eng -metadata:s:a:1 language=deu "
        tags += "-metadata:s:a:1 title=Kommentar,(2) -metadata:s:s:0 language=fra "
        flags = "-disposition:a:0 0 -disposition:a:1 default -disposition:s:1 default"
        inputs = f"{v('320x180')} {a()} -f lavfi -i aevalsrc=0.1*sin(880*t)|0:c=stereo:d=2"
        inputs += f" -i file:{text} -i file:{text} -map 0 -map 1 -map 2 -map 3 -map 4"
        studio.run(f"{inputs} {X} {AAC} -c:s:0 srt -c:s:1 ass {tags}{flags}", path)
    return path


def test_all_tracks_keep_their_order_languages_and_flags(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    source = with_tracks(studio, "two_of_each.mkv", WORDS)
    (made,) = make(ffmpeg, source, tmp_path, EVERYTHING)
    media = ffmpeg.probe(made.main)
    told = [(one.language, one.channels, one.default) for one in media.audio]
    assert told == [("eng", 1, False), ("deu", 2, True)]
    assert [(one.codec, one.language, one.default) for one in media.subtitles] == [
        ("mov_text", "fra", False),
        ("mov_text", None, True),
    ]
    assert len(made.sound_seconds) == 2
    listed = subprocess.run(
        [WHEEL, "-hide_banner", "-i", f"file:{made.main}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Kommentar,(2)" in listed.stderr


def test_one_track_is_taken_where_no_more_are_asked_for(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    (made,) = make(ffmpeg, with_tracks(studio, "two_of_each.mkv", WORDS), tmp_path, TINY)
    media = ffmpeg.probe(made.main)
    assert [(one.language, one.channels) for one in media.audio] == [("deu", 2)]
    assert media.subtitles == ()


@pytest.mark.parametrize("profile", [TINY, EVERYTHING], ids=["without", "with"])
def test_subtitles_that_outlast_the_picture_are_no_truncation(
    profile: Profile, studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    words = WORDS + "2\n00:00:01,600 --> 00:00:09,000\nlong\n"
    source = with_tracks(studio, "outlasting.mkv", words)
    outcome = transcode(source, ffmpeg, tmp_path, profile)
    assert (outcome.word, outcome.detail) == ("done", None)


QUIET = "-f lavfi -i sine=440:sample_rate=48000:duration=6,volume=0.05"
AIM = Loudness(-16, -1.5, 11)
EVEN = making(AUDIO, audio=AudioSettings("aac", 128, 2, 48_000, loudness=AIM))


def test_sound_is_brought_to_its_loudness(studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    source = studio.make("quiet.wav", QUIET)
    (made,) = make(ffmpeg, source, tmp_path, EVEN)
    before = ffmpeg.loudness(source, Wish(0, 1, AIM))
    after = ffmpeg.loudness(made.main, Wish(0, 1, AIM))
    assert before is not None
    assert after is not None
    assert before.integrated_lufs < -40
    assert after.integrated_lufs == pytest.approx(-16, abs=0.5)


def test_silence_has_no_loudness_and_stays(studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    source = studio.make("silence.wav", "-f lavfi -i anullsrc=r=48000:cl=mono:d=3")
    assert ffmpeg.loudness(source, Wish(0, 1, AIM)) is None
    (made,) = make(ffmpeg, source, tmp_path, EVEN)
    assert made.sound_seconds[0] == pytest.approx(3, abs=0.1)


COVER = "-map 0 -map 1 -c:a libmp3lame -c:v png -disposition:v attached_pic"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("alone.wav", a()),
        ("alone.flac", a()),
        ("alone.ogg", f"{a()} -c:a libopus"),
        (
            "covered.mp3",
            f"{a()} {v('64x64', '1', 1)} {COVER}",
        ),
        ("beside a picture.mp4", f"{v('160x90')} {a()} {X} {AAC}"),
    ],
)
def test_sound_alone_is_made_of_every_input_that_has_any(
    name: str, arguments: str, studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    outcome = transcode(studio.make(name, arguments), ffmpeg, tmp_path, AUDIO)
    assert (outcome.word, outcome.detail) == ("done", None)
    (output,) = outcome.outputs
    assert output.uri.endswith("-audio.m4a")
    assert (output.width, output.height) == (None, None)
    media = ffmpeg.probe(Path(output.uri))
    assert media.video == ()
    assert [(one.codec, one.channels, one.sample_rate) for one in media.audio] == [
        ("aac", 1, 48_000)
    ]


def test_a_silent_film_has_no_sound_to_make(studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    source = studio.make("silent film.mp4", f"{v('160x90')} {X}")
    outcome = transcode(source, ffmpeg, tmp_path, AUDIO)
    assert (outcome.reason, outcome.exit) == (Reason.UNSUPPORTED_INPUT, 65)
    assert "holds no sound" in str(outcome.detail)


AV1 = VideoSettings("libsvtav1", 10, 40, 1000, None, None, 60, 1)


def test_newer_codecs_are_made_and_looked_at_alike(
    plain: Path, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    newer = making(TINY, video=AV1, audio=AudioSettings("libopus", 64, 2, 48_000))
    first, second = tmp_path / "first", tmp_path / "second"
    (made,) = make(ffmpeg, plain, first, newer)
    media = ffmpeg.probe(made.main)
    assert [one.codec for one in (*media.video, *media.audio)] == ["av1", "opus"]
    assert made.frames == 50
    (again,) = make(ffmpeg, plain, second, newer)
    assert again.main.read_bytes() == made.main.read_bytes()


def test_a_picture_that_breaks_off_in_an_input_that_goes_on_is_not_published(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Its sound is whole, so the file's length alone would tell nothing."""
    whole = studio.make("to break off.mkv", f"{v('320x180', seconds=6)} {a(6)} {X} {AAC}")
    broken = tmp_path / "broken.mkv"
    # From the 50th packet on every byte of the picture is noise.
    studio.run("-i SOURCE -c copy -bsf:v noise=amount=floor((n+1000)/1050)", broken, whole)
    outcome = transcode(broken, ffmpeg, tmp_path)
    assert (outcome.reason, outcome.retryable) == (Reason.INPUT_DAMAGED, False)
    assert not list((tmp_path / "out").glob("out-*"))

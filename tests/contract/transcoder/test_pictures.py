"""Posters and sprites by the real ffmpegs: what is seen on them, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.transcoder.clips import AAC, Studio, X, a, v
from tests.contract.transcoder.results import (
    MD5,
    STILL,
    STREAM,
    THUMBNAILS,
    TINY,
    files_of,
    make,
    pixels,
    publish,
    stepping,
)
from tests.unit.transcoder.builders import making
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.core import jpeg
from transcoder.core.cues import parse_cues
from transcoder.core.profile import Box
from transcoder.errors import Reason, TaskError
from transcoder.verification import check

pytestmark = pytest.mark.ffmpeg


class FileFeed:
    """A file's bytes in pieces, as if they came from afar."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")

    def read(self) -> bytes:
        piece = self._file.read(20_000)
        if not piece:
            self._file.close()
        return piece


def test_every_kind_comes_of_one_decode_as_it_does_alone(
    plain: Path, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """No output ends, delays or changes another; nor does an input that is piped in."""
    profiles = (STILL, TINY, THUMBNAILS, STREAM)
    together = [made.frames for made in make(ffmpeg, plain, tmp_path / "all", *profiles)]
    assert together == [1, 50, 2, 50]
    for profile in profiles:
        make(ffmpeg, plain, tmp_path / "alone", profile)
    make(ffmpeg, plain, tmp_path / "fed", *profiles, feed=FileFeed(plain))
    all_files = files_of(tmp_path / "all")
    assert all_files == files_of(tmp_path / "alone")
    assert all_files == files_of(tmp_path / "fed")


@pytest.mark.parametrize(
    ("clip", "degrees", "size"),
    [
        ("320x180", 0, (160, 90)),
        ("180x320", 0, (90, 160)),
        ("320x180", 90, (90, 160)),
        ("96x54", 0, (96, 54)),
    ],
)
def test_pictures_have_the_shape_that_people_see(
    clip: str, degrees: int, size: tuple[int, int], studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    source = studio.make(f"still {clip}.mp4", f"{v(clip)} {X}")
    if degrees:
        source = studio.rotated(f"still {clip} turned.mp4", f"{v(clip)} {X}", degrees)
    poster, sprite = make(ffmpeg, source, tmp_path, STILL, THUMBNAILS)
    assert jpeg.size(poster.main.read_bytes()) == size
    (sheet,) = sprite.parts
    across, down = (36, 64) if size[0] < size[1] else (64, 36)
    assert jpeg.size(sheet.read_bytes()) == (2 * across, down), "two thumbnails, and no more"


def test_a_picture_has_the_colours_of_the_video(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """A JPEG is read as BT.601 in full range, whatever the video was."""
    paint = "-f lavfi -i color=c=0x20C040:size=160x90:rate=25:duration=2 -vf format=gbrp,"
    paint += "scale=out_color_matrix=bt709,format=yuv420p,setparams=range=tv:colorspace=bt709 "
    source = studio.make("green.mp4", f"{paint} -c:v libx264 -qp 4 -colorspace bt709")
    poster, sprite = make(ffmpeg, source, tmp_path, STILL, THUMBNAILS)
    (sheet,) = sprite.parts
    for picture, size in ((poster.main, (160, 90)), (sheet, (128, 36))):
        seen = pixels(picture, size)[size[0] * 20 + 30]
        assert all(abs(is_ - was) <= 4 for is_, was in zip(seen, (32, 192, 64), strict=True)), seen


def test_a_poster_is_not_of_the_black_that_films_begin_with(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    black = "drawbox=enable='lt(t,1)':t=fill:color=black".replace(",", "\\,")
    source = studio.make("black at first.mp4", f"{v('160x90', seconds=8)} -vf {black} {X}")
    (poster,) = make(ffmpeg, source, tmp_path, STILL)
    bright = [pixel for pixel in pixels(poster.main, (160, 90)) if max(pixel) > 128]
    assert len(bright) > 160 * 90 / 2


@pytest.mark.parametrize("at", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(
    ("name", "clip"),
    [
        ("one frame.mp4", f"{v('64x36')} {X} -frames:v 1"),
        ("sound goes on.mp4", f"{v('64x36', seconds=1)} {a(5)} {X} {AAC}"),
        ("no length.h264", f"{v('64x36')} {X} -f h264"),
    ],
)
def test_there_is_a_picture_whatever_the_length(
    name: str, clip: str, at: float, studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    source = studio.make(f"still {name}", clip)
    poster, sprite = make(ffmpeg, source, tmp_path, making(STILL, at=at), THUMBNAILS)
    assert (poster.frames, sprite.frames) == (1, 1)


def test_a_thumbnail_shows_the_middle_of_its_time(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Each second of the clip has a grey of its own; the last sheet is not full."""
    profile = making(THUMBNAILS, interval_seconds=1, columns=2, rows=1)
    (sprite,) = make(ffmpeg, stepping(studio, 5), tmp_path, profile)
    cues = parse_cues(sprite.main.read_text())
    assert [(cue.begins_seconds, cue.ends_seconds) for cue in cues] == [
        (second, second + 1) for second in range(5)
    ]
    assert [sheet.name for sheet in sprite.parts] == ["00000.jpg", "00001.jpg", "00002.jpg"]
    for second, cue in enumerate(cues):
        left, top, width, height = cue.where
        assert (width, height) == (64, 36)
        seen = pixels(sprite.main.parent / cue.sheet, (128, 36))
        assert abs(seen[(top + 18) * 128 + left + 32][0] - 40 * second) <= 4


def test_a_long_interval_is_of_its_middle_too(
    studio: Studio, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Five seconds in intervals of two: the last begun has a thumbnail, and ends with the clip."""
    profile = making(THUMBNAILS, interval_seconds=2, columns=1, rows=1)
    (sprite,) = make(ffmpeg, stepping(studio, 5), tmp_path, profile)
    cues = parse_cues(sprite.main.read_text())
    assert [cue.ends_seconds for cue in cues] == [2, 4, 5]
    greys = [pixels(sheet, (64, 36))[18 * 64 + 32][0] for sheet in sprite.parts]
    assert [round(grey / 40) for grey in greys] == [0, 2, 4]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _without_comment(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data.replace(b"transcoder settings", b"something different"))


def _without_cue(path: Path) -> None:
    head, _first, *rest = path.read_text().split("\n\n")[1:]
    path.write_text("\n\n".join(["WEBVTT", head, *rest]))


@pytest.mark.parametrize(
    ("file", "spoil", "words"),
    [
        ("poster/poster.jpg", Path.unlink, "there is none"),
        ("poster/poster.jpg", _cut, "is None, planned (160, 90)"),
        ("poster/poster.jpg", _without_comment, "does not say which settings"),
        ("sprite/sprite.vtt", Path.unlink, "there is none"),
        ("sprite/sprite.vtt", _without_comment, "does not say which settings"),
        ("sprite/sprite.vtt", _without_cue, "do not follow each other"),
        ("sprite/parts/00000.jpg", Path.unlink, "00000.jpg is missing"),
        ("sprite/parts/00000.jpg", _cut, "planned (128, 36)"),
    ],
)
def test_pictures_that_are_not_as_planned_are_refused(
    file: str,
    spoil: Callable[[Path], None],
    words: str,
    plain: Path,
    ffmpeg: Ffmpeg,
    tmp_path: Path,
) -> None:
    profile = STILL if file.startswith("poster") else THUMBNAILS
    (made,) = make(ffmpeg, plain, tmp_path, profile)
    spoil(tmp_path / file)
    with pytest.raises(TaskError) as refusal:
        check(made.rendition, tmp_path, ffmpeg, thorough=False)
    assert refusal.value.reason is Reason.OUTPUT_INVALID
    assert words in refusal.value.detail


def test_a_published_sprite_leads_to_its_sheets(
    plain: Path, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    (sprite,) = make(ffmpeg, plain, tmp_path / "scratch", THUMBNAILS)
    main = publish(sprite, tmp_path / "out", ffmpeg)
    digest = THUMBNAILS.digest
    assert main.name == f"out-{MD5}-sprite.vtt"
    assert f"NOTE transcoder settings {digest}" in main.read_text()
    assert set(files_of(tmp_path / "out")) == {main.name, f"out-{MD5}-sprite-{digest}/00000.jpg"}
    for cue in parse_cues(main.read_text()):
        assert jpeg.size((main.parent / cue.sheet).read_bytes()) == (128, 36)


def test_a_published_poster_says_what_made_it(plain: Path, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    (poster,) = make(ffmpeg, plain, tmp_path / "scratch", making(STILL, box=Box(64, 36)))
    main = publish(poster, tmp_path / "out", ffmpeg)
    assert list(files_of(tmp_path / "out")) == [f"out-{MD5}-poster.jpg"]
    said = f"transcoder settings {poster.rendition.profile.digest}"
    assert jpeg.comment(main.read_bytes()) == said

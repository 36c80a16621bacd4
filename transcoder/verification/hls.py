"""
Look at an adaptive stream: its master, every playlist, every segment.

Imports ``core``, ``ports``, ``errors``, its neighbour ``made`` and the adapter of boxes.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from transcoder.adapters.boxes import NotWholeError, outer_boxes
from transcoder.core.encoding import comment
from transcoder.core.fragments import picture_size, sample_count
from transcoder.core.hls_command import PLAYLIST, stream_folders
from transcoder.core.manifest import PARTS, references
from transcoder.core.plan import Rendition
from transcoder.core.playlist import MediaPlaylist, parse_media_playlist
from transcoder.core.profile import Hls
from transcoder.core.stream_verify import Looked, rung_problems, sound_problems, uneven
from transcoder.core.verify import invalid, undecodable
from transcoder.ports import Encoder
from transcoder.verification.made import Made, main_of

# A fragment's description holds some bytes for each of its samples.
_MOOF_BYTES_MOST = 1 << 24


def check_stream(
    rendition: Rendition, makes: Hls, directory: Path, encoder: Encoder, *, thorough: bool
) -> Made:
    """
    A master that names every rung and sound; playlists whose segments are all there, whole, and
    as long and full as planned; if ``thorough``, each decodes to its end.
    """
    name, main = rendition.profile.name, main_of(rendition, directory)
    found = _master_problems(rendition, main.read_text(encoding="utf-8"))
    looked: list[Looked] = []
    parts: list[Path] = []
    for folder in stream_folders(rendition):
        place = main.parent / PARTS / folder
        try:
            playlist, files = _files(place)
            looked.append(Looked(folder, playlist, sum(map(_samples, files[2:]))))
        except (_Broken, NotWholeError) as broken:
            raise invalid(name, [f"{folder}: {broken}"]) from broken
        parts += files
    found += _problems(rendition, makes, looked, main.parent / PARTS)
    if thorough and not found:
        for one in looked:
            found += _undecodable(one, main.parent / PARTS / one.folder / PLAYLIST, encoder)
    if found:
        raise invalid(name, found)
    seconds = [round(one.playlist.duration_seconds, 3) for one in looked]
    rungs = len(rendition.pictures)
    return Made(
        rendition,
        main,
        tuple(parts),
        looked[0].samples,
        duration_seconds=max(seconds),
        picture_seconds=min(seconds[:rungs]),
        sound_seconds=tuple(seconds[rungs:]),
    )


class _Broken(Exception):
    """A stream cannot be looked at; its text says why."""


def _master_problems(rendition: Rendition, text: str) -> list[str]:
    wanted = {f"{PARTS}/{folder}/{PLAYLIST}" for folder in stream_folders(rendition)}
    named, found = set(references(text)), []
    if named != wanted:
        found.append(f"it names {len(named & wanted)} of {len(wanted)} playlists")
    if comment(rendition) not in text:
        found.append("it does not say which settings it was made with")
    return found


def _files(place: Path) -> tuple[MediaPlaylist, list[Path]]:
    """A stream's playlist, read; and its files: the playlist, the initialisation, the segments."""
    path = place / PLAYLIST
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    playlist = parse_media_playlist(text)
    if playlist is None:
        raise _Broken("its playlist is missing, or is not whole")
    names = (PLAYLIST, playlist.init, *(segment.name for segment in playlist.segments))
    files = [place / name for name in names]
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise _Broken(f"{len(missing)} of its files are missing, {missing[0]} first")
    return playlist, files


def _problems(rendition: Rendition, makes: Hls, looked: list[Looked], parts: Path) -> list[str]:
    rates = [picture.frame_rate for picture in rendition.pictures]
    rungs, sounds = looked[: len(rates)], looked[len(rates) :]
    found = uneven(rungs, rates)
    for rung, picture, one in zip(rendition.rungs, rendition.pictures, rungs, strict=True):
        # A key frame by time comes with the first frame at or after it, by the encoder's sums and
        # by the muxer's.  AV1's encoder places them by count, which drifts from the clock.
        by_time = rung.video.codec == "libx264"
        late = float(2 / picture.frame_rate) if by_time else float(rung.video.keyframe_seconds)
        found += rung_problems(one, picture.frame_rate, makes.segment_seconds, late)
        size = picture_size((parts / one.folder / one.playlist.init).read_bytes())
        if size != (picture.width, picture.height):
            planned = (picture.width, picture.height)
            found.append(f"the size of {one.folder} is {size}, planned {planned}")
    for one in sounds:
        found += sound_problems(one, makes.segment_seconds)
    return found


def _undecodable(one: Looked, path: Path, encoder: Encoder) -> list[str]:
    run = encoder.decode(path)
    is_sound = one.folder.startswith("audio-")
    broken = undecodable(replace(run, counts_frames=not is_sound))
    if broken is None and not is_sound and run.frames != one.samples:
        broken = f"{run.frames} of its {one.samples} frames decode"
    return [f"{one.folder}: {broken}"] if broken else []


def _samples(path: Path) -> int:
    """How many pictures or packets a segment holds; raises NotWholeError."""
    return sum(sample_count(payload) for payload in _descriptions(path))


def _descriptions(path: Path) -> Iterator[bytes]:
    """The payloads of a segment's ``moof`` boxes; raises NotWholeError."""
    with path.open("rb") as file:
        for box in outer_boxes(path):
            if box.kind == b"moof" and box.end - box.start <= _MOOF_BYTES_MOST:
                file.seek(box.start)
                yield file.read(box.end - box.start)

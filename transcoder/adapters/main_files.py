"""
Completes what ffmpeg made: a poster's comment, a sprite's WebVTT, a stream's master playlist.

What cannot be completed is left as it is: the check of the results says what is wrong with it.
Imports ``core``.
"""

from collections.abc import Sequence
from pathlib import Path

from transcoder.core.command import main_file, main_folder
from transcoder.core.cues import end_seconds, shown_count, sprite_cues
from transcoder.core.encoding import comment
from transcoder.core.fragments import codec
from transcoder.core.hls_command import PLAYLIST, rung_folder, sound_folder
from transcoder.core.jpeg import commented
from transcoder.core.manifest import PARTS
from transcoder.core.plan import Plan, Rendition
from transcoder.core.playlist import (
    MediaPlaylist,
    Rate,
    Sound,
    Variant,
    master_playlist,
    measured_rate,
    parse_media_playlist,
)
from transcoder.core.profile import Hls, Poster, Sprite
from transcoder.core.still_command import THUMBNAILS, thumbnail_count


def complete(plan: Plan, directory: Path) -> None:
    """Write the main files of a plan's renditions that were encoded into ``directory``."""
    for rendition in plan.renditions:
        main = Path(main_file(str(directory), rendition))
        folder = Path(main_folder(str(directory), rendition))
        try:
            match rendition.profile.makes:
                case Poster():
                    main.write_bytes(commented(main.read_bytes(), comment(rendition)))
                case Sprite():
                    main.write_text(_cues(rendition, plan, folder), encoding="utf-8")
                case Hls():
                    main.write_text(_master(rendition, folder), encoding="utf-8")
        except (FileNotFoundError, ValueError, _Incomplete):
            main.unlink(missing_ok=True)


class _Incomplete(Exception):
    """There is too little to complete a result."""


def _cues(rendition: Rendition, plan: Plan, folder: Path) -> str:
    made = thumbnail_count((folder / THUMBNAILS).read_text(encoding="utf-8"))
    sheets, length = rendition.sheets, plan.duration_seconds
    if sheets is None or made == 0:
        raise _Incomplete
    shown = shown_count(sheets, made, length)
    ends = end_seconds(sheets, shown, length)
    return sprite_cues(sheets, rendition.pictures[0], shown, ends, comment(rendition))


def _master(rendition: Rendition, folder: Path) -> str:
    variants = []
    for rung, picture in zip(rendition.rungs, rendition.pictures, strict=True):
        rate, told = _measured(folder, rung_folder(rung))
        name, size = _uri(rung_folder(rung)), (picture.width, picture.height)
        variants.append(Variant(name, rate, *size, picture.frame_rate, told))
    return master_playlist(variants, _sounds(rendition, folder), comment(rendition))


def _sounds(rendition: Rendition, folder: Path) -> Sequence[Sound]:
    default = next((n for n, track in enumerate(rendition.tracks) if track.stream.default), 0)
    sounds = []
    for number, track in enumerate(rendition.tracks):
        rate, told = _measured(folder, sound_folder(number))
        stream = track.stream
        sounds.append(
            Sound(
                name=_uri(sound_folder(number)),
                title=stream.title or stream.language or "sound",
                language=stream.language,
                is_default=number == default,
                channels=track.channels,
                rate=rate,
                codec=told,
            )
        )
    return sounds


def _uri(stream_folder: str) -> str:
    return f"{PARTS}/{stream_folder}/{PLAYLIST}"


def _measured(folder: Path, stream_folder: str) -> tuple[Rate, str]:
    """The rate and the codec of one stream."""
    place = folder / PARTS / stream_folder
    playlist = parse_media_playlist((place / PLAYLIST).read_text(encoding="utf-8"))
    told = codec((place / playlist.init).read_bytes()) if playlist is not None else None
    if playlist is None or told is None:
        raise _Incomplete
    return measured_rate(playlist, _sizes(place, playlist)), told


def _sizes(place: Path, playlist: MediaPlaylist) -> list[int]:
    return [(place / segment.name).stat().st_size for segment in playlist.segments]

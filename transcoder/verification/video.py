"""
Look at one MP4, of picture and sound or of sound alone.

Imports ``core``, ``ports``, ``errors`` and the adapter of boxes.
"""

from dataclasses import replace
from pathlib import Path

from transcoder.adapters.boxes import index_of, is_index_first
from transcoder.core.encoding import comment
from transcoder.core.index import BadIndexError, Indexed, read_index
from transcoder.core.media import Media
from transcoder.core.plan import Rendition
from transcoder.core.verify import index_problems, invalid, problems, undecodable
from transcoder.errors import TaskError
from transcoder.ports import Encoder
from transcoder.verification.made import Made, main_of


def check_file(rendition: Rendition, directory: Path, encoder: Encoder, *, thorough: bool) -> Made:
    """The file, whole: its streams are as planned and, if ``thorough``, decode to their ends."""
    path, name = main_of(rendition, directory), rendition.profile.name
    try:
        media: Media | None = encoder.probe(path)
    except TaskError:
        media = None
    found = problems(media, rendition)
    if media is not None and media.comment != comment(rendition):
        found.append("it does not say which settings it was made with")
    if not is_index_first(path):
        found.append("its index comes last, so that no player can start before all is there")
    if media is None or found:
        raise invalid(name, found)
    try:
        tracks = read_index(index_of(path))
    except BadIndexError as bad:
        raise invalid(name, [str(bad)]) from bad
    pictures = [track for track in tracks if track.kind == "video"]
    sounds = [track for track in tracks if track.kind == "audio"]
    found = index_problems(pictures, sounds, rendition)
    if thorough and not found:
        found = _undecodable(path, pictures, encoder)
    if found:
        raise invalid(name, found)
    return Made(
        rendition,
        path,
        frames=pictures[0].samples if pictures else None,
        duration_seconds=media.duration_seconds,
        picture_seconds=pictures[0].ends_seconds if pictures else None,
        sound_seconds=tuple(track.ends_seconds for track in sounds),
    )


def _undecodable(path: Path, pictures: list[Indexed], encoder: Encoder) -> list[str]:
    run = replace(encoder.decode(path), counts_frames=bool(pictures))
    broken = undecodable(run)
    if broken is None and pictures and run.frames != pictures[0].samples:
        broken = f"{run.frames} of its {pictures[0].samples} frames decode"
    return [broken] if broken else []

"""
Look at one MP4, of picture and sound or of sound alone.

Imports ``core``, ``ports``, ``errors`` and the adapter of boxes.
"""

from dataclasses import replace
from pathlib import Path

from transcoder.adapters.boxes import is_index_first
from transcoder.core.encoding import comment
from transcoder.core.media import Media
from transcoder.core.plan import Rendition
from transcoder.core.verify import invalid, problems, undecodable
from transcoder.errors import TaskError
from transcoder.ports import Encoder
from transcoder.verification.made import Made, main_of


def check_file(rendition: Rendition, directory: Path, encoder: Encoder, *, thorough: bool) -> Made:
    """The file, whole: its streams are as planned and, if ``thorough``, decode to their ends."""
    path = main_of(rendition, directory)
    try:
        media: Media | None = encoder.probe(path)
    except TaskError:
        media = None
    found = problems(media, rendition)
    if media is not None and media.comment != comment(rendition):
        found.append("it does not say which settings it was made with")
    if not is_index_first(path):
        found.append("its index comes last, so that no player can start before all is there")
    frames = None
    if thorough and not found:
        run = replace(encoder.decode(path), counts_frames=bool(rendition.pictures))
        found += [broken] if (broken := undecodable(run)) else []
        frames = run.frames if rendition.pictures else None
    if media is None or found:
        raise invalid(rendition.profile.name, found)
    return Made(rendition, path, frames=frames, duration_seconds=media.duration_seconds)

"""A result that was looked at.  Imports ``core`` and ``errors``."""

from dataclasses import dataclass
from pathlib import Path

from transcoder.core.command import main_file
from transcoder.core.plan import Rendition
from transcoder.core.verify import invalid


@dataclass(frozen=True, slots=True)
class Made:
    """A verified result, not yet published."""

    rendition: Rendition
    main: Path
    #: What the main file refers to, below the folder ``parts`` beside it.
    parts: tuple[Path, ...] = ()
    #: Of one picture stream, or thumbnails; None where nobody counted, or there are none.
    frames: int | None = None
    #: How long it plays, or how much of the input it shows; None for a poster.
    duration_seconds: float | None = None
    #: When its picture ends; None where there is none, or it covers no time.
    picture_seconds: float | None = None
    #: When each of its tracks of sound ends, in the order of the rendition's.
    sound_seconds: tuple[float, ...] = ()


def main_of(rendition: Rendition, directory: Path) -> Path:
    """A rendition's main file; raises TaskError where there is none, or it is empty."""
    path = Path(main_file(str(directory), rendition))
    if not path.is_file() or path.stat().st_size == 0:
        raise invalid(rendition.profile.name, ["there is none, though ffmpeg ended well"])
    return path

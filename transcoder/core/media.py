"""
What a probe found in a file: one schema, whichever tool looked.

``ffprobe`` says more than the banner of ``ffmpeg -i``; only what both say is kept, rounded alike,
so that a plan does not depend on which of them is installed.  Imports the standard library only.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor

_TEXT_SUBTITLES = frozenset(
    ("subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text", "microdvd", "subviewer", "sami")
)
#: The codec of a stream that this ffmpeg knows nothing of.
UNKNOWN = "unknown"

_LANGUAGE = re.compile(r"[a-z]{3}")
_TITLE_MOST = 200


class Scan(StrEnum):
    """How a frame's lines were taken."""

    PROGRESSIVE = "progressive"
    INTERLACED = "interlaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Colour:
    """ffmpeg's own names, or None where untagged."""

    range: str | None = None
    matrix: str | None = None
    primaries: str | None = None
    transfer: str | None = None


@dataclass(frozen=True, slots=True)
class VideoStream:
    """``width`` and ``height`` are stored pixels (0: unknown); rotation in degrees, 0 to 359."""

    index: int
    codec: str
    width: int
    height: int
    pixel_format: str | None
    sample_aspect: Fraction
    rotation: int
    #: The rate that fits every frame's time (``tbr``), and the average one; None where unknown.
    frame_rate: Fraction | None
    average_rate: Fraction | None
    scan: Scan
    colour: Colour
    default: bool
    attached_picture: bool


@dataclass(frozen=True, slots=True)
class AudioStream:
    """``channels`` is 0 where unknown."""

    index: int
    codec: str
    channels: int
    sample_rate: int
    default: bool
    #: Three letters (ISO 639-2), or None where the file does not tell.
    language: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class SubtitleStream:
    """Written words that come and go with the picture, as text or as pictures of text."""

    index: int
    codec: str
    default: bool
    language: str | None = None
    title: str | None = None

    @property
    def is_text(self) -> bool:
        """Whether other text formats can be made of it; a picture of text would need reading."""
        return self.codec in _TEXT_SUBTITLES


@dataclass(frozen=True, slots=True)
class Media:
    """A file: its demuxer's name, its length (None where the file does not tell), its streams."""

    container: str
    duration_seconds: float | None
    video: tuple[VideoStream, ...]
    audio: tuple[AudioStream, ...]
    subtitles: tuple[SubtitleStream, ...] = ()
    #: The container's comment: where our own results say what they are.
    comment: str | None = None
    #: When its first picture or sound is shown; some containers count it into their length.
    start_seconds: float = 0.0


def rounded_rate(rate: Fraction) -> Fraction | None:
    """A frame rate as both tools can tell it: NTSC's exactly, others to 1/100; None for none."""
    if rate <= 0:
        return None
    for nominal in (24, 30, 48, 60, 120):
        ntsc = Fraction(nominal * 1000, 1001)
        if abs(rate - ntsc) < Fraction(1, 100):
            return ntsc
    rounded = Fraction(round(rate * 100), 100)
    return rounded if rounded > 0 else rate.limit_denominator(1000)


def rounded_duration(seconds: float) -> float:
    """To 1/100 s, as ``ffmpeg -i`` prints it."""
    return floor(seconds * 100 + 0.5) / 100


def turn(matrix_degrees: float) -> int:
    """Degrees from 0 to 359, from a display matrix's -180 to 180."""
    return round(matrix_degrees) % 360


def known_language(told: str | None) -> str | None:
    """Three letters that name a language, or None; ``und`` says that nobody knows."""
    code = (told or "").strip().lower()
    return code if _LANGUAGE.fullmatch(code) and code != "und" else None


def known_title(told: str | None) -> str | None:
    """A track's name on one line that can be printed, or None."""
    line = (told or "").partition("\n")[0]
    text = "".join(character for character in line if character.isprintable()).strip()
    return text[:_TITLE_MOST] or None

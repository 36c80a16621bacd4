"""
What an MP4's index says of its tracks: how much is in each, and for how long it is shown.

It counts a result's packets without reading, let alone decoding, any of them.
Imports ``core.fragments``.
"""

from dataclasses import dataclass
from fractions import Fraction

from transcoder.core.fragments import boxes

_KINDS = {b"vide": "video", b"soun": "audio", b"sbtl": "text", b"text": "text"}


@dataclass(frozen=True, slots=True)
class Indexed:
    """One track; what neither shows nor sounds nor tells is none."""

    #: ``video``, ``audio`` or ``text``.
    kind: str
    #: Pictures, or packets of sound.
    samples: int
    #: When it ends, in seconds from the file's beginning.
    ends_seconds: float
    #: Samples a second while it lasts; None where it lasts no time.
    rate: Fraction | None


class BadIndexError(Exception):
    """An index that cannot be read; its text says what it lacks."""


def read_index(moov: bytes) -> tuple[Indexed, ...]:
    """The tracks that a ``moov`` box's payload tells of, in order; raises BadIndexError."""
    ticks, _ = _times(_only(moov, b"mvhd"))
    if ticks == 0:
        raise BadIndexError("its index lacks a clock")
    tracks = (_track(trak, ticks) for kind, trak in boxes(moov) if kind == b"trak")
    return tuple(track for track in tracks if track is not None)


def _track(trak: bytes, ticks: int) -> Indexed | None:
    media = _only(trak, b"mdia")
    kind = _KINDS.get(_only(media, b"hdlr")[8:12])
    if kind is None:
        return None
    sizes = _only(_only(_only(media, b"minf"), b"stbl"), b"stsz")
    samples = _number(sizes, 8, 4)
    own_ticks, length = _times(_only(media, b"mdhd"))
    shown = _only(trak, b"tkhd")
    # The second version of every header has wider times.
    ends = _number(shown, 28, 8) if shown[:1] == b"\1" else _number(shown, 20, 4)
    rate = Fraction(samples * own_ticks, length) if length else None
    return Indexed(kind, samples, ends / ticks, rate)


def _times(header: bytes) -> tuple[int, int]:
    """Ticks a second, and the length in ticks, that a movie's or a track's header tells."""
    if header[:1] == b"\1":
        return _number(header, 20, 4), _number(header, 24, 8)
    return _number(header, 12, 4), _number(header, 16, 4)


def _number(data: bytes, start: int, length: int) -> int:
    return int.from_bytes(data[start : start + length])


def _only(data: bytes, name: bytes) -> bytes:
    """The payload of the box of that name."""
    for kind, payload in boxes(data):
        if kind == name:
            return payload
    raise BadIndexError(f"its index lacks {name.decode()!r}")

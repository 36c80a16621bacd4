"""The boxes of an MP4, by hand, as far as anybody reads them."""

from fractions import Fraction

from transcoder.core.plan import Rendition

_TICKS = 1000


def box(kind: str, *payloads: bytes) -> bytes:
    payload = b"".join(payloads)
    return (len(payload) + 8).to_bytes(4) + kind.encode() + payload


def words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4) for number in numbers)


def a_track(
    handler: str,
    samples: int,
    seconds: Fraction,
    ticks: int = _TICKS,
    shown_from: Fraction = Fraction(0),
) -> bytes:
    """One track, and when it begins to be shown."""
    length = round(seconds * ticks)
    ends = round((shown_from + seconds) * _TICKS)
    table = box("stbl", box("stsz", words(0, 0, samples)))
    media = box(
        "mdia",
        box("mdhd", words(0, 0, 0, ticks, length)),
        box("hdlr", words(0, 0), handler.encode()),
        box("minf", table),
    )
    return box("trak", box("tkhd", words(0, 0, 0, 1, 0, ends)), media)


def an_index(*tracks: bytes) -> bytes:
    """The payload of a ``moov`` box."""
    return box("mvhd", words(0, 0, 0, _TICKS, 0)) + b"".join(tracks)


def an_mp4(rendition: Rendition, seconds: float) -> bytes:
    """What a rendition's file looks like from outside: its index, then its pictures."""
    length = Fraction(seconds)
    pictures = [
        a_track("vide", round(length * picture.frame_rate), length)
        for picture in rendition.pictures
    ]
    sounds = [a_track("soun", 100, length) for _ in rendition.tracks]
    return box("moov", an_index(*pictures, *sounds)) + box("mdat", b"encoded")

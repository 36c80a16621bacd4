"""
The playlists of an adaptive stream: reading those that ffmpeg writes, and writing the master.

ffmpeg's own masters differ between versions, and leave out what players choose by.
Imports the standard library only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

#: The master's name for the sounds that every variant is heard with.
_GROUP = "sound"

_SEGMENT = re.compile(r"^#EXTINF:(?P<seconds>[0-9.]+),.*\n(?P<name>[^#\s].*)$", re.MULTILINE)
_TARGET = re.compile(r"^#EXT-X-TARGETDURATION:(\d+)$", re.MULTILINE)
_INIT = re.compile(r'^#EXT-X-MAP:URI="([^"]+)"$', re.MULTILINE)
_END = re.compile(r"^#EXT-X-ENDLIST$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a stream."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    """One rung's picture, or one sound; names are relative to the playlist."""

    init: str
    target_seconds: int
    segments: tuple[Segment, ...]

    @property
    def duration_seconds(self) -> float:
        return sum(segment.seconds for segment in self.segments)


def parse_media_playlist(text: str) -> MediaPlaylist | None:
    """A whole playlist of segments; None where the text is none."""
    init, target = _INIT.search(text), _TARGET.search(text)
    if not text.startswith("#EXTM3U") or not _END.search(text) or not init or not target:
        return None
    segments = tuple(
        Segment(found["name"], float(found["seconds"])) for found in _SEGMENT.finditer(text)
    )
    return MediaPlaylist(init[1], int(target[1]), segments) if segments else None


@dataclass(frozen=True, slots=True)
class Rate:
    """How many bits a second a stream takes, at its most and on average."""

    peak: int
    average: int

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.peak + other.peak, self.average + other.average)


def measured_rate(playlist: MediaPlaylist, sizes: Sequence[int]) -> Rate:
    """
    The rate of a stream, from the sizes of its segments in bytes.

    A last segment of a moment says nothing about the peak, unless there is no other.
    """
    segments = list(zip(playlist.segments, sizes, strict=True))
    long = [pair for pair in segments if 2 * pair[0].seconds >= playlist.target_seconds]
    peak = max(_bits(size, segment.seconds) for segment, size in long or segments)
    return Rate(peak, _bits(sum(sizes), playlist.duration_seconds))


def _bits(size: int, seconds: float) -> int:
    return -(-size * 8 // max(1, round(seconds * 1000))) * 1000


@dataclass(frozen=True, slots=True)
class Variant:
    """One rung's picture in the master; ``codec`` as RFC 6381 writes it."""

    name: str
    rate: Rate
    width: int
    height: int
    frame_rate: Fraction
    codec: str


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound in the master."""

    name: str
    title: str
    language: str | None
    is_default: bool
    channels: int
    rate: Rate
    codec: str


def master_playlist(variants: Sequence[Variant], sounds: Sequence[Sound], comment: str) -> str:
    """The text that lets a player choose; the variant that it tries first comes first."""
    lines = ["#EXTM3U", f"# {comment}", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    titles = _distinct([sound.title for sound in sounds])
    lines += [_media(sound, title) for sound, title in zip(sounds, titles, strict=True)]
    heard = max((sound.rate for sound in sounds), key=lambda rate: rate.peak, default=Rate(0, 0))
    for variant in variants:
        lines += [_stream(variant, variant.rate + heard, sounds), variant.name]
    return "\n".join(lines) + "\n"


def _distinct(titles: list[str]) -> list[str]:
    """Titles as a player can show them: no two alike, nothing that would end the quotes."""
    plain = [re.sub(r'["\r\n]', "'", title) for title in titles]
    return [
        f"{title} {number + 1}" if plain.count(title) > 1 else title
        for number, title in enumerate(plain)
    ]


def _media(sound: Sound, title: str) -> str:
    language = [f'LANGUAGE="{sound.language}"'] if sound.language else []
    attributes = [
        *("TYPE=AUDIO", f'GROUP-ID="{_GROUP}"', f'NAME="{title}"'),
        *language,
        *(f"DEFAULT={'YES' if sound.is_default else 'NO'}", "AUTOSELECT=YES"),
        *(f'CHANNELS="{sound.channels}"', f'URI="{sound.name}"'),
    ]
    return "#EXT-X-MEDIA:" + ",".join(attributes)


def _stream(variant: Variant, rate: Rate, sounds: Sequence[Sound]) -> str:
    codecs = dict.fromkeys([variant.codec, *(sound.codec for sound in sounds)])
    attributes = [
        *(f"BANDWIDTH={rate.peak}", f"AVERAGE-BANDWIDTH={rate.average}"),
        f'CODECS="{",".join(codecs)}"',
        f"RESOLUTION={variant.width}x{variant.height}",
        *(f"FRAME-RATE={float(variant.frame_rate):.3f}", "VIDEO-RANGE=SDR"),
        *([f'AUDIO="{_GROUP}"'] if sounds else []),
        "CLOSED-CAPTIONS=NONE",
    ]
    return "#EXT-X-STREAM-INF:" + ",".join(attributes)

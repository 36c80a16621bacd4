"""
Named profiles as frozen data: what can be made, and with which settings.

``core.profile_reading`` makes them from YAML.  Imports the standard library and ``errors``.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar

from transcoder.errors import ProfileError

#: Part of every digest: raise it when the ffmpeg arguments change what the same profile gives.
RECIPE = 2

DEFAULT_PROFILES = ("small", "large")


@dataclass(frozen=True, slots=True)
class Box:
    """The largest picture, in square pixels, landscape; turned for portrait inputs."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """How the picture is encoded."""

    codec: str
    #: A name for libx264, a number for libsvtav1.
    preset: str | int
    crf: int
    maxrate_kbit: int
    #: None for other codecs.
    h264_profile: str | None
    h264_level: str | None
    frame_rate_max: int
    keyframe_seconds: int


@dataclass(frozen=True, slots=True)
class Loudness:
    """What sound is brought to, in the terms of EBU R 128."""

    integrated_lufs: float
    true_peak_dbtp: float
    range_lu: float


@dataclass(frozen=True, slots=True)
class AudioSettings:
    """How the sound is encoded, where the input has any."""

    codec: str
    bitrate_kbit: int
    channels_max: int
    sample_rate: int
    #: ``default`` takes one track, ``all`` every one.
    tracks: str = "default"
    #: None leaves the sound as loud as it is.
    loudness: Loudness | None = None


@dataclass(frozen=True, slots=True)
class VideoFile:
    """Picture and sound in an MP4 that plays before all of it is there."""

    kind: ClassVar[str] = "video"
    suffix: ClassVar[str] = "mp4"

    box: Box
    video: VideoSettings
    #: None leaves the sound out.
    audio: AudioSettings | None
    subtitles: bool = False


@dataclass(frozen=True, slots=True)
class AudioFile:
    """Sound alone, of videos and of sound files."""

    kind: ClassVar[str] = "audio"
    suffix: ClassVar[str] = "m4a"

    audio: AudioSettings


@dataclass(frozen=True, slots=True)
class Poster:
    """One still picture; ``at`` is a share of the length, 0 to 1."""

    kind: ClassVar[str] = "poster"
    suffix: ClassVar[str] = "jpg"

    box: Box
    at: float
    #: 1 is the best, 31 the smallest.
    quality: int


@dataclass(frozen=True, slots=True)
class Sprite:
    """Thumbnails on sheets, with a WebVTT that says which is where; ``box`` is one thumbnail's."""

    kind: ClassVar[str] = "sprite"
    suffix: ClassVar[str] = "vtt"

    box: Box
    interval_seconds: int
    columns: int
    rows: int
    #: 1 is the best, 31 the smallest.
    quality: int


@dataclass(frozen=True, slots=True)
class Rung:
    """One size of an adaptive stream."""

    name: str
    box: Box
    video: VideoSettings


@dataclass(frozen=True, slots=True)
class Hls:
    """An adaptive stream: several sizes and one sound, in segments that switch together."""

    kind: ClassVar[str] = "hls"
    suffix: ClassVar[str] = "m3u8"

    rungs: tuple[Rung, ...]
    audio: AudioSettings | None
    segment_seconds: int


Makes = VideoFile | AudioFile | Poster | Sprite | Hls


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of result."""

    name: str
    description: str
    makes: Makes

    @property
    def audio(self) -> AudioSettings | None:
        """How its sound is encoded; None where it has none."""
        return None if isinstance(self.makes, Poster | Sprite) else self.makes.audio

    @property
    def suffix(self) -> str:
        """Of the name of its main file."""
        return self.makes.suffix

    @property
    def digest(self) -> str:
        """Sixteen hex digits that change whenever the same input would give other bytes."""
        settings = {"name": self.name, "kind": self.makes.kind, **asdict(self.makes)}
        canonical = json.dumps({"recipe": RECIPE, **settings}, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def split_names(lists: Iterable[str]) -> tuple[str, ...]:
    """The names in comma-separated lists, each once, in the order of their first mention."""
    names = (name.strip() for text in lists for name in text.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def choose(names: Iterable[str], known: Mapping[str, Profile]) -> tuple[Profile, ...]:
    """The profiles of those names; raises ProfileError for every unknown one, and for none."""
    wanted = tuple(names)
    if not wanted:
        raise ProfileError((f"no profile is named; known are {', '.join(known)}",))
    problems = tuple(
        f"unknown profile {name!r}; known are {', '.join(known)}"
        for name in wanted
        if name not in known
    )
    if problems:
        raise ProfileError(problems)
    return tuple(known[name] for name in wanted)

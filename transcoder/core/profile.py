"""
Named profiles as frozen data, and the strict reading of them from plain mappings.

Checked by hand rather than by pydantic: that import alone costs half of a task's start-up.
Imports the standard library and ``errors``.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from transcoder.errors import ProfileError

#: Part of every digest: raise it when the ffmpeg arguments change what the same profile gives.
RECIPE = 1

DEFAULT_PROFILES = ("small", "large")

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_VIDEO_CODECS = ("libx264",)
_AUDIO_CODECS = ("aac",)
_PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower")
_H264_PROFILES = ("baseline", "main", "high")
_H264_LEVELS = ("3.0", "3.1", "3.2", "4.0", "4.1", "4.2", "5.0", "5.1", "5.2")


@dataclass(frozen=True, slots=True)
class Box:
    """The largest picture, in square pixels, landscape; turned for portrait inputs."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """How the picture is encoded."""

    codec: str
    preset: str
    crf: int
    maxrate_kbit: int
    h264_profile: str
    h264_level: str
    frame_rate_max: int
    keyframe_seconds: int


@dataclass(frozen=True, slots=True)
class AudioSettings:
    """How the sound is encoded, where the input has any."""

    codec: str
    bitrate_kbit: int
    channels_max: int
    sample_rate: int


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of result."""

    name: str
    description: str
    box: Box
    video: VideoSettings
    audio: AudioSettings

    @property
    def digest(self) -> str:
        """Sixteen hex digits that change whenever the same input would give other bytes."""
        settings = asdict(self)
        del settings["description"]
        canonical = json.dumps({"recipe": RECIPE, **settings}, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


class _Reader:
    """Takes typed values out of one mapping and keeps every problem with its path."""

    def __init__(self, raw: object, path: str, problems: list[str]) -> None:
        self._path = path
        self._problems = problems
        self._seen: set[str] = set()
        self._raw: Mapping[str, object] = {}
        if isinstance(raw, Mapping):
            self._raw = raw
        else:
            problems.append(f"{path}: is {raw!r}; a mapping is wanted")

    def _take(self, key: str) -> object:
        self._seen.add(key)
        if self._raw and key not in self._raw:
            self._problems.append(f"{self._path}.{key}: is missing")
        return self._raw.get(key)

    def section(self, key: str) -> "_Reader":
        return _Reader(self._take(key), f"{self._path}.{key}", self._problems)

    def text(self, key: str, allowed: tuple[str, ...] = ()) -> str:
        value = self._take(key)
        if isinstance(value, str) and value and (not allowed or value in allowed):
            return value
        if value is not None:
            wanted = f"one of {', '.join(allowed)}" if allowed else "text"
            self._problems.append(f"{self._path}.{key}: is {value!r}; {wanted} is wanted")
        return ""

    def number(self, key: str, least: int, most: int) -> int:
        value = self._take(key)
        # A bool is an int to Python, and `yes` a bool to YAML.
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        if value is not None:
            wanted = f"a whole number from {least} to {most}"
            self._problems.append(f"{self._path}.{key}: is {value!r}; {wanted} is wanted")
        return least

    def end(self) -> None:
        for key in self._raw:
            if key not in self._seen:
                known = ", ".join(sorted(self._seen))
                self._problems.append(f"{self._path}.{key}: unknown; known are {known}")


def _box(reader: _Reader) -> Box:
    box = Box(reader.number("width", 2, 8192), reader.number("height", 2, 8192))
    reader.end()
    return box


def _video(reader: _Reader) -> VideoSettings:
    video = VideoSettings(
        codec=reader.text("codec", _VIDEO_CODECS),
        preset=reader.text("preset", _PRESETS),
        crf=reader.number("crf", 0, 51),
        maxrate_kbit=reader.number("maxrate_kbit", 50, 200_000),
        h264_profile=reader.text("h264_profile", _H264_PROFILES),
        h264_level=reader.text("h264_level", _H264_LEVELS),
        frame_rate_max=reader.number("frame_rate_max", 1, 240),
        keyframe_seconds=reader.number("keyframe_seconds", 1, 60),
    )
    reader.end()
    return video


def _audio(reader: _Reader) -> AudioSettings:
    audio = AudioSettings(
        codec=reader.text("codec", _AUDIO_CODECS),
        bitrate_kbit=reader.number("bitrate_kbit", 16, 512),
        channels_max=reader.number("channels_max", 1, 8),
        sample_rate=reader.number("sample_rate", 8000, 96_000),
    )
    reader.end()
    return audio


def read_profiles(raw: object) -> dict[str, Profile]:
    """Profiles by name, from a parsed YAML document; raises ProfileError with every problem."""
    problems: list[str] = []
    profiles: dict[str, Profile] = {}
    if not isinstance(raw, Mapping) or not raw:
        raise ProfileError((f"profiles: are {raw!r}; a mapping of names to settings is wanted",))
    for name, settings in raw.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            problems.append(f"{name!r}: a profile's name is of a-z, 0-9 and '-', to 31 characters")
            continue
        reader = _Reader(settings, name, problems)
        profiles[name] = Profile(
            name=name,
            description=reader.text("description"),
            box=_box(reader.section("box")),
            video=_video(reader.section("video")),
            audio=_audio(reader.section("audio")),
        )
        reader.end()
    if problems:
        raise ProfileError(tuple(problems))
    return profiles


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

"""
The strict reading of profiles from plain mappings: the package's own, and a user's over them.

Imports ``core.mapping_reader``, ``core.profile`` and ``errors``.
"""

import re
from collections.abc import Callable, Mapping

from transcoder.core.mapping_reader import MappingReader
from transcoder.core.profile import (
    AudioFile,
    AudioSettings,
    Box,
    Hls,
    Loudness,
    Makes,
    Poster,
    Profile,
    Rung,
    Sprite,
    VideoFile,
    VideoSettings,
)
from transcoder.errors import ProfileError

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_NAME_WORDS = "is of a-z, 0-9 and '-', to 31 characters"
_H264 = "libx264"
_VIDEO_CODECS = (_H264, "libsvtav1")
_AUDIO_CODECS = ("aac", "libopus")
_PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower")
_H264_PROFILES = ("baseline", "main", "high")
_H264_LEVELS = ("3.0", "3.1", "3.2", "4.0", "4.1", "4.2", "5.0", "5.1", "5.2")
_OPUS_RATE = 48_000
_RUNGS_MOST = 8
# What a JPEG can be, and what ffmpeg is let to decode.
_SHEET_SIDE_MOST = 65_500
_SHEET_PIXELS_MOST = 36_000_000


def read_profiles(raw: object, over: object = None) -> dict[str, Profile]:
    """
    Profiles by name, from a parsed YAML document, and from one that lies over it where there is.

    An entry of ``over`` with a name of ``raw`` changes just the keys that it gives, however deep;
    any other gives all keys, or ``like: NAME`` and what differs.  A null takes out what may be
    left out.  Raises ProfileError with every problem.
    """
    problems: list[str] = []
    profiles: dict[str, Profile] = {}
    for name, settings in _resolved(raw, over, problems).items():
        if not _NAME.fullmatch(name):
            problems.append(f"{name!r}: a profile's name {_NAME_WORDS}")
            continue
        reader = MappingReader(settings, name, problems)
        profiles[name] = _profile(name, reader)
    if problems:
        raise ProfileError(tuple(problems))
    return profiles


def _resolved(raw: object, over: object, problems: list[str]) -> dict[str, object]:
    """Every profile's settings as they are, nothing being said by another's name any more."""
    own = _document(raw)
    settled: dict[str, object] = dict(own)
    for name, given in _document(over).items() if over is not None else ():
        base = own.get(name, {})
        changes = given
        if isinstance(given, Mapping) and "like" in given:
            if given["like"] not in settled:
                known = f"one of {', '.join(settled)}, or one written above, is wanted"
                problems.append(f"{name}.like: is {given['like']!r}; {known}")
                continue
            base = settled[given["like"]]
            changes = {key: value for key, value in given.items() if key != "like"}
        settled[name] = _laid_over(base, changes)
    return settled


def _document(raw: object) -> dict[str, object]:
    if not isinstance(raw, Mapping) or not raw:
        raise ProfileError((f"profiles: are {raw!r}; a mapping of names to settings is wanted",))
    return {str(name): settings for name, settings in raw.items()}


def _laid_over(base: object, changes: object) -> object:
    if not isinstance(base, Mapping) or not isinstance(changes, Mapping):
        return changes
    return {**base, **{key: _laid_over(base.get(key), changes[key]) for key in changes}}


def _profile(name: str, reader: MappingReader) -> Profile:
    description = reader.text("description")
    read = _KINDS.get(reader.text("kind", tuple(_KINDS)))
    if read is None:
        # Which keys it may have is not known.
        return Profile(name, description, Poster(Box(2, 2), 0.0, 1))
    profile = Profile(name, description, read(reader))
    reader.end()
    return profile


def _video_file(reader: MappingReader) -> VideoFile:
    return VideoFile(
        box=_box(reader.section("box")),
        video=_video(reader.section("video")),
        audio=_optional_audio(reader),
        subtitles=reader.flag("subtitles"),
    )


def _audio_file(reader: MappingReader) -> AudioFile:
    return AudioFile(_audio(reader.section("audio")))


def _poster(reader: MappingReader) -> Poster:
    return Poster(
        box=_box(reader.section("box")),
        at=reader.real("at", 0.0, 1.0),
        quality=reader.number("quality", 1, 31),
    )


def _sprite(reader: MappingReader) -> Sprite:
    sprite = Sprite(
        box=_box(reader.section("box")),
        interval_seconds=reader.number("interval_seconds", 1, 3600),
        columns=reader.number("columns", 1, 50),
        rows=reader.number("rows", 1, 50),
        quality=reader.number("quality", 1, 31),
    )
    box = sprite.box
    # Turned for portrait, either side may be the long one.
    longest = max(box.width, box.height) * max(sprite.columns, sprite.rows)
    pixels = box.width * box.height * sprite.columns * sprite.rows
    if longest > _SHEET_SIDE_MOST or pixels > _SHEET_PIXELS_MOST:
        most = f"{_SHEET_SIDE_MOST} pixels a side and {_SHEET_PIXELS_MOST} in all"
        reader.problem("box", f"makes sheets of more than {most}; take fewer columns and rows")
    return sprite


def _hls(reader: MappingReader) -> Hls:
    rungs = []
    for name, rung in reader.section("rungs").sections():
        if not _NAME.fullmatch(name):
            reader.problem("rungs", f"{name!r}: a rung's name {_NAME_WORDS}")
        rungs.append(Rung(name, _box(rung.section("box")), _video(rung.section("video"))))
        rung.end()
    if not 1 <= len(rungs) <= _RUNGS_MOST:
        reader.problem("rungs", f"are {len(rungs)}; 1 to {_RUNGS_MOST} are wanted")
    segment_seconds = reader.number("segment_seconds", 1, 60)
    for made in rungs:
        apart = made.video.keyframe_seconds
        if segment_seconds % apart:
            wanted = f"a multiple of the {apart} s between key frames of {made.name} is wanted"
            reader.problem("segment_seconds", f"is {segment_seconds}; {wanted}")
    return Hls(tuple(rungs), _optional_audio(reader), segment_seconds)


_KINDS: dict[str, Callable[[MappingReader], Makes]] = {
    "video": _video_file,
    "audio": _audio_file,
    "poster": _poster,
    "sprite": _sprite,
    "hls": _hls,
}


def _box(reader: MappingReader) -> Box:
    box = Box(reader.number("width", 2, 8192), reader.number("height", 2, 8192))
    reader.end()
    return box


def _video(reader: MappingReader) -> VideoSettings:
    codec = reader.text("codec", _VIDEO_CODECS)
    # An unknown codec is one problem, not three.
    h264 = codec in (_H264, "")
    video = VideoSettings(
        codec=codec,
        preset=reader.text("preset", _PRESETS) if h264 else reader.number("preset", 0, 13),
        crf=reader.number("crf", 0, 51 if h264 else 63),
        maxrate_kbit=reader.number("maxrate_kbit", 50, 200_000),
        h264_profile=reader.text("h264_profile", _H264_PROFILES) if h264 else None,
        h264_level=reader.text("h264_level", _H264_LEVELS) if h264 else None,
        frame_rate_max=reader.number("frame_rate_max", 1, 240),
        keyframe_seconds=reader.number("keyframe_seconds", 1, 60),
    )
    reader.end()
    return video


def _optional_audio(reader: MappingReader) -> AudioSettings | None:
    return _audio(reader.section("audio")) if reader.has("audio") else None


def _audio(reader: MappingReader) -> AudioSettings:
    audio = AudioSettings(
        codec=reader.text("codec", _AUDIO_CODECS),
        bitrate_kbit=reader.number("bitrate_kbit", 16, 512),
        channels_max=reader.number("channels_max", 1, 8),
        sample_rate=reader.number("sample_rate", 8000, 96_000),
        tracks=reader.text("tracks", ("default", "all")),
        loudness=_loudness(reader.section("loudness")) if reader.has("loudness") else None,
    )
    if audio.codec == "libopus" and audio.sample_rate != _OPUS_RATE:
        reader.problem("sample_rate", f"is {audio.sample_rate}; Opus has {_OPUS_RATE} only")
    reader.end()
    return audio


def _loudness(reader: MappingReader) -> Loudness:
    loudness = Loudness(
        integrated_lufs=reader.real("integrated_lufs", -70, -5),
        true_peak_dbtp=reader.real("true_peak_dbtp", -9, 0),
        range_lu=reader.real("range_lu", 1, 50),
    )
    reader.end()
    return loudness

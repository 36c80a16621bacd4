"""Read what ``ffprobe -of json -show_format -show_streams`` printed.  Imports ``core.media``."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from transcoder.core.media import (
    UNKNOWN,
    AudioStream,
    Colour,
    Media,
    Scan,
    SubtitleStream,
    VideoStream,
    known_language,
    known_title,
    rounded_duration,
    rounded_rate,
    turn,
)

_SCANS = {
    "progressive": Scan.PROGRESSIVE,
    "tt": Scan.INTERLACED,
    "bb": Scan.INTERLACED,
    "tb": Scan.INTERLACED,
    "bt": Scan.INTERLACED,
}


def parse_ffprobe(text: str) -> Media | None:
    """The file described, or None where ffprobe could not open it."""
    try:
        reply = json.loads(text or "{}")
    except ValueError:
        # ffprobe was ended in the middle of its sentence.
        return None
    container = reply.get("format")
    if not container:
        return None
    streams = reply.get("streams", [])
    duration = container.get("duration")
    return Media(
        container=container["format_name"],
        duration_seconds=None if duration is None else rounded_duration(float(duration)),
        video=tuple(_video(s) for s in streams if s.get("codec_type") == "video"),
        audio=tuple(_audio(s) for s in streams if s.get("codec_type") == "audio"),
        subtitles=tuple(_subtitle(s) for s in streams if s.get("codec_type") == "subtitle"),
        comment=_tags(container).get("comment"),
        start_seconds=rounded_duration(float(container.get("start_time", 0))),
    )


def _video(stream: Mapping[str, Any]) -> VideoStream:
    disposition = stream.get("disposition", {})
    sides = stream.get("side_data_list", [])
    turns = [side["rotation"] for side in sides if "rotation" in side]
    return VideoStream(
        index=stream["index"],
        codec=stream.get("codec_name", UNKNOWN),
        width=stream.get("width", 0),
        height=stream.get("height", 0),
        pixel_format=stream.get("pix_fmt"),
        sample_aspect=_ratio(stream.get("sample_aspect_ratio", "")) or Fraction(1),
        rotation=turn(float(turns[0])) if turns else 0,
        frame_rate=_rate(stream.get("r_frame_rate", "")),
        average_rate=_rate(stream.get("avg_frame_rate", "")),
        scan=_SCANS.get(stream.get("field_order", ""), Scan.UNKNOWN),
        colour=Colour(
            range=_named(stream.get("color_range")),
            matrix=_named(stream.get("color_space")),
            primaries=_named(stream.get("color_primaries")),
            transfer=_named(stream.get("color_transfer")),
        ),
        default=bool(disposition.get("default")),
        attached_picture=bool(disposition.get("attached_pic")),
    )


def _audio(stream: Mapping[str, Any]) -> AudioStream:
    return AudioStream(
        index=stream["index"],
        codec=stream.get("codec_name", UNKNOWN),
        channels=int(stream.get("channels", 0)),
        sample_rate=int(stream.get("sample_rate", 0)),
        default=bool(stream.get("disposition", {}).get("default")),
        language=known_language(_tags(stream).get("language")),
        title=known_title(_tags(stream).get("title")),
    )


def _subtitle(stream: Mapping[str, Any]) -> SubtitleStream:
    return SubtitleStream(
        index=stream["index"],
        codec=stream.get("codec_name", UNKNOWN),
        default=bool(stream.get("disposition", {}).get("default")),
        language=known_language(_tags(stream).get("language")),
        title=known_title(_tags(stream).get("title")),
    )


def _tags(part: Mapping[str, Any]) -> dict[str, str]:
    return {key.lower(): value for key, value in part.get("tags", {}).items()}


def _named(value: str | None) -> str | None:
    return None if value in (None, "unknown", "reserved") else value


def _ratio(text: str) -> Fraction | None:
    numerator, separator, denominator = text.replace(":", "/").partition("/")
    if not (separator and numerator.isdigit() and denominator.isdigit() and int(denominator)):
        return None
    return Fraction(int(numerator), int(denominator)) or None


def _rate(text: str) -> Fraction | None:
    rate = _ratio(text)
    return None if rate is None else rounded_rate(rate)

"""
Read the description that ``ffmpeg -i FILE`` prints, for installations without ffprobe.

The format is libavformat's ``av_dump_format``, the same from ffmpeg 5 to 9; the contract tests hold
it against ffprobe on the same files.  Imports ``core.media``.
"""

import re
from fractions import Fraction

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

_INPUT = re.compile(r"^Input #0, (?P<container>\S+), from ", re.MULTILINE)
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.MULTILINE)
_START = re.compile(r"^  Duration: [^,]+, start: (-?\d+\.\d+)", re.MULTILINE)
_COMMENT = re.compile(r"^    comment\s*: (.*)$", re.MULTILINE | re.IGNORECASE)
_STREAM = re.compile(
    r"^ +Stream #0:(?P<index>\d+)(?:\[0x[0-9a-f]+\])?(?:\((?P<language>[^)]*)\))?: "
    r"(?P<kind>Video|Audio|Subtitle): (?P<rest>.*)$"
)
_TITLE = re.compile(r"^ {6}title\s*: (.*)$", re.MULTILINE | re.IGNORECASE)
_ROTATION = re.compile(r"rotation of (-?[\d.]+) degrees")
_SIZE = re.compile(r"(\d+)x(\d+)")
_ASPECT = re.compile(r"\bSAR (\d+):(\d+)")
_FIELD_ORDERS = {
    "progressive": Scan.PROGRESSIVE,
    "top first": Scan.INTERLACED,
    "bottom first": Scan.INTERLACED,
    "top coded first (swapped)": Scan.INTERLACED,
    "bottom coded first (swapped)": Scan.INTERLACED,
}
_MATRICES = {
    "gbr", "bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "ycgco", "bt2020nc", "bt2020c",
    "smpte2085", "chroma-derived-nc", "chroma-derived-c", "ictcp", "ipt-c2", "ycgco-re", "ycgco-ro",
}  # fmt: skip
# All others count their speakers.
_LAYOUTS = {
    "mono": 1, "stereo": 2, "downmix": 2, "binaural": 2, "quad": 4, "hexagonal": 6,
    "octagonal": 8, "cube": 8, "hexadecagonal": 16,
}  # fmt: skip


def parse_banner(text: str) -> Media | None:
    """The file described, or None where ffmpeg could not open it."""
    opened = _INPUT.search(text)
    if opened is None:
        return None
    head, blocks = _blocks(text[opened.start() :])
    comment = _COMMENT.search(head)
    streams = [_stream(line, details) for line, details in blocks]
    return Media(
        container=opened["container"],
        duration_seconds=_duration(head),
        video=tuple(stream for stream in streams if isinstance(stream, VideoStream)),
        audio=tuple(stream for stream in streams if isinstance(stream, AudioStream)),
        subtitles=tuple(stream for stream in streams if isinstance(stream, SubtitleStream)),
        comment=comment[1] if comment else None,
        start_seconds=rounded_duration(float(start[1])) if (start := _START.search(head)) else 0.0,
    )


def _blocks(text: str) -> tuple[str, list[tuple[re.Match[str], list[str]]]]:
    """The lines before the first stream; and each video or audio stream with those under it."""
    head: list[str] = []
    blocks: list[tuple[re.Match[str], list[str]]] = []
    current = head
    for line in text.splitlines():
        if line.lstrip().startswith(("Stream #", "Program ", "Chapter ", "Stream group #")):
            current = []
            stream = _STREAM.match(line)
            if stream:
                blocks.append((stream, current))
        else:
            current.append(line)
    return "\n".join(head), blocks


def _duration(head: str) -> float | None:
    found = _DURATION.search(head)
    if found is None:
        return None
    return rounded_duration(int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]))


def _stream(line: re.Match[str], details: list[str]) -> VideoStream | AudioStream | SubtitleStream:
    if line["kind"] == "Video":
        return _video(int(line["index"]), _fields(line["rest"]), line["rest"], "\n".join(details))
    title = _TITLE.search("\n".join(details))
    language, name = known_language(line["language"]), known_title(title[1] if title else None)
    if line["kind"] == "Audio":
        return _audio(line, language, name)
    codec = _codec(line["rest"])
    default = "(default)" in line["rest"]
    return SubtitleStream(int(line["index"]), codec, default, language, name)


def _video(index: int, fields: list[str], line: str, details: str) -> VideoStream:
    size = next((match for match in map(_SIZE.match, fields) if match), None)
    # The codec's aspect stands in brackets; the container's, where it differs, after it and wins.
    aspects = [Fraction(int(a), int(b)) for a, b in _ASPECT.findall(line) if int(a) and int(b)]
    rotation = _ROTATION.search(details)
    pixels, attributes = _parenthesised(fields[1] if len(fields) > 1 else "")
    return VideoStream(
        index=index,
        codec=_codec(fields[0]),
        width=int(size[1]) if size else 0,
        height=int(size[2]) if size else 0,
        pixel_format=pixels if pixels not in ("", "none") else None,
        sample_aspect=aspects[-1] if aspects else Fraction(1),
        rotation=turn(float(rotation[1])) if rotation else 0,
        frame_rate=_rate(fields, "tbr"),
        average_rate=_rate(fields, "fps"),
        scan=next((_FIELD_ORDERS[a] for a in attributes if a in _FIELD_ORDERS), Scan.UNKNOWN),
        colour=_colour(attributes),
        default="(default)" in line,
        attached_picture="(attached pic)" in line,
    )


def _audio(line: re.Match[str], language: str | None, title: str | None) -> AudioStream:
    fields = _fields(line["rest"])
    rate = next((field for field in fields if field.endswith(" Hz")), "0 Hz")
    position = fields.index(rate) + 1 if rate in fields else len(fields)
    return AudioStream(
        index=int(line["index"]),
        codec=_codec(fields[0]),
        channels=_channels(fields[position]) if position < len(fields) else 0,
        sample_rate=int(rate.split(" ")[0]),
        default="(default)" in line["rest"],
        language=language,
        title=title,
    )


def _codec(text: str) -> str:
    name = text.partition(" ")[0].rstrip(",")
    return UNKNOWN if name == "none" else name


def _fields(text: str) -> list[str]:
    """Split at the commas that stand outside all brackets."""
    fields, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            fields.append(text[start:position].strip())
            start = position + 1
    return [*fields, text[start:].strip()]


def _parenthesised(field: str) -> tuple[str, list[str]]:
    name, _, inside = field.partition("(")
    return name.strip(), [part.strip() for part in inside.removesuffix(")").split(",")]


def _colour(attributes: list[str]) -> Colour:
    span = next((a for a in attributes if a in ("tv", "pc")), None)
    for attribute in attributes:
        parts = attribute.split("/")
        if len(parts) == 3:
            matrix, primaries, transfer = (None if p == "unknown" else p for p in parts)
            return Colour(span, matrix, primaries, transfer)
        if attribute in _MATRICES:
            return Colour(span, attribute, attribute, attribute)
    return Colour(span)


def _rate(fields: list[str], unit: str) -> Fraction | None:
    for field in fields:
        number, _, rest = field.partition(" ")
        if rest.split(" ")[0] == unit:
            scale = 1000 if number.endswith("k") else 1
            return rounded_rate(Fraction(number.removesuffix("k")) * scale)
    return None


def _channels(layout: str) -> int:
    name = layout.partition("(")[0].strip()
    if name in _LAYOUTS:
        return _LAYOUTS[name]
    counted = re.match(r"(\d+) channels", layout)
    if counted:
        return int(counted[1])
    # "5.1" and "7.1.4" count their speakers.
    return sum(int(part) for part in name.split(".") if part.isdigit())

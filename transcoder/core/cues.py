"""
WebVTT that says which thumbnail shows which part of a video.

Imports ``core.manifest``, ``core.plan`` and ``core.sheets``.
"""

import re
from dataclasses import dataclass

from transcoder.core.manifest import PARTS
from transcoder.core.plan import Picture
from transcoder.core.sheets import Sheets, place

_CUE = re.compile(
    r"^(?P<begins>\d+:\d\d:\d\d\.\d{3}) --> (?P<ends>\d+:\d\d:\d\d\.\d{3})\n"
    r"(?P<sheet>\S+)#xywh=(?P<x>\d+),(?P<y>\d+),(?P<width>\d+),(?P<height>\d+)$",
    re.MULTILINE,
)
# By so much a length that a probe tells may be too short for no reason but rounding.
_ROUNDING_SECONDS = 1.0


def sheet_name(number: int) -> str:
    """The name of a sheet, from 0."""
    return f"{number:05}.jpg"


def shown_count(sheets: Sheets, made: int, duration_seconds: float | None) -> int:
    """
    How many of the thumbnails that were made get a cue.

    One that begins where a rounded length says that all is over would show nothing.
    """
    planned = sheets.thumbnails
    if planned is None or duration_seconds is None or made != planned + 1:
        return made
    begins = planned * sheets.interval_seconds
    return planned if begins < duration_seconds + _ROUNDING_SECONDS else made


def end_seconds(sheets: Sheets, shown: int, duration_seconds: float | None) -> float:
    """When the last of so many cues ends: with the video, where its length is known."""
    last_begins = (shown - 1) * sheets.interval_seconds
    most = last_begins + sheets.interval_seconds
    if duration_seconds is None or duration_seconds <= last_begins:
        return most
    # Thumbnails may be fewer than planned: sound can go on after the picture's end.
    is_short = sheets.thumbnails is not None and shown < sheets.thumbnails
    return duration_seconds if is_short else min(duration_seconds, most)


def sprite_cues(
    sheets: Sheets, picture: Picture, shown: int, ends_seconds: float, comment: str
) -> str:
    """The text for so many thumbnails, one cue each."""
    cues = ["WEBVTT", f"NOTE {comment}"]
    for number in range(shown):
        begins = number * sheets.interval_seconds
        ends = ends_seconds if number == shown - 1 else begins + sheets.interval_seconds
        sheet, column, row = place(sheets, number)
        at = f"{column * picture.width},{row * picture.height},{picture.width},{picture.height}"
        where = f"{PARTS}/{sheet_name(sheet)}#xywh={at}"
        cues.append(f"{timestamp(begins)} --> {timestamp(ends)}\n{where}")
    return "\n\n".join(cues) + "\n"


def timestamp(seconds: float) -> str:
    """``00:01:30.000``."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, milliseconds = divmod(milliseconds, 1000)
    return f"{hours:02}:{minutes:02}:{whole:02}.{milliseconds:03}"


@dataclass(frozen=True, slots=True)
class Cue:
    """One thumbnail: when it is shown, its sheet, and its left, top, width and height there."""

    begins_seconds: float
    ends_seconds: float
    sheet: str
    where: tuple[int, int, int, int]


def parse_cues(text: str) -> tuple[Cue, ...]:
    """The cues of a text as ``sprite_cues`` writes them."""
    return tuple(
        Cue(
            _seconds(found["begins"]),
            _seconds(found["ends"]),
            found["sheet"],
            (int(found["x"]), int(found["y"]), int(found["width"]), int(found["height"])),
        )
        for found in _CUE.finditer(text)
    )


def _seconds(told: str) -> float:
    hours, minutes, seconds = told.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)

"""
The filters and arguments that make stills: a poster, and sheets of thumbnails.

Both are made in the run that makes everything else, without a seek, so that an input can be piped.
Imports ``core``.
"""

from math import floor

from transcoder.core.encoding import same_bytes
from transcoder.core.filters import deinterlacing, sizing
from transcoder.core.graph import Branch
from transcoder.core.manifest import PARTS
from transcoder.core.plan import Picture, Plan, Rendition
from transcoder.core.profile import Poster, Sprite
from transcoder.core.pulse import BEAT

#: The list of thumbnails that ffmpeg writes beside a sprite's main file.
THUMBNAILS = "thumbnails.txt"

# A poster is chosen among so many pictures a second, and so many in all, each held in memory.
_CHOICE_RATE = 2
_CHOICE_MOST = 12

_FINE = "flags=bicubic+accurate_rnd+full_chroma_int"
# What a JPEG's reader assumes: BT.601 in full range.
_JPEG = (
    f"scale={_FINE}:in_color_matrix=bt709:in_range=tv:out_color_matrix=smpte170m:out_range=pc",
    "format=yuv420p",
    "setparams=range=pc:colorspace=smpte170m",
)
# Older versions of the filter `thumbnail` take RGB only; all are to choose alike.
_RGB = (f"scale={_FINE}:in_color_matrix=bt709:in_range=tv", "format=rgb24")
_JPEG_OF_RGB = (f"scale={_FINE}:out_color_matrix=smpte170m:out_range=pc", *_JPEG[1:])


def poster_branches(plan: Plan, rendition: Rendition, label: str) -> list[Branch]:
    """
    The branches that choose a poster, and that show how far the search is.

    A few pictures from the wanted time on are compared and the most ordinary one is taken: black
    and blurred ones rarely are.  The last picture is repeated up to the wanted time, so that there
    is one even where the input ends before it, or never told its length.
    """
    at_seconds = rendition.at_seconds or 0.0
    first, count = floor(at_seconds * _CHOICE_RATE), _choice_count(plan, at_seconds)
    found = (*deinterlacing(plan), *_sampled(f"{_CHOICE_RATE}"))
    if first:
        found += (f"tpad=stop_mode=clone:stop={first}",)
    end = f"end_frame={first + count}"
    chosen = (
        f"trim=start_frame={first}:{end}",
        *sizing(plan, rendition.pictures[0]),
        *_RGB,
        # It compares two at least; one alone is passed on at the end.
        f"thumbnail=n={max(2, count)}",
        *_JPEG_OF_RGB,
    )
    # Nothing else would show that a search deep in the input gets on.
    return [
        Branch(label, (*found, *chosen)),
        Branch(_beat(label), (*found, f"trim={end}", *BEAT)),
    ]


def _choice_count(plan: Plan, at_seconds: float) -> int:
    """How many pictures are compared: of half of what is left at most, for films end in black."""
    if plan.duration_seconds is None:
        return _CHOICE_MOST
    left = floor((plan.duration_seconds - at_seconds) / 2 * _CHOICE_RATE)
    return max(1, min(left, _CHOICE_MOST))


def sprite_branches(plan: Plan, rendition: Rendition, label: str) -> list[Branch]:
    """The branches of sheets, and of their thumbnails one by one, which are only listed."""
    sheets, picture = rendition.sheets, rendition.pictures[0]
    if sheets is None:
        raise ValueError(f"the plan of {rendition.profile.name} lays out no sheets")
    thumbnails = (
        *deinterlacing(plan),
        *_sampled(f"1/{sheets.interval_seconds}"),
        *sizing(plan, picture),
        *_JPEG,
    )
    tile = f"tile={sheets.columns}x{sheets.rows}"
    # A sheet comes when all its thumbnails are there.
    return [Branch(label, (*thumbnails, tile)), Branch(_beat(label), (*thumbnails, *BEAT))]


def _sampled(rate: str) -> tuple[str, ...]:
    """
    Pictures at a rate that counts from 0, each the one in the middle of its time.

    The last time begun gets one too, and so a single frame.
    """
    return (f"fps={rate}:start_time=0:eof_action=pass",)


def _beat(label: str) -> str:
    return f"{label}_beat"


def poster_arguments(makes: Poster, label: str, path: str) -> list[str]:
    """One JPEG, and an output that nobody keeps."""
    return [
        *(*_mapped(label), *_jpeg(makes.quality), "-f", "mjpeg", f"file:{path}"),
        *(*_mapped(_beat(label)), "-f", "null", "-"),
    ]


def sprite_arguments(makes: Sprite, label: str, folder: str) -> list[str]:
    """The sheets in the folder ``parts``, and beside it the list of all thumbnails."""
    # The name is a pattern.
    sheets = f"file:{folder.replace('%', '%%')}/{PARTS}/%05d.jpg"
    return [
        *(*_mapped(label), *_jpeg(makes.quality), "-start_number", "0", "-f", "image2", sheets),
        *(*_mapped(_beat(label)), "-c:v", "rawvideo", *same_bytes("v")),
        *("-f", "framecrc", f"file:{folder}/{THUMBNAILS}"),
    ]


def _mapped(label: str) -> list[str]:
    return ["-map", f"[{label}]", "-map_metadata", "-1", "-fps_mode", "passthrough"]


def _jpeg(quality: int) -> list[str]:
    return [
        # Full range without a special pixel format is "unofficial" to ffmpeg.
        *("-c:v", "mjpeg", "-strict", "unofficial", "-qmin", "1", "-q:v", str(quality)),
        # It would else cut the picture into slices for each thread of the machine.
        *("-threads", "1", *same_bytes("v")),
    ]


def thumbnail_count(listing: str) -> int:
    """How many thumbnails ffmpeg listed."""
    return sum(1 for line in listing.splitlines() if line and not line.startswith("#"))


def sheet_size(rendition: Rendition) -> tuple[int, int]:
    """Width and height of each sheet, the last one included; (0, 0) where there is none."""
    if rendition.sheets is None:
        return 0, 0
    picture: Picture = rendition.pictures[0]
    return picture.width * rendition.sheets.columns, picture.height * rendition.sheets.rows

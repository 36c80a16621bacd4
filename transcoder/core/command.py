"""
Build the arguments of ffmpeg and ffprobe, as data; nobody runs anything here.

Every input is opened by one of our own file names, or as the pipe that we feed, with the protocols
and formats whitelisted, so that a playlist or a concat script posing as a video cannot make ffmpeg
open anything else.  Imports ``core``.
"""

from collections.abc import Sequence

from transcoder.core.encoding import measuring_filters
from transcoder.core.file_command import file_arguments
from transcoder.core.filters import picture_filters
from transcoder.core.graph import Branch, joined
from transcoder.core.hls_command import hls_arguments, stream_folders
from transcoder.core.loudness import Wish
from transcoder.core.manifest import PARTS
from transcoder.core.plan import Plan, Rendition
from transcoder.core.profile import Hls, Poster, Sprite
from transcoder.core.still_command import (
    poster_arguments,
    poster_branches,
    sprite_arguments,
    sprite_branches,
)

#: Demuxers that an input may need.  hls, concat, dash and the image sequences are absent: they
#: read other files.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,flv,asf,ogg,gif,mxf,dv,"
    "h264,hevc,m4v,ivf,mp3,wav,flac,aac,ac3,eac3,aiff,w64,caf"
)
# What a result of ours may be besides, by its suffix.  No input is ever decoded as a result.
_JPEG = "jpeg_pipe"
_RESULT_FORMATS = {".m3u8": f"{FORMATS},hls", ".jpg": _JPEG}
#: 8K with room; a picture of 144 megapixels would take gigabytes for each thread.
MAX_PIXELS = 36_000_000

#: Every stream whose length counts into the container's.
ALL_STREAMS = ("0:v?", "0:a?", "0:s?")

#: The input that is fed through standard input.
PIPE = "pipe:0"


def file_source(path: str) -> str:
    """A file's name as ffmpeg's input, so that none can be taken for a protocol or an option."""
    return f"file:{path}"


def main_file(directory: str, rendition: Rendition) -> str:
    """The path of a rendition's main file: in the folder of its profile, with the same name."""
    profile = rendition.profile
    return f"{main_folder(directory, rendition)}/{profile.name}.{profile.suffix}"


def main_folder(directory: str, rendition: Rendition) -> str:
    """The folder of a rendition's main file."""
    return f"{directory}/{rendition.profile.name}"


def folders(directory: str, rendition: Rendition) -> list[str]:
    """Every folder that must be there before a rendition is encoded, parents first."""
    main = main_folder(directory, rendition)
    match rendition.profile.makes:
        case Sprite():
            return [main, f"{main}/{PARTS}"]
        case Hls():
            parts = [f"{main}/{PARTS}/{folder}" for folder in stream_folders(rendition)]
            return [main, f"{main}/{PARTS}", *parts]
        case _:
            return [main]


def ffprobe_arguments(path: str) -> list[str]:
    """Describe a file as JSON."""
    show = ["-of", "json", "-show_format", "-show_streams"]
    return ["-hide_banner", "-v", "warning", *show, *opened(file_source(path))]


def banner_arguments(path: str) -> list[str]:
    """Describe a file on stderr.  ffmpeg then exits 1, as no output is asked for."""
    return ["-hide_banner", "-nostdin", *opened(file_source(path))]


def decode_arguments(path: str, threads: int) -> list[str]:
    """Decode all of a result to nowhere, telling every damage on stderr and progress on stdout."""
    formats = _RESULT_FORMATS.get(path[path.rfind(".") :], FORMATS)
    # By its name alone ffmpeg would take a JPEG for the first of a series.
    demuxer = ["-f", formats] if formats == _JPEG else []
    return [
        *run_options(),
        *("-threads", str(threads), *demuxer),
        *opened(file_source(path), formats),
        *("-map", "0:v?", "-map", "0:a?"),
        # Text is only read: no frame of it could be made.
        *("-map", "0:s?", "-c:s", "copy", "-f", "null", "-"),
    ]


def measure_arguments(path: str, streams: Sequence[str]) -> list[str]:
    """
    Read streams to their end without decoding: ``out_time`` is then their true length.

    ``streams`` are ffmpeg's specifiers, such as ``0:1`` or ``0:a?``.
    """
    maps = [argument for stream in streams for argument in ("-map", stream)]
    return [*run_options(), *opened(file_source(path)), *maps, "-c", "copy", "-f", "null", "-"]


def loudness_arguments(path: str, wish: Wish) -> list[str]:
    """Report on stderr how loud a track is, by decoding it to its end."""
    return [
        *run_options("info"),
        *opened(file_source(path)),
        *("-map", f"0:{wish.stream}", "-af", measuring_filters(wish.channels, wish.aim)),
        *("-f", "null", "-"),
    ]


def list_subtitles(path: str) -> list[str]:
    """List the packets of all subtitles on stdout; see ``core.packets``."""
    quiet = ("-hide_banner", "-nostdin", "-v", "error")
    copied = ("-map", "0:s", "-c", "copy", "-f", "framecrc", "pipe:1")
    return [*quiet, *opened(file_source(path)), *copied]


def encode_arguments(source: str, plan: Plan, directory: str, threads: int) -> list[str]:
    """
    Encode all renditions of a plan from one decode, each into the folder of its profile's name.

    ``source`` is ``file:…`` or ``PIPE``.  The same input, plan, ffmpeg and ``threads`` give the
    same bytes, whatever other renditions are made in the same run.
    """
    arguments = [*run_options(), "-threads", str(threads), *opened(source)]
    graph = filter_graph(plan)
    if graph:
        arguments += ["-filter_complex_threads", str(threads), "-filter_complex", graph]
    for number, rendition in enumerate(plan.renditions):
        arguments += _output(number, rendition, directory, threads)
    return arguments


def _output(number: int, rendition: Rendition, directory: str, threads: int) -> list[str]:
    """Everything that ffmpeg makes for the rendition of that number."""
    labels, path = picture_labels(number, rendition), main_file(directory, rendition)
    folder = main_folder(directory, rendition)
    match rendition.profile.makes:
        case Poster() as poster:
            return poster_arguments(poster, labels[0], path)
        case Sprite() as sprite:
            return sprite_arguments(sprite, labels[0], folder)
        case Hls() as hls:
            return hls_arguments(rendition, hls, labels, folder, threads)
        case _:
            return file_arguments(rendition, labels, path, threads)


def filter_graph(plan: Plan) -> str:
    """The graph that makes every picture of a plan; empty where there is none."""
    if plan.video is None:
        return ""
    branches = [
        branch
        for number, rendition in enumerate(plan.renditions)
        for branch in _branches(plan, rendition, picture_labels(number, rendition))
    ]
    return joined(f"0:{plan.video.index}", branches) if branches else ""


def _branches(plan: Plan, rendition: Rendition, labels: Sequence[str]) -> list[Branch]:
    match rendition.profile.makes:
        case Poster():
            return poster_branches(plan, rendition, labels[0])
        case Sprite():
            return sprite_branches(plan, rendition, labels[0])
        case _:
            return [
                Branch(label, picture_filters(plan, picture))
                for label, picture in zip(labels, rendition.pictures, strict=True)
            ]


def picture_labels(number: int, rendition: Rendition) -> list[str]:
    """The graph's names for the pictures of the rendition of that number."""
    return [f"v{number}_{picture}" for picture in range(len(rendition.pictures))]


def opened(source: str, formats: str = FORMATS) -> list[str]:
    """Open an input with the protocol of its name, and those demuxers, and no others."""
    return [
        *("-protocol_whitelist", source.partition(":")[0]),
        *("-format_whitelist", formats),
        *("-max_pixels", str(MAX_PIXELS)),
        *("-i", source),
    ]


def run_options(level: str = "warning") -> list[str]:
    """What every run of ffmpeg that is followed begins with."""
    return [
        *("-hide_banner", "-nostdin", "-v", f"level+{level}", "-nostats"),
        *("-progress", "pipe:1", "-y"),
    ]

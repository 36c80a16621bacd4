"""
What an ffmpeg can do, by its own lists, and what a profile needs of it.

What is needed is read off the very arguments that a profile gives, so that no second list can
differ from them.  Imports ``core.command``, ``core.media``, ``core.plan`` and ``core.profile``.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from transcoder.core.command import encode_arguments, file_source
from transcoder.core.media import (
    AudioStream,
    Colour,
    Media,
    Scan,
    SubtitleStream,
    VideoStream,
)
from transcoder.core.plan import make_plan
from transcoder.core.profile import Profile

# "6.1.1", "n5.1.9-0+deb12u1", "N-12345-gabc": what stands between the name and the copyright.
_VERSION = re.compile(r"^ff(?:mpeg|probe) version (\S+)")
# Flags, then a name: of encoders six flags, of filters two or three, of muxers two or three.
_ENTRY = re.compile(r"^ [A-Z. d]{2,6} (\w[\w.,-]*)(?: |$)")
_CODEC_OPTION = re.compile(r"-(?:c|codec)(?::[a-z0-9:]+)?")
_FILTER = re.compile(r"(?:^|[,;\]])([a-z][a-z0-9]+)(?==|,|;|\[|$)")

#: Without these high dynamic range is not mapped to standard, only warned of.
TONEMAPPING = ("zscale", "tonemap")

_INTERLACED_HDR = VideoStream(
    index=0,
    codec="hevc",
    width=3840,
    height=2160,
    pixel_format="yuv420p10le",
    sample_aspect=Fraction(1),
    rotation=0,
    frame_rate=Fraction(25),
    average_rate=Fraction(25),
    scan=Scan.INTERLACED,
    colour=Colour("tv", "bt2020nc", "bt2020", "smpte2084"),
    default=True,
    attached_picture=False,
)
#: An input that makes a profile use whatever it ever uses.
_DEMANDING = Media(
    "matroska,webm",
    600.0,
    (_INTERLACED_HDR,),
    (AudioStream(1, "ac3", 6, 48_000, default=True),),
    (SubtitleStream(2, "subrip", default=False),),
)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The names of what an ffmpeg has."""

    encoders: frozenset[str]
    filters: frozenset[str]
    muxers: frozenset[str]


def parse_version(lines: Sequence[str]) -> str:
    """The version in the first line of ``-version``; ``unknown`` where none is told."""
    found = _VERSION.match(lines[0]) if lines else None
    return found[1] if found else "unknown"


def parse_names(lines: Iterable[str]) -> frozenset[str]:
    """The names in what ``-encoders``, ``-filters`` or ``-muxers`` printed."""
    names: set[str] = set()
    for line in lines:
        found = _ENTRY.match(line)
        if found:
            # Some muxers have several names.
            names.update(found[1].split(","))
    return frozenset(names)


def encoders_in(arguments: Sequence[str]) -> tuple[str, ...]:
    """The encoders that ffmpeg's arguments name, each once."""
    pairs = pairwise(arguments)
    named = [value for option, value in pairs if _CODEC_OPTION.fullmatch(option)]
    return tuple(dict.fromkeys(name for name in named if name != "copy"))


def filters_in(graph: str) -> tuple[str, ...]:
    """The filters that a graph names, each once."""
    return tuple(dict.fromkeys(_FILTER.findall(graph)))


def missing_for(profile: Profile, capabilities: Capabilities) -> tuple[str, ...]:
    """
    What a profile needs and an ffmpeg lacks, such as ``encoder libx264``; empty where nothing.

    The filters for high dynamic range are not counted: an ffmpeg without them still works.
    """
    arguments = _arguments(profile)
    wanted = [("encoder", name, capabilities.encoders) for name in encoders_in(arguments)]
    wanted += [("filter", name, capabilities.filters) for name in _filters(arguments)]
    wanted += [("muxer", name, capabilities.muxers) for name in _values(arguments, "-f")]
    lacking = [f"{kind} {name}" for kind, name, known in wanted if name not in known]
    return tuple(dict.fromkeys(lacking))


def _arguments(profile: Profile) -> list[str]:
    """All that ffmpeg is told for a profile, of an input that demands everything but HDR."""
    plan = make_plan(_DEMANDING, (profile,), can_tonemap=False)
    return encode_arguments(file_source("input"), replace(plan, warnings=()), "directory", 1)


def _filters(arguments: Sequence[str]) -> tuple[str, ...]:
    graphs = _values(arguments, "-filter_complex") + _values(arguments, "-filter:a:0")
    return tuple(dict.fromkeys(name for graph in graphs for name in filters_in(graph)))


def _values(arguments: Sequence[str], option: str) -> list[str]:
    pairs = pairwise(arguments)
    return [value for name, value in pairs if name == option]

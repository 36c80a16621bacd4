"""
Loudness in two passes: which tracks must be measured first, and what measuring them told.

Imports ``core.plan`` and ``core.profile``.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from transcoder.core.plan import Measured, Plan, Rendition, Track
from transcoder.core.profile import Loudness

# The last thing in braces that ffmpeg printed.
_REPORT = re.compile(r"\{[^{}]*\}(?=[^{}]*\Z)")


@dataclass(frozen=True, slots=True)
class Wish:
    """A track as it will be heard, and how loud it is to be."""

    stream: int
    channels: int
    aim: Loudness


def wishes(plan: Plan) -> tuple[Wish, ...]:
    """What must be measured before a plan can be carried out, each once."""
    found = (_wish(made, track) for made in plan.renditions for track in made.tracks)
    return tuple(dict.fromkeys(wish for wish in found if wish is not None))


def with_loudness(plan: Plan, found: Mapping[Wish, Measured | None]) -> Plan:
    """The plan with what was measured; None, for silence, leaves a track as it is."""
    return replace(plan, renditions=tuple(_heard(made, found) for made in plan.renditions))


def _heard(made: Rendition, found: Mapping[Wish, Measured | None]) -> Rendition:
    wanted = [(track, _wish(made, track)) for track in made.tracks]
    tracks = tuple(
        track if wish is None else replace(track, loudness=found.get(wish))
        for track, wish in wanted
    )
    return replace(made, tracks=tracks)


def _wish(made: Rendition, track: Track) -> Wish | None:
    audio = made.profile.audio
    if audio is None or audio.loudness is None:
        return None
    return Wish(track.stream.index, track.channels, audio.loudness)


def parse_measured(errors: str) -> Measured | None:
    """What ffmpeg's loudness filter reported; None for silence, or where it told nothing."""
    report = _REPORT.search(errors)
    if report is None:
        return None
    try:
        told = {key: float(value) for key, value in json.loads(report[0]).items() if key in _KEYS}
        values = [told[key] for key in _KEYS]
    except (ValueError, TypeError, KeyError):
        return None
    return Measured(*values) if all(map(math.isfinite, values)) else None


_KEYS = ("input_i", "input_tp", "input_lra", "input_thresh", "target_offset")

"""
See that results are as long as their input: nothing short may be published.

Imports ``core``, ``ports``, ``errors`` and its neighbour ``made``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transcoder.core.command import ALL_STREAMS
from transcoder.core.diagnosis import Run
from transcoder.core.media import Media
from transcoder.core.plan import Plan
from transcoder.core.verify import invalid, lost_to_damage, shortfall, truncated
from transcoder.ports import Encoder
from transcoder.verification.made import Made


@dataclass(frozen=True, slots=True)
class Input:
    """What results were made of: a file, its description, and how its encode went."""

    path: Path
    media: Media
    plan: Plan
    run: Run


@dataclass(frozen=True, slots=True)
class _Part:
    """A picture or a sound of one result, and the input's stream that it was made of."""

    profile: str
    stream: int
    seconds: float


def check_length(source: Input, made: Sequence[Made], encoder: Encoder) -> list[str]:
    """
    Raise TaskError where anything of the results ends before its input does; warnings otherwise.

    Each picture and sound is looked at by itself: a file whose picture broke off may well be as
    long as its sound.  What covers no time, a poster, is not looked at.
    """
    planned = source.plan.duration_seconds
    parts = [part for result in made for part in _parts(result, source.plan)]
    short = [part for part in parts if shortfall(planned, part.seconds)]
    if planned is None or not short:
        return []
    # The container's length may be that of another stream: look for what each was made of.
    whole = _true_length(source, planned, encoder)
    if shortfall(planned, _ends_at(source, whole)):
        raise truncated(planned, whole)
    planned = min(planned, whole or planned)
    short = [part for part in short if shortfall(planned, part.seconds)]
    if not short:
        return []
    lengths: dict[int, float | None] = {}
    for part in short:
        if part.stream not in lengths:
            lengths[part.stream] = encoder.measure(source.path, [f"0:{part.stream}"])
        length = lengths[part.stream]
        if not shortfall(length, part.seconds):
            continue
        if source.run.damaged_count:
            raise lost_to_damage(part.profile, part.seconds, length)
        raise invalid(part.profile, [f"it ends after {part.seconds:.2f} s of {length} s"])
    streams = ", ".join(str(stream) for stream in lengths)
    return [f"shorter_streams: of the input's {planned:.2f} s not all is in stream {streams}"]


def _parts(result: Made, plan: Plan) -> list[_Part]:
    name, parts = result.rendition.profile.name, []
    if plan.video is not None and result.picture_seconds is not None:
        parts.append(_Part(name, plan.video.index, result.picture_seconds))
    sounds = zip(result.rendition.tracks, result.sound_seconds, strict=True)
    return parts + [_Part(name, track.stream.index, seconds) for track, seconds in sounds]


def _ends_at(source: Input, length: float | None) -> float | None:
    """When a stretch of so many seconds ends: some containers count from zero, not from a start."""
    return None if length is None else length + max(0.0, source.media.start_seconds)


def _true_length(source: Input, planned: float, encoder: Encoder) -> float | None:
    whole = encoder.measure(source.path, ALL_STREAMS)
    if not source.media.subtitles or not shortfall(planned, whole):
        return whole
    # ffmpeg 5.1 counts a subtitle to its beginning, and the last one may be shown for long.
    return max(whole or 0.0, encoder.subtitles_end(source.path) or 0.0)

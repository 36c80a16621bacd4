"""
See that results are as long as their input: nothing short may be published.

Imports ``core``, ``ports``, ``errors`` and its neighbour ``made``.
"""

from collections.abc import Sequence
from pathlib import Path

from transcoder.core.command import ALL_STREAMS
from transcoder.core.media import Media
from transcoder.core.plan import Plan
from transcoder.core.verify import invalid, shortfall, truncated
from transcoder.ports import Encoder
from transcoder.verification.made import Made


def check_length(
    path: Path, media: Media, plan: Plan, made: Sequence[Made], encoder: Encoder
) -> list[str]:
    """
    Raise TaskError where the results end before the input does; warnings otherwise.

    ``path`` is the input.  What covers no time, a poster, is not looked at.
    """
    planned = plan.duration_seconds
    timed = [result for result in made if result.duration_seconds is not None]
    if planned is None or not timed:
        return []
    shortest = min(timed, key=lambda result: result.duration_seconds or 0.0)
    if not shortfall(planned, shortest.duration_seconds):
        return []
    # The container's length may be that of a stream which is not encoded: look for what is.
    whole = _true_length(path, media, planned, encoder)
    if shortfall(planned, whole):
        raise truncated(planned, whole)
    length = encoder.measure(path, [f"0:{index}" for index in plan.streams])
    if shortfall(length, shortest.duration_seconds):
        found = [f"it ends after {shortest.duration_seconds} s of {length} s"]
        raise invalid(shortest.rendition.profile.name, found)
    return [f"shorter_streams: picture and sound end before the {planned:.2f} s"]


def _true_length(path: Path, media: Media, planned: float, encoder: Encoder) -> float | None:
    whole = encoder.measure(path, ALL_STREAMS)
    if not media.subtitles or not shortfall(planned, whole):
        return whole
    # ffmpeg 5.1 counts a subtitle to its beginning, and the last one may be shown for long.
    return max(whole or 0.0, encoder.subtitles_end(path) or 0.0)

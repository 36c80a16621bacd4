"""
See that results are as long as their input: nothing short may be published.

Imports ``core``, ``ports``, ``errors`` and its neighbour ``made``.
"""

from collections.abc import Sequence
from pathlib import Path

from transcoder.core.command import ALL_STREAMS
from transcoder.core.media import Media
from transcoder.core.plan import Plan, Rendition
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
    short = [result for result in timed if shortfall(planned, result.duration_seconds)]
    if planned is None or not short:
        return []
    # The container's length may be that of a stream which is not encoded: look for what is.
    whole = _true_length(path, media, planned, encoder)
    if shortfall(planned, whole):
        raise truncated(planned, whole)
    lengths: dict[tuple[int, ...], float | None] = {}
    for result in short:
        streams = _streams(plan, result.rendition)
        if streams not in lengths:
            lengths[streams] = encoder.measure(path, [f"0:{index}" for index in streams])
        if shortfall(lengths[streams], result.duration_seconds):
            found = [f"it ends after {result.duration_seconds} s of {lengths[streams]} s"]
            raise invalid(result.rendition.profile.name, found)
    return [f"shorter_streams: picture and sound end before the {planned:.2f} s"]


def _streams(plan: Plan, rendition: Rendition) -> tuple[int, ...]:
    """What one result is made of: a sprite ends with the picture, though the sound goes on."""
    picture = (plan.video.index,) if plan.video is not None and rendition.pictures else ()
    return (*picture, *(track.stream.index for track in rendition.tracks))


def _true_length(path: Path, media: Media, planned: float, encoder: Encoder) -> float | None:
    whole = encoder.measure(path, ALL_STREAMS)
    if not media.subtitles or not shortfall(planned, whole):
        return whole
    # ffmpeg 5.1 counts a subtitle to its beginning, and the last one may be shown for long.
    return max(whole or 0.0, encoder.subtitles_end(path) or 0.0)

"""
Hold the playlists of an adaptive stream against each other and against the plan.

Imports ``core``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from transcoder.core.playlist import MediaPlaylist

# A packet of sound is shorter than this, at every rate that is allowed.
_PACKET_SECONDS = 0.13
_ROUNDING_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Looked:
    """One rung or sound as it lies there: its folder, its playlist, and how much its files hold."""

    folder: str
    playlist: MediaPlaylist
    #: Pictures, or packets of sound.
    samples: int


def rung_problems(
    looked: Looked, rate: Fraction, segment_seconds: int, keyframe_seconds: float
) -> list[str]:
    """
    What a rung's segments have against them; empty where all is as planned.

    ``keyframe_seconds`` is by how much a key frame may come late.
    """
    found = _length_problems(looked, segment_seconds, keyframe_seconds + _ROUNDING_SECONDS)
    wanted = round(looked.playlist.duration_seconds * rate)
    if abs(looked.samples - wanted) > 1:
        seconds = looked.playlist.duration_seconds
        found.append(
            f"{looked.folder} holds {looked.samples} frames, and {wanted} belong to {seconds:.2f} s"
        )
    return found


def sound_problems(looked: Looked, segment_seconds: int) -> list[str]:
    """What a sound's segments have against them; empty where all is as planned."""
    found = _length_problems(looked, segment_seconds, 2 * _PACKET_SECONDS)
    return found if looked.samples else [*found, f"{looked.folder} holds no sound"]


def _length_problems(looked: Looked, segment_seconds: int, tolerance: float) -> list[str]:
    """Segments but the last are as long as planned, and none longer than its playlist says."""
    found = []
    *whole, last = (segment.seconds for segment in looked.playlist.segments)
    if any(abs(seconds - segment_seconds) > tolerance for seconds in whole):
        found.append(f"{looked.folder} has segments that are not {segment_seconds} s long")
    elif last > segment_seconds + tolerance:
        found.append(f"the last segment of {looked.folder} is {last:.2f} s long")
    longest = max(*whole, last) if whole else last
    if round(longest) > looked.playlist.target_seconds:
        found.append(f"{looked.folder} has segments that are longer than it says")
    return found


def uneven(rungs: Sequence[Looked], rates: Sequence[Fraction]) -> list[str]:
    """Rungs must be of one length, to a frame, for a player to change between them."""
    lengths = [looked.playlist.duration_seconds for looked in rungs]
    frame_seconds = float(1 / min(rates))
    if max(lengths) - min(lengths) > frame_seconds + _ROUNDING_SECONDS:
        told = ", ".join(f"{looked.playlist.duration_seconds:.2f} s" for looked in rungs)
        return [f"its rungs are not of one length: {told}"]
    if len({len(looked.playlist.segments) for looked in rungs}) > 1:
        return ["its rungs are not cut alike"]
    return []

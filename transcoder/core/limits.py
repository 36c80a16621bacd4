"""
Refuse inputs that are too much: too long, or of too many pixels.

Imports ``core.media``, ``core.plan`` and ``errors``.
"""

from dataclasses import dataclass

from transcoder.core.media import Media
from transcoder.core.plan import Plan
from transcoder.errors import Reason, TaskError


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken; None takes anything."""

    duration_seconds: float | None = None
    pixels: int | None = None


def check_limits(media: Media, plan: Plan, limits: Limits) -> None:
    """
    Raise TaskError where an input is too much.

    Only the picture that is used counts.  A length that the file does not tell is not held against
    it: the time that a task may take bounds it anyway.
    """
    longest, length = limits.duration_seconds, media.duration_seconds
    if longest is not None and length is not None and length > longest:
        detail = f"the input is {length:.0f} s long; {longest:.0f} s are allowed"
        raise TaskError(Reason.TOO_LONG, detail)
    if limits.pixels is None or plan.video is None:
        return
    width, height = plan.video.width, plan.video.height
    if width * height > limits.pixels:
        detail = f"the picture of {width}x{height} is larger than {limits.pixels} pixels"
        raise TaskError(Reason.TOO_LARGE, detail)

"""
Sizes of pictures: as they are seen, and as they are made.

Imports ``core.media`` and ``core.profile``.
"""

from fractions import Fraction
from math import ceil

from transcoder.core.media import VideoStream
from transcoder.core.profile import Box

# Where a picture is this many times as large as this one, and it as the one that is wanted, the
# way from the one to the other leads over it.
_STEP = Box(1280, 720)
_STEP_APART = Fraction(7, 5)


def display_size(video: VideoStream) -> tuple[Fraction, Fraction]:
    """The picture as a person sees it, in square pixels, turned as its rotation says."""
    width, height = Fraction(video.width), Fraction(video.height)
    if video.sample_aspect >= 1:
        width *= video.sample_aspect
    else:
        height /= video.sample_aspect
    return (height, width) if video.rotation % 180 == 90 else (width, height)


def fit(width: Fraction, height: Fraction, box: Box) -> tuple[int, int]:
    """The even size nearest to the picture's shape within the box, never enlarged."""
    across, down = (box.width, box.height) if width >= height else (box.height, box.width)
    scale = min(Fraction(1), across / width, down / height)
    return even(width * scale), even(height * scale)


def even(length: Fraction) -> int:
    """The even number of pixels nearest to a length, two at least."""
    # A half rounds down: an odd length that is not scaled must not grow.
    return max(2, 2 * ceil(length / 2 - Fraction(1, 2)))


def step(video: VideoStream, size: tuple[int, int]) -> tuple[int, int] | None:
    """
    The size over which a large picture is scaled to a small one; None where that saves nothing.

    It depends on the input and the result alone: results of all sizes share the costly first step,
    and each is the same to the bit, whatever others are made.  The loss cannot be seen: 0.04 dB.
    """
    shown = display_size(video)
    over = fit(*shown, _STEP)
    if min(shown[0] / over[0], shown[1] / over[1]) < _STEP_APART:
        return None
    if min(Fraction(over[0], size[0]), Fraction(over[1], size[1])) < _STEP_APART:
        return None
    return over

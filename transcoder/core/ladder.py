"""
Which rungs of an adaptive stream are worth making of one picture.

Imports ``core.profile``.
"""

from collections.abc import Callable, Sequence

from transcoder.core.profile import Box, Rung

# A picture that no box makes smaller has to have this many times the pixels of the next one.
_WORTH_NUMERATOR, _WORTH_DENOMINATOR = 5, 4


def chosen_rungs(
    rungs: Sequence[Rung], size: Callable[[Box], tuple[int, int]], whole: tuple[int, int]
) -> tuple[Rung, ...]:
    """
    The rungs to make, in the profile's order: at least one, and no two of the same size.

    ``size`` is that of the picture in a box, ``whole`` the one that it has without any.  Of rungs
    that are larger than the picture only the smallest can stay, and only where it gives more than
    the rung below it.
    """
    kept: list[tuple[Rung, int]] = []
    for rung in sorted(rungs, key=lambda rung: rung.box.width * rung.box.height):
        width, height = size(rung.box)
        pixels = width * height
        below = kept[-1][1] if kept else 0
        least = below + 1
        if (width, height) == whole:
            least = max(least, below * _WORTH_NUMERATOR // _WORTH_DENOMINATOR)
        if pixels >= least:
            kept.append((rung, pixels))
    return tuple(rung for rung in rungs if any(rung is stays for stays, _ in kept))

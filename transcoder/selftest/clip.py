"""
One line of the corpus: an input, and what is to come of it.

Imports ``errors`` and its neighbour ``recipe``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from transcoder.errors import Reason
from transcoder.selftest.recipe import Recipe

#: Red, green and blue, 0 to 255.
Colour: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Works:
    """
    Results that are to come.

    ``sizes`` tells profile by profile the size (``854x480``), or nothing for sound.  The rest is
    of each MP4 with a picture.
    """

    sizes: Mapping[str, str]
    frames: range
    #: None: not looked at.
    rate: str | None = "30"
    #: Of each sound in order; none: there is to be no sound.
    channels: tuple[int, ...] = ()
    #: From, to.
    seconds: tuple[float, float] | None = None
    #: Of each sound, from, to.
    sound_seconds: tuple[float, float] | None = None
    #: The mean of its first picture.
    colour: Colour | None = None
    #: The same of the first picture's quarters: left and right above, left and right below.
    quarters: tuple[Colour, Colour, Colour, Colour] | None = None
    #: The codes of all warnings.
    warnings: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Refused:
    """The end with which a task is to fail, for good, and a part of what it says."""

    reason: Reason
    words: str
    profiles: tuple[str, ...] = ("small", "large")


@dataclass(frozen=True, slots=True)
class Clip:
    """An input of the corpus."""

    #: What people call it; the number is the corpus' own.
    name: str
    #: What its file is called.
    file: str
    recipe: Recipe
    expected: Works | Refused
    #: Whether damaged inputs are to be refused.
    strict: bool = False


def sized(small: str, large: str = "", **others: str) -> dict[str, str]:
    """The sizes of ``small`` and ``large`` (the same, if not given), and of other profiles."""
    return {"small": small, "large": large or small, **others}


def near(frames: int) -> range:
    """So many frames, or one more or less: where a stream begins and ends is up to rounding."""
    return range(frames - 1, frames + 2)


def exactly(frames: int) -> range:
    """So many frames."""
    return range(frames, frames + 1)

"""
How an input of the corpus is made: by the ffmpeg at hand, by hand, or by spoiling another.

``v`` and ``a`` are test pictures and a tone.  Imports the standard library only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

#: A picture's encoder that costs next to nothing, and a sound's.
X = "-c:v libx264 -preset ultrafast -crf 28 -pix_fmt yuv420p"
AAC = "-c:a aac -b:a 64k"


@dataclass(frozen=True, slots=True)
class Made:
    """
    Made by ffmpeg: a muxer, and words between blanks; ``{0}`` stands for the file that the first of
    ``sources`` makes.
    """

    muxer: str
    words: str
    sources: tuple["Recipe", ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """Written by hand."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Changed:
    """Made of other files, in memory."""

    of: tuple["Recipe", ...]
    change: Callable[[Sequence[bytes]], bytes]


Recipe: TypeAlias = Made | Written | Changed


def v(size: str, rate: str = "30", seconds: float = 1) -> str:
    """Test pictures that move."""
    return f"-f lavfi -i testsrc2=size={size}:rate={rate}:duration={seconds}"


def a(seconds: float = 1, rate: int = 48_000) -> str:
    """A tone, in one channel."""
    return f"-f lavfi -i sine=440:sample_rate={rate}:duration={seconds}"


def speakers(layout: str, count: int, seconds: float = 1) -> str:
    """A tone in each of so many channels."""
    tones = "|".join(f"0.1*sin({300 + 40 * number}*t)" for number in range(count))
    return f"-f lavfi -i aevalsrc={tones}:c={layout}:d={seconds}:s=48000"


def encoders(recipe: Recipe) -> frozenset[str]:
    """The encoders that ffmpeg needs to make an input."""
    match recipe:
        case Made():
            words = recipe.words.split()
            named = {after for word, after in pairwise(words) if _names(word)}
            return frozenset(named - {"copy"}).union(*map(encoders, recipe.sources))
        case Changed():
            return frozenset().union(*map(encoders, recipe.of))
        case Written():
            return frozenset()


def _names(word: str) -> bool:
    return word.startswith(("-c:", "-codec"))

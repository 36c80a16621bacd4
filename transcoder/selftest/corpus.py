"""
The corpus, whole, in the order of its numbers.

What fails only on the way from a server (65) is in the tests of sources and stores.  Imports its
neighbours.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import chain

from transcoder.selftest.clip import Clip
from transcoder.selftest.containers import BESIDES, DAMAGE, KINDS
from transcoder.selftest.pictures import COLOURS, SCANS, SHAPES
from transcoder.selftest.refused import HALVES, NO_VIDEOS, OTHERS, SCRIPTS, TOO_MUCH
from transcoder.selftest.sounds import SOUNDS
from transcoder.selftest.times import ENDS, RATES

#: By what they are about.
GROUPS: Mapping[str, tuple[Clip, ...]] = {
    "shapes": SHAPES,
    "colours": COLOURS,
    "scans": SCANS,
    "sounds": SOUNDS,
    "rates": RATES,
    "ends": ENDS,
    "kinds": KINDS,
    "besides": BESIDES,
    "damage": DAMAGE,
    "no videos": NO_VIDEOS,
    "halves": HALVES,
    "scripts": SCRIPTS,
    "others": OTHERS,
    "too much": TOO_MUCH,
}
_NUMBER = re.compile(r"(\d+)(\w*) ")


def _place(clip: Clip) -> tuple[int, str]:
    found = _NUMBER.match(clip.name)
    return (int(found[1]), found[2]) if found else (0, clip.name)


CORPUS: tuple[Clip, ...] = tuple(sorted(chain.from_iterable(GROUPS.values()), key=_place))


def chosen(wanted: Iterable[str]) -> tuple[tuple[Clip, ...], tuple[str, ...]]:
    """
    The clips of those numbers, or with those words in their names; and what names none.

    ``29`` is that line alone, ``HDR`` every line that speaks of it.
    """
    names = tuple(wanted)
    clips = tuple(clip for clip in CORPUS if any(_is_meant(name, clip) for name in names))
    return clips, tuple(name for name in names if not any(_is_meant(name, c) for c in CORPUS))


def _is_meant(name: str, clip: Clip) -> bool:
    number, _, words = clip.name.partition(" ")
    return name == number or (not name.isdigit() and name.lower() in words.lower())

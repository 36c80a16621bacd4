"""
What befalls files on their way: cut short, shot through, turned, glued together.

Every function takes the contents of some files and gives that of one.  Imports the standard
library only.
"""

import math
import random
import struct
from collections.abc import Sequence

_PACKET = 188


def cut(contents: Sequence[bytes], share: float, *, end: bool = False) -> bytes:
    """The first part of a file, or the last one if ``end``."""
    length = int(len(contents[0]) * share)
    return contents[0][-length:] if end else contents[0][:length]


def emptied(contents: Sequence[bytes]) -> bytes:
    """An MP4 that ends where its pictures would begin."""
    return contents[0][: contents[0].index(b"mdat") + 4]


def glued(contents: Sequence[bytes]) -> bytes:
    """Files one after the other."""
    return b"".join(contents)


def flipped(contents: Sequence[bytes], count: int, after: float = 0.1) -> bytes:
    """A file with so many bytes changed, none of them in its first part."""
    data, chance = bytearray(contents[0]), random.Random(53)  # noqa: S311 -- no secret
    for _ in range(count):
        data[chance.randrange(int(len(data) * after), len(data))] ^= 0xFF
    return bytes(data)


def holed(contents: Sequence[bytes], share: float, at: float = 0.4) -> bytes:
    """A file with zeros in place of a part of it, in whole packets of a transport stream."""
    data = bytearray(contents[0])
    start = int(len(data) * at) // _PACKET * _PACKET
    length = int(len(data) * share) // _PACKET * _PACKET
    data[start : start + length] = bytes(length)
    return bytes(data)


def replaced(contents: Sequence[bytes], old: bytes, new: bytes) -> bytes:
    """A file with other bytes in place of some, of the same length; raises ValueError for none."""
    if old not in contents[0] or len(old) != len(new):
        raise ValueError(f"{old!r} cannot be replaced by {new!r}")
    return contents[0].replace(old, new)


def turned(contents: Sequence[bytes], degrees: int, *, mirrored: bool = False) -> bytes:
    """An MP4 whose first track asks to be shown turned clockwise, as phones write it."""
    data = bytearray(contents[0])
    # Versions of this box have their matrix at the same distance from the end.
    kind = data.index(b"tkhd")
    end = kind - 4 + int.from_bytes(data[kind - 4 : kind])
    cos, sin = (round(f(math.radians(degrees))) for f in (math.cos, math.sin))
    flip = -1 if mirrored else 1
    one = 1 << 16
    matrix = (flip * cos * one, flip * sin * one, 0, -sin * one, cos * one, 0, 0, 0, 1 << 30)
    data[end - 44 : end - 8] = struct.pack(">9i", *matrix)
    return bytes(data)

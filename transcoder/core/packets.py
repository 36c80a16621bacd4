"""
Read ffmpeg's ``framecrc``: a list of packets with their times.  Imports the standard library only.
"""

from collections.abc import Iterable
from fractions import Fraction


def last_end(lines: Iterable[str]) -> float | None:
    """When the last packet ends, in seconds; None for an empty list."""
    bases: dict[str, Fraction] = {}
    ends: list[Fraction] = []
    for line in lines:
        if line.startswith("#tb "):
            stream, _, base = line.removeprefix("#tb ").partition(":")
            bases[stream.strip()] = Fraction(base.strip())
        elif line and not line.startswith("#"):
            stream, _, pts, duration = (word.strip() for word in line.split(",")[:4])
            ends.append((int(pts) + int(duration)) * bases[stream])
    return float(max(ends)) if ends else None

"""
Read durations as Go writes them, for Nomad's queries and job files.

Pure.  May import the standard library only.
"""

from __future__ import annotations

import re

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


def nanoseconds(text: str) -> int:
    """
    The nanoseconds of a duration such as ``1h30m``, ``1.5s``, ``-5s`` or ``0``.

    Raises ValueError for anything else.
    """
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    parts = _PART.findall(rest)
    if not parts or "".join(number + unit for number, unit in parts) != rest:
        raise ValueError(f"{text!r} is no duration; write one such as 15s, 1m30s or 24h")
    return sign * round(sum(float(number) * _UNITS[unit] for number, unit in parts))

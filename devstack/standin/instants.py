"""
Write instants as Go does.

Pure.  May import the standard library only.
"""

from __future__ import annotations

from datetime import UTC, datetime


def instant_text(nanoseconds: int) -> str:
    """An instant as Go writes it: RFC 3339 with nanoseconds."""
    whole, rest = divmod(nanoseconds, 1_000_000_000)
    text = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{rest:09d}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"

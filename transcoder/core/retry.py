"""
When to try again, and whether what is answered continues what is there.

Imports the standard library only.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits between attempts double from ``first_seconds`` to ``most_seconds``."""

    #: Attempts without a byte of progress between them, before giving up.
    attempts: int = 5
    first_seconds: float = 0.5
    most_seconds: float = 30.0

    def wait_seconds(
        self, failures: int, asked_seconds: float | None, draw: Callable[[], float]
    ) -> float:
        """
        How long to wait after the n-th failure (from 1) in a row.

        What the server asked for counts up to the bound; else half of the wait is drawn
        (``draw`` gives 0 to 1), so that many tasks do not come back as one.
        """
        if asked_seconds is not None:
            return min(max(asked_seconds, 0.0), self.most_seconds)
        longest = min(self.first_seconds * 2.0 ** (failures - 1), self.most_seconds)
        return longest * (0.5 + 0.5 * draw())


_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


def parse_content_range(text: str | None) -> tuple[int, int | None] | None:
    """Start and total (None where untold) of a ``Content-Range``; None where it is none."""
    found = _CONTENT_RANGE.fullmatch((text or "").strip())
    if found is None:
        return None
    return int(found[1]), None if found[3] == "*" else int(found[3])


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds to wait by a ``Retry-After``, which tells a number of them or a date."""
    told = (text or "").strip()
    if told.isascii() and told.isdigit():
        return float(told)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)

"""
A pool that people have paused: it is observed and reported on, and not acted upon.

Pure; imports the standard library only.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """Who asked for it, why, and until when."""

    since: datetime
    #: None: until it is resumed.
    until: datetime | None
    why: str
    #: The user who asked.
    by: str

    def in_force(self, now: datetime) -> bool:
        """An expired pause is none."""
        return self.until is None or now < self.until

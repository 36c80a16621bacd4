"""
What the lower bounds are about: work, and the terms that a plan has to keep to.

Imports the standard library only.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Work(NamedTuple):
    """A child: when it arrived, and for how long it works, in seconds."""

    at_seconds: float
    service_seconds: float


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan has to keep to."""

    slots: int
    boot_seconds: float
    #: From arrival to start at most.
    wait_seconds: float

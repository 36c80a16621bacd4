"""
What one cycle came to, ready to be sent: samples, events and service checks.

Names are the catalogue's, without prefix.  Imports the standard library only.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

#: Pairs such as ``("pool", "transcode")``, in the catalogue's order.
Tags = tuple[tuple[str, str], ...]


def tag_texts(tags: Tags) -> list[str]:
    """As Datadog has them: ``pool:transcode``."""
    return [f"{key}:{value}" for key, value in tags]


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one metric: a gauge's, what a count grew by, or one of a distribution."""

    name: str
    value: float
    tags: Tags


@dataclass(frozen=True, slots=True)
class Event:
    """Something that people should be able to find later, with its reasons."""

    title: str
    text: str
    tags: Tags
    #: Events with the same one are shown together.
    key: str
    alert_type: Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Check:
    """A service check: whether an outside system could be read."""

    name: str
    ok: bool
    #: Why not; empty where it is.
    message: str
    tags: Tags


@dataclass(frozen=True, slots=True)
class Measured:
    """All of one cycle."""

    pool: str
    at: datetime
    samples: tuple[Sample, ...]
    events: tuple[Event, ...] = ()
    checks: tuple[Check, ...] = ()

"""
The note about one chunk: that somebody makes it, or what came of it; and what is to be done next.

Imports the standard library only.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

#: A claim is renewed while the work goes on; one that is older is of somebody who is gone.
DEAD_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody makes the chunk; ``by`` tells one from another."""

    by: str


@dataclass(frozen=True, slots=True)
class Part:
    """The picture of one chunk of one result."""

    #: The digest of its profile's settings.
    settings: str
    #: The number of its first frame in the result, and how many there are; 0 has no file.
    first: int
    frames: int
    #: A digest of what its decoder must know: equal in parts that can be joined.
    decoder: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A chunk that was made, by the names of the profiles."""

    parts: Mapping[str, Part]
    #: How many damages of the input were met.
    damaged_count: int


@dataclass(frozen=True, slots=True)
class Unfit:
    """The input cannot be made in chunks: its frames do not follow the grid that cuts rely on."""

    why: str


Note = Claim | Finished | Unfit


class State(StrEnum):
    """How a chunk stands, as somebody sees who needs it."""

    FREE = "free"
    CLAIMED = "claimed"
    MADE = "made"
    UNFIT = "unfit"


def write_note(note: Note) -> bytes:
    """A note's text."""
    return json.dumps(asdict(note)).encode()


def read_note(data: bytes) -> Note | None:
    """What a text tells; None for what is no note."""
    try:
        told = json.loads(data)
        if "by" in told:
            return Claim(str(told["by"]))
        if "why" in told:
            return Unfit(str(told["why"]))
        parts = {
            str(name): Part(
                str(part["settings"]),
                int(part["first"]),
                int(part["frames"]),
                str(part["decoder"]),
            )
            for name, part in told["parts"].items()
        }
        return Finished(parts, int(told["damaged_count"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def state_of(note: Note | None, age_seconds: float, wanted: Mapping[str, tuple[str, int]]) -> State:
    """
    How a chunk stands for somebody who wants parts of those settings that begin at those frames.

    A chunk that was made otherwise, of another plan, is as good as none.
    """
    if isinstance(note, Claim):
        return State.CLAIMED if age_seconds < DEAD_SECONDS else State.FREE
    if isinstance(note, Unfit):
        return State.UNFIT
    if note is None:
        return State.FREE
    found = {name: (part.settings, part.first) for name, part in note.parts.items()}
    fits = all(found.get(name) == want for name, want in wanted.items())
    return State.MADE if fits else State.FREE


def next_to_make(states: Sequence[State]) -> int | None:
    """
    The number of the chunk that whoever needs all of them makes next; None: wait for others.

    The last free one: the first ones are those that other tasks begin with.
    """
    free = [number for number, state in enumerate(states, start=1) if state is State.FREE]
    return free[-1] if free else None

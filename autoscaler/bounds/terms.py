"""
What the lower bounds are about: work, and the terms that a plan has to keep to.

Imports the standard library only.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Work(NamedTuple):
    """A child: when it arrived, for how long it works, and what it takes of a node meanwhile."""

    at_seconds: float
    service_seconds: float
    #: For each dimension of a node (CPU, memory, …) the fraction of it that the child asks for,
    #: above 0 and at most 1 in one at least; as many for each child.  None: one slot.
    shares: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan has to keep to."""

    #: Children that fit one node, of those that tell no shares.
    slots: int
    boot_seconds: float
    #: From arrival to start at most.
    wait_seconds: float


class Load(NamedTuple):
    """A child as the bounds see it."""

    at_seconds: float
    service_seconds: float
    #: What it takes of a node, from 0 to 1: those that one node runs at once come to 1 at most.
    weight: float

"""
What goes wrong in a simulation, and when: reads, actions, launches and boots.

``NoFaults`` spares everything, ``RandomFaults`` draws from a seeded generator.
Imports the standard library and ``autoscaler.core``.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from autoscaler.core.model import FailureKind


class Crash(Exception):
    """The daemon ends here, in the midst of a cycle."""


class Strike(Enum):
    """What befalls one action."""

    NOTHING = "nothing"
    #: Refused before it had any effect.
    REFUSED = "refused"
    #: Of two steps the first is done, and the second refused.
    HALF_DONE = "half_done"
    #: Done, yet the answer is lost: the caller is told that it failed.
    ANSWER_LOST = "answer_lost"
    CRASH_BEFORE = "crash_before"
    CRASH_HALF_DONE = "crash_half_done"
    CRASH_AFTER = "crash_after"


class Faults(Protocol):
    """Asked whenever something could go wrong."""

    def unreadable(self, parts: Sequence[str]) -> frozenset[str]:
        """Which parts of the picture cannot be read: ``queue <job>``, ``nodes``, ``group``."""

    def stale(self) -> frozenset[str]:
        """Which systems, ``nomad`` or ``aws``, show what they showed at the read before."""

    def strike(self) -> Strike:
        """What befalls the next action."""

    def launch(self, group: str, at_seconds: float) -> FailureKind | None:
        """Why an instance of the group cannot be launched; None: it can."""

    def boot(self, group: str) -> float | None:
        """How many times as long as usual an instance boots; None: its node never joins."""

    def memory_lost(self) -> bool:
        """Whether a crash takes the daemon's memory along."""


class NoFaults:
    """All goes well."""

    def unreadable(self, parts: Sequence[str]) -> frozenset[str]:  # noqa: ARG002 - the port's
        """Nothing is."""
        return frozenset()

    def stale(self) -> frozenset[str]:
        """Nothing is."""
        return frozenset()

    def strike(self) -> Strike:
        """Nothing."""
        return Strike.NOTHING

    def launch(self, group: str, at_seconds: float) -> FailureKind | None:  # noqa: ARG002 - as above
        """It can."""
        return None

    def boot(self, group: str) -> float | None:  # noqa: ARG002 - as above
        """As long as usual."""
        return 1.0

    def memory_lost(self) -> bool:
        """Nothing crashes."""
        return False


@dataclass(frozen=True, slots=True)
class Outage:
    """For a time AWS launches nothing in a group."""

    group: str
    from_seconds: float
    until_seconds: float
    kind: FailureKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRates:
    """How often what goes wrong: chances from 0 to 1."""

    part_unreadable: float = 0.0
    system_stale: float = 0.0
    #: Of an action: evenly one of the strikes.
    action_struck: float = 0.0
    #: Of a struck action: that it is the daemon that ends.
    strike_crashes: float = 0.0
    #: Of a crash: that the memory is lost with it.
    memory_lost: float = 0.0
    launch_fails: float = 0.0
    #: Why a launch that fails does; each is as likely.
    launch_kinds: tuple[FailureKind, ...] = tuple(FailureKind)
    never_joins: float = 0.0
    boots_slowly: float = 0.0
    slow_boot_factor: float = 3.0
    outages: tuple[Outage, ...] = ()


_REFUSALS = (Strike.REFUSED, Strike.HALF_DONE, Strike.ANSWER_LOST)
_CRASHES = (Strike.CRASH_BEFORE, Strike.CRASH_HALF_DONE, Strike.CRASH_AFTER)


class RandomFaults:
    """Draws what goes wrong."""

    def __init__(self, rates: FaultRates, rng: random.Random) -> None:
        self._rates = rates
        self._rng = rng

    def unreadable(self, parts: Sequence[str]) -> frozenset[str]:
        """Each part by itself."""
        return frozenset(part for part in parts if self._happens(self._rates.part_unreadable))

    def stale(self) -> frozenset[str]:
        """Each system by itself."""
        systems = ("nomad", "aws")
        return frozenset(one for one in systems if self._happens(self._rates.system_stale))

    def strike(self) -> Strike:
        """Mostly nothing."""
        if not self._happens(self._rates.action_struck):
            return Strike.NOTHING
        crashes = self._happens(self._rates.strike_crashes)
        return self._rng.choice(_CRASHES if crashes else _REFUSALS)

    def launch(self, group: str, at_seconds: float) -> FailureKind | None:
        """In an outage surely, else by chance."""
        for outage in self._rates.outages:
            if outage.group == group and outage.from_seconds <= at_seconds < outage.until_seconds:
                return outage.kind
        if self._happens(self._rates.launch_fails):
            return self._rng.choice(self._rates.launch_kinds)
        return None

    def boot(self, group: str) -> float | None:  # noqa: ARG002 - the port's; all groups alike
        """By chance slowly, or never."""
        if self._happens(self._rates.never_joins):
            return None
        slowly = self._happens(self._rates.boots_slowly)
        return self._rates.slow_boot_factor if slowly else 1.0

    def memory_lost(self) -> bool:
        """Whether a crash takes the memory along."""
        return self._happens(self._rates.memory_lost)

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._rng.random() < chance

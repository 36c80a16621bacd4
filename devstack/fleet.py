"""
The lives of the group's instances: launched, booted into a node, terminated.

Keeps the record from which the figures of a run come.  Knows no clock: every instant is handed in,
in seconds of ``time.monotonic()``.  May import the standard library only.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True, slots=True)
class BootTimes:
    """How long instances take from their launch until their node starts: uniform, in seconds."""

    least_seconds: float = 2.0
    most_seconds: float = 3.0


@dataclass(frozen=True, slots=True)
class Life:
    """The life of one instance so far."""

    instance: str
    launched_at: float
    boots_at: float
    node_started_at: float | None = None
    terminated_at: float | None = None
    #: Whether it came up and never becomes a node.
    never_joins: bool = False
    #: Allocations that still ran a task when the instance was terminated: work that was killed.
    killed: tuple[str, ...] = ()

    def seconds(self, now: float) -> float:
        """How long it has been paid for."""
        return (now if self.terminated_at is None else self.terminated_at) - self.launched_at

    def alive_at(self, instant: float) -> bool:
        ended = self.terminated_at is not None and self.terminated_at <= instant
        return self.launched_at <= instant and not ended


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run cost, and whether it cost work."""

    launches: int
    peak_nodes: int
    node_seconds: float
    killed: tuple[str, ...]


class Fleet:
    """The lives of all instances, in the order of their launches."""

    def __init__(self, boot: BootTimes, random: Random) -> None:
        self._boot = boot
        self._random = random
        self._lives: dict[str, Life] = {}

    def lives(self) -> tuple[Life, ...]:
        return tuple(self._lives.values())

    def launch(self, instances: Iterable[str], now: float) -> None:
        """Note the instances that are new, and when each will have booted."""
        for instance in instances:
            if instance not in self._lives:
                delay = self._random.uniform(self._boot.least_seconds, self._boot.most_seconds)
                self._lives[instance] = Life(instance, now, now + delay)

    def gone(self, present: Collection[str]) -> tuple[Life, ...]:
        """The lives that have to end, for their instances are no longer in the group."""
        return tuple(
            life
            for life in self._lives.values()
            if life.terminated_at is None and life.instance not in present
        )

    def due(self, now: float) -> tuple[Life, ...]:
        """The instances that have booted by now and whose nodes have not been started."""
        return tuple(
            life
            for life in self._lives.values()
            if life.node_started_at is None
            and life.terminated_at is None
            and not life.never_joins
            and life.boots_at <= now
        )

    def started(self, instance: str, now: float) -> None:
        self._lives[instance] = replace(self._lives[instance], node_started_at=now)

    def never_joins(self, instance: str) -> None:
        """Note an instance that is up and of which nothing more comes."""
        self._lives[instance] = replace(self._lives[instance], never_joins=True)

    def terminated(self, instance: str, now: float, killed: tuple[str, ...]) -> None:
        life = self._lives[instance]
        self._lives[instance] = replace(life, terminated_at=now, killed=killed)


def figures(lives: Iterable[Life], now: float) -> Figures:
    """The figures of a run; instances that still live count until ``now``."""
    all_lives = tuple(lives)
    alive_at_launches = (
        sum(other.alive_at(life.launched_at) for other in all_lives) for life in all_lives
    )
    return Figures(
        launches=len(all_lives),
        peak_nodes=max(alive_at_launches, default=0),
        node_seconds=sum(life.seconds(now) for life in all_lives),
        killed=tuple(allocation for life in all_lives for allocation in life.killed),
    )

"""
How many children will have started by when, on the nodes that there are: starts, not averages.

A running child of age e frees its slot after S - e, given that S > e, by the sample of service
times that were measured; the child that starts there frees it again after another S, and so on:
the renewal function counts these.  The mean alone would hide how many slots free soon where
service times spread widely, which with videos they do.

Everything is counted on a grid of equal steps, each event shared between the two points about it so
that means are kept.  Series are worked out as far as they are looked at.  Pure; imports
``autoscaler.core`` only.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Protocol

from autoscaler.core.service_law import ServiceLaw

#: Points of the grid: fine enough to plan by, few enough to work out in a millisecond.
_POINTS = 60
#: Of the children that start in a step, at least so many do not end within it.
_LASTING_MIN = 1e-3


class Series(ABC):
    """A value for each point of a grid, worked out when it is looked at."""

    @abstractmethod
    def __getitem__(self, point: int) -> float:
        """At that point, from 0 on."""

    def __iter__(self) -> Iterator[float]:
        """At each point."""
        return (self[point] for point in range(_POINTS + 1))


@dataclass(frozen=True, slots=True)
class Grid:
    """Equal steps from now on, in seconds."""

    step: float

    @property
    def points(self) -> int:
        """How many steps; there is one point more."""
        return _POINTS

    def about(self, seconds: float) -> tuple[int, float]:
        """
        The first of the two points that an instant lies between; at the ends, of those.

        And how far the instant is from it towards the second: 0 to 1.
        """
        place = min(max(0.0, seconds / self.step), float(_POINTS))
        point = min(int(place), _POINTS - 1)
        return point, place - point

    def spread(self, seconds: float, amount: float, over: list[float]) -> None:
        """Share an amount between the two points about an instant, so that its mean is kept."""
        place = max(0.0, seconds / self.step)
        point = int(place)
        if point > _POINTS:
            return
        over[point] += amount * (point + 1 - place)
        if point < _POINTS:
            over[point + 1] += amount * (place - point)

    def value(self, series: Series | Sequence[float], seconds: float) -> float:
        """The series at an instant, between its points; at the ends, those."""
        point, beyond = self.about(seconds)
        here = series[point]
        return here + (series[point + 1] - here) * beyond


def grid_to(horizon_seconds: float) -> Grid:
    """A grid that reaches so far."""
    return Grid(max(1.0, horizon_seconds) / _POINTS)


class Renewals(Series):
    """How many times a slot that is free now is expected to be free again by each point."""

    def __init__(self, law: ServiceLaw, grid: Grid) -> None:
        self._law = law
        self._grid = grid
        self._chances: list[float] = []
        self._later: list[float] = []
        self._ended = 0.0
        self._counts: list[float] = []
        #: The same, the last first.
        self._backwards: list[float] = []
        #: One more, for the start itself.
        self._starts: list[float] = []

    def __getitem__(self, point: int) -> float:
        self._reach(point)
        return self._counts[point]

    def starts(self, point: int) -> list[float]:
        """Of a slot that was freed at each point from the first on, by this one."""
        self._reach(point)
        return self._starts[point::-1]

    def _reach(self, point: int) -> None:
        if point < len(self._counts):
            return
        if not self._chances:
            endings = self._law.endings(self._grid.step)
            ends = endings.ends(0, 0, self._grid.points)
            self._chances = [one / endings.size for one in ends]
            self._later = self._chances[1:]
        chances, later, backwards = self._chances, self._later, self._backwards
        # Those that end within the step in which they begin free the slot again in the same.
        lasting = max(1.0 - chances[0], _LASTING_MIN)
        for at in range(len(self._counts), point + 1):
            self._ended += chances[at]
            count = (self._ended + sum(map(mul, later, backwards))) / lasting
            backwards.insert(0, count)
            self._counts.append(count)
            self._starts.append(1.0 + count)


class Freed(Protocol):
    """Slots that are freed at each point, by the children that run there now."""

    def first(self, point: int) -> Sequence[float]:
        """At all points up to this one, at least."""


class Starts(Series):
    """Starts expected by each point where so many slots are freed at each, so many more now."""

    def __init__(self, freed: Freed, again: Renewals, started: float = 0.0) -> None:
        self._freed = freed
        self._again = again
        self._started = started
        self._known: dict[int, float] = {}

    def __getitem__(self, point: int) -> float:
        found = self._known.get(point)
        if found is None:
            found = sum(map(mul, self._again.starts(point), self._freed.first(point)))
            found += self._started * self._again[point]
            self._known[point] = found
        return found

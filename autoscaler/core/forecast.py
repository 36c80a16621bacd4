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

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import mul

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

    def after(self, seconds: float) -> int:
        """The point at or after an instant; the last one, if that is later."""
        return min(math.ceil(max(0.0, seconds) / self.step), _POINTS)

    def spread(self, seconds: float, amount: float, over: list[float]) -> None:
        """Share an amount between the two points about an instant, so that its mean is kept."""
        place = max(0.0, seconds / self.step)
        point = int(place)
        if point > _POINTS:
            return
        over[point] += amount * (point + 1 - place)
        if point < _POINTS:
            over[point + 1] += amount * (place - point)

    def value(self, series: Series, seconds: float) -> float:
        """The series at an instant, between its points; at the ends, those."""
        place = min(max(0.0, seconds / self.step), float(_POINTS))
        point = min(int(place), _POINTS - 1)
        here = series[point]
        return here + (series[point + 1] - here) * (place - point)


def grid_to(horizon_seconds: float) -> Grid:
    """A grid that reaches so far."""
    return Grid(max(1.0, horizon_seconds) / _POINTS)


class Renewals(Series):
    """How many times a slot that is free now is expected to be free again by each point."""

    def __init__(self, law: ServiceLaw, grid: Grid) -> None:
        aged = law.endings(grid.step).of_age(0, grid.points)
        self._chances = [one / aged.left for one in aged.ends]
        self._later = self._chances[1:]
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
        chances, later, backwards = self._chances, self._later, self._backwards
        # Those that end within the step in which they begin free the slot again in the same.
        lasting = max(1.0 - chances[0], _LASTING_MIN)
        for at in range(len(self._counts), point + 1):
            self._ended += chances[at]
            count = (self._ended + sum(map(mul, later, backwards))) / lasting
            backwards.insert(0, count)
            self._counts.append(count)
            self._starts.append(1.0 + count)


class Freed(Series):
    """
    Slots freed at each point: by the rows, each multiplied by its factor, and by ``more``.

    A row or ``more`` has a value for each point.
    """

    def __init__(
        self, rows: Sequence[Sequence[float]], factors: Sequence[float], more: Sequence[float]
    ) -> None:
        self._factors = factors
        self._columns = zip(*rows, more, strict=True)
        self._known: list[float] = []

    def __getitem__(self, point: int) -> float:
        return self.first(point)[point]

    def first(self, point: int) -> Sequence[float]:
        """Of all points up to this one, at least."""
        known, factors = self._known, self._factors
        for column in islice(self._columns, max(0, point + 1 - len(known))):
            # The last of a column is of ``more``, and has no factor.
            known.append(sum(map(mul, factors, column), column[-1]))
        return known


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

    def again(self, point: int) -> float:
        """Of these, the starts on slots that were freed before and are freed again."""
        return self[point] - sum(self._freed.first(point)[: point + 1])

"""
When children end, by their age: a sample of service times on a grid of equal steps.

Each end is shared between the two points about it so that means are kept: rounding up would lose a
tenth of the starts of a long chain.  Times are whole multiples of a small fraction of a step, so
that sums are exact: a sample that was changed bit by bit gives what one made anew would.
Pure; imports the standard library only.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

#: Of a step, the smallest part that is told apart.
_PARTS = 2.0**32
#: Up to so many steps the numbers for every point are kept at hand; most children end sooner.
_NEAR = 1024


class Aged(NamedTuple):
    """Children of one age, in steps, and how many of the sample ended sooner and last longer."""

    age: int
    begun: int
    #: None: beyond the sample nothing is known but that they have lasted so long.
    left: int


class _Near(NamedTuple):
    """Of those that end within the near steps; shorter where none ends later."""

    #: How many end at each point.
    ends: list[float]
    #: Of these, the share of those that end beyond it.
    beyond: list[float]


class Endings:
    """How many of a sample end at each point of a grid.  A value: it is never changed."""

    __slots__ = ("_near", "_places", "_sums", "step")

    def __init__(self, step: float, places: Sequence[float], near: _Near) -> None:
        #: Of the grid, in seconds.
        self.step = step
        #: The sample in steps, sorted.
        self._places = places
        self._near = near
        #: How many have ended by each near point; worked out when it is asked for.
        self._sums: Sequence[float] | None = None

    def changed(self, dropped: Iterable[float], added: Iterable[float]) -> "Endings":
        """Without those service times, in seconds, which are of the sample, and with these."""
        places = list(self._places)
        near = _Near(list(self._near.ends), list(self._near.beyond))
        for seconds in dropped:
            place = _place(seconds, self.step)
            del places[bisect_left(places, place)]
            _share(place, -1.0, near)
        for seconds in added:
            place = _place(seconds, self.step)
            insort(places, place)
            _share(place, 1.0, near)
        return Endings(self.step, places, near)

    def of_ages(self, counts: Mapping[int, int]) -> list[tuple[Aged, int]]:
        """Children of each age in steps, with how many they are, in the order given."""
        places = self._places
        size = len(places)
        found = []
        for age, count in counts.items():
            begun = bisect_right(places, age)
            found.append((Aged(age, begun, size - begun), count))
        return found

    def ends(self, aged: Aged, points: int) -> tuple[Sequence[float], int]:
        """How many of so many alike end at each point from now on."""
        age, begun, left = aged
        if not left:
            return _lasting(age, self.step, points), 1
        if age + points >= _NEAR:
            return self._far(age, begun, points), left
        ends = self._near.ends[age : age + points + 1]
        if len(ends) <= points:
            ends.extend([0.0] * (points + 1 - len(ends)))
        # What ended before it came to this age has a share in the first point, and does not count.
        ends[0] = self._near.beyond[age] if age < len(self._near.beyond) else 0.0
        return ends, left

    def ended_by(self, children: Iterable[tuple[Aged, float]], point: int) -> tuple[float, float]:
        """
        How many of these end by that point, and the variance of that: each does or does not.

        Children of each age, with how many they are.
        """
        sums, expected, variance = self._near_sums(), 0.0, 0.0
        near = len(sums)
        for (age, begun, left), count in children:
            at = age + point
            if not left:
                by = _lasted_by(age, self.step, point)
            elif at < near:
                by = (sums[at] - begun) / left
            else:
                by = (self._ended(at) - begun) / left
            by_all = count * by
            expected += by_all
            variance += by_all * (1.0 - by)
        return expected, variance

    def _far(self, age: int, begun: int, points: int) -> list[float]:
        ends = [0.0] * (points + 2)
        for place in self._places[begun : bisect_left(self._places, age + points + 1)]:
            point = int(place)
            ends[point - age] += 1.0 - (place - point)
            ends[point - age + 1] += place - point
        return ends[:-1]

    def _near_sums(self) -> Sequence[float]:
        if self._sums is None:
            self._sums = list(accumulate(self._near.ends[:_NEAR]))
        return self._sums

    def _ended(self, point: int) -> float:
        """How many have ended by that point, of those about it their share."""
        places = self._places
        first = bisect_right(places, point)
        last = bisect_left(places, point + 1, first)
        return first + (point + 1) * (last - first) - sum(places[first:last])


def endings_of(sample: Iterable[float], step: float) -> Endings:
    """The sample, in seconds, on a grid of such steps, in seconds."""
    return Endings(step, (), _Near([], [])).changed((), sample)


def _place(seconds: float, step: float) -> float:
    return round(seconds / step * _PARTS) / _PARTS


def _share(place: float, amount: float, near: _Near) -> None:
    """Between the two points about a place."""
    point = int(place)
    if point >= _NEAR:
        return
    ends, beyond = near
    if point + 2 > len(ends):
        more = [0.0] * (point + 2 - len(ends))
        ends.extend(more)
        beyond.extend(more)
    rest = place - point
    ends[point] += amount * (1.0 - rest)
    ends[point + 1] += amount * rest
    if rest:
        beyond[point] += amount * (1.0 - rest)


def _lasted_by(age: int, step: float, point: int) -> float:
    """The chance that a child which has outlasted the sample has ended by that point."""
    mean = max(age * step, 1.0)
    return 1.0 - mean / step * math.exp(-point * step / mean) * -math.expm1(-step / mean)


@lru_cache(maxsize=4096)
def _lasting(age: int, step: float, points: int) -> tuple[float, ...]:
    """The chances of a child that has outlasted the sample: exponential, its age being the mean."""
    mean = max(age * step, 1.0)
    # Of the integral of the distribution function, the second difference is the chance.
    whole = [
        at - mean * (1.0 - math.exp(-at / mean))
        for at in (point * step for point in range(points + 2))
    ]
    first = whole[1] / step
    rest = (
        max(0.0, (whole[point + 1] - 2.0 * whole[point] + whole[point - 1]) / step)
        for point in range(1, points + 1)
    )
    return (first, *rest)

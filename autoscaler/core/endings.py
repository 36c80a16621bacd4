"""
When children end, by their age: a sample of service times on a grid of equal steps.

Each end is shared between the two points about it so that means are kept: rounding up would lose a
tenth of the starts of a long chain.  Times are whole multiples of a small fraction of a step, so
that sums are exact: a sample that was changed bit by bit gives what one made anew would.
Pure; imports the standard library only.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, repeat

#: Of a step, the smallest part that is told apart.
_PARTS = 2.0**32
#: Up to so many steps the numbers for every point are kept at hand; most children end sooner.
_NEAR = 1024
#: A forecast looks no further ahead than so many.
_AHEAD = 64


class Endings:
    """How many of a sample end at each point of a grid.  A value: it is never changed."""

    __slots__ = ("_near", "_places", "_sums", "step")

    def __init__(self, step: float, places: Sequence[float], near: Sequence[float]) -> None:
        #: Of the grid, in seconds.
        self.step = step
        #: The sample in steps, sorted.
        self._places = places
        #: How many end at each near point; shorter where none ends later.
        self._near = near
        #: How many have ended by each near point; worked out when it is asked for.
        self._sums: Sequence[float] | None = None

    def changed(self, dropped: Iterable[float], added: Iterable[float]) -> "Endings":
        """Without those service times, in seconds, which are of the sample, and with these."""
        places = list(self._places)
        near = list(self._near)
        for seconds in dropped:
            place = _place(seconds, self.step)
            del places[bisect_left(places, place)]
            _share(place, -1.0, near)
        for seconds in added:
            place = _place(seconds, self.step)
            insort(places, place)
            _share(place, 1.0, near)
        return Endings(self.step, places, near)

    @property
    def size(self) -> int:
        """Of the sample."""
        return len(self._places)

    def begun(self, ages: Iterable[int]) -> list[int]:
        """How many of the sample ended by each of these ages, in steps."""
        return list(map(bisect_right, repeat(self._places), ages))

    def ends(self, age: int, begun: int, points: int) -> Sequence[float]:
        """
        How many end at each point from an age on, of those that last longer.

        ``begun`` is what ``begun`` says of the age.
        """
        if age + points >= _NEAR:
            return self._far(age, begun, points)
        ends = list(self._near[age : age + points + 1])
        if len(ends) <= points:
            ends.extend([0.0] * (points + 1 - len(ends)))
        # What ended before it came to this age has a share in the first point, and does not count.
        ends[0] = self.ended_by((age,))[0] - begun
        return ends

    def ended_by(self, points: Sequence[int]) -> list[float]:
        """How many have ended by each of these points, of those about it their share."""
        sums = self._near_sums()
        try:
            return [sums[point] for point in points]
        except IndexError:
            near = len(sums)
            return [sums[point] if point < near else self._ended(point) for point in points]

    def outlasting(self, age: int, points: int) -> Sequence[float]:
        """Of a child beyond the sample: the chance to end at each point from its age on."""
        return _lasting(age, self.step, points)

    def outlasting_by(self, age: int, point: int) -> float:
        """And the chance to have ended by that point."""
        return _lasted_by(age, self.step, point)

    def _far(self, age: int, begun: int, points: int) -> list[float]:
        ends = [0.0] * (points + 2)
        for place in self._places[begun : bisect_left(self._places, age + points + 1)]:
            point = int(place)
            ends[point - age] += 1.0 - (place - point)
            ends[point - age + 1] += place - point
        return ends[:-1]

    def _near_sums(self) -> Sequence[float]:
        if self._sums is None:
            sums = list(accumulate(self._near[:_NEAR]))
            # No child that lasts is older than the sample, and none is asked for further ahead.
            more = min(_AHEAD, _NEAR - len(sums))
            sums.extend([sums[-1] if sums else 0.0] * more)
            self._sums = sums
        return self._sums

    def _ended(self, point: int) -> float:
        """How many have ended by that point, of those about it their share."""
        places = self._places
        first = bisect_right(places, point)
        last = bisect_left(places, point + 1, first)
        return first + (point + 1) * (last - first) - sum(places[first:last])


def endings_of(sample: Iterable[float], step: float) -> Endings:
    """The sample, in seconds, on a grid of such steps, in seconds."""
    return Endings(step, (), ()).changed((), sample)


def _place(seconds: float, step: float) -> float:
    return round(seconds / step * _PARTS) / _PARTS


def _share(place: float, amount: float, near: list[float]) -> None:
    """Between the two points about a place."""
    point = int(place)
    if point >= _NEAR:
        return
    if point + 2 > len(near):
        near.extend([0.0] * (point + 2 - len(near)))
    beyond = place - point
    near[point] += amount * (1.0 - beyond)
    near[point + 1] += amount * beyond


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

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
#: Points that are kept together; of a sample with far outliers most of the grid is empty.
_BLOCK = 64
_EMPTY = (0.0,) * _BLOCK


class Aged(NamedTuple):
    """Children of one age: what becomes of them, in numbers of a sample that ends likewise."""

    #: In steps.
    age: int
    #: How many end at each point from then on.
    ends: Sequence[float]
    #: How many ended sooner, and how many last longer; none of these: ``ends`` are chances.
    begun: int
    left: int


class Endings:
    """How many of a sample end at each point of a grid.  A value: it is never changed."""

    __slots__ = ("_blocks", "_places", "_sums", "step")

    def __init__(
        self, step: float, places: Sequence[float], blocks: Mapping[int, Sequence[float]]
    ) -> None:
        #: Of the grid, in seconds.
        self.step = step
        #: The sample in steps, sorted.
        self._places = places
        self._blocks = blocks
        #: Of the blocks, from the first point on; worked out when it is asked for.
        self._sums: dict[int, Sequence[float]] | None = None

    def changed(self, dropped: Iterable[float], added: Iterable[float]) -> "Endings":
        """Without those service times, in seconds, which are of the sample, and with these."""
        places = list(self._places)
        mine: dict[int, list[float]] = {}
        for seconds in dropped:
            place = _place(seconds, self.step)
            del places[bisect_left(places, place)]
            self._share(place, -1.0, mine)
        for seconds in added:
            place = _place(seconds, self.step)
            insort(places, place)
            self._share(place, 1.0, mine)
        return Endings(self.step, places, {**self._blocks, **mine})

    def of_age(self, age: int, points: int) -> "Aged":
        """Of those that last longer than so many steps: how many end at each point from then on."""
        places = self._places
        begun = bisect_right(places, age)
        left = len(places) - begun
        if not left:
            return Aged(age, _lasting(age, self.step, points), begun, 0)
        ends = self._window(age, points)
        # What ended before it came to this age has a share in the first point, and does not count.
        next_step = bisect_left(places, age + 1, begun)
        ends[0] = (age + 1) * (next_step - begun) - sum(places[begun:next_step])
        return Aged(age, ends, begun, left)

    def doubt(self, children: Iterable[tuple["Aged", float]], point: int) -> float:
        """
        The variance of how many end by that point: each ends by then or does not.

        Each child, or children of one age, with its weight.
        """
        sums, total = self._all_sums(), 0.0
        for (age, ends, begun, left), weight in children:
            if left:
                block = sums.get((age + point) // _BLOCK)
                if block is None:
                    ended: float = bisect_right(self._places, age + point)
                else:
                    ended = block[(age + point) % _BLOCK]
                by = (ended - begun) / left
            else:
                by = sum(ends[: point + 1])
            total += weight * by * (1.0 - by)
        return total

    def _all_sums(self) -> Mapping[int, Sequence[float]]:
        if self._sums is None:
            total = 0.0
            self._sums = {}
            for index in sorted(self._blocks):
                sums = list(accumulate(self._blocks[index], initial=total))
                total = sums[-1]
                self._sums[index] = sums[1:]
        return self._sums

    def _window(self, first: int, points: int) -> list[float]:
        block, start = divmod(first, _BLOCK)
        end = start + points + 1
        found: list[float] = []
        while len(found) < end:
            found.extend(self._blocks.get(block, _EMPTY))
            block += 1
        return found[start:end]

    def _share(self, place: float, amount: float, mine: dict[int, list[float]]) -> None:
        """Between the two points about a place; a block is copied before it is changed."""
        point = int(place)
        beyond = place - point
        for at, part in ((point, 1.0 - beyond), (point + 1, beyond)):
            index, within = divmod(at, _BLOCK)
            block = mine.get(index)
            if block is None:
                block = mine[index] = list(self._blocks.get(index, _EMPTY))
            block[within] += amount * part


def endings_of(sample: Iterable[float], step: float) -> Endings:
    """The sample, in seconds, on a grid of such steps, in seconds."""
    return Endings(step, (), {}).changed((), sample)


def _place(seconds: float, step: float) -> float:
    return round(seconds / step * _PARTS) / _PARTS


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

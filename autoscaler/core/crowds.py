"""
The running children of a pool, by law and age, and the nodes on their way: slots they will free.

Counted in nodes: a child of which c fit a new node is 1/c.  Pure; imports ``autoscaler.core`` only.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, islice
from operator import mul, truediv

from autoscaler.core.endings import Endings


class Crowd:
    """Running children whose service times are of one sample."""

    def __init__(self, endings: Endings, weight: float, ages: Iterable[int]) -> None:
        self.endings = endings
        #: Of one child, in nodes.
        self.weight = weight
        counts = Counter(ages)
        self._ages, self._counts = list(counts), list(counts.values())
        #: ``doubt`` is never more than this: each with even odds.
        self.doubt_max = sum(self._counts) / 4
        #: Of the sample, for each age: how many ended sooner, and how many last longer.
        self._begun = endings.begun(self._ages)
        size = endings.size
        self._left = [size - begun for begun in self._begun]
        #: Children that have outlasted the sample, and how many they are.
        self._outlasting: list[tuple[int, int]] = []
        if 0 in self._left:
            self._set_outlasting_apart()
        self._rates = list(map(truediv, self._counts, self._left))
        self._offset = sum(map(mul, self._rates, self._begun))

    def _set_outlasting_apart(self) -> None:
        all_of_them = list(zip(self._ages, self._counts, self._begun, self._left, strict=True))
        self._outlasting = [(age, count) for age, count, _, left in all_of_them if not left]
        kept = [one for one in all_of_them if one[3]]
        self._ages = [age for age, _, _, _ in kept]
        self._counts = [count for _, count, _, _ in kept]
        self._begun = [begun for _, _, begun, _ in kept]
        self._left = [left for _, _, _, left in kept]

    def ended(self, point: int) -> float:
        """How many are expected to have ended by that point from now."""
        ended = self.endings.ended_by([age + point for age in self._ages])
        total: float = sum(map(mul, self._rates, ended)) - self._offset
        for age, count in self._outlasting:
            total += count * self.endings.outlasting_by(age, point)
        return total

    def doubt(self, point: int) -> float:
        """The variance of that: each has or has not."""
        ended = self.endings.ended_by([age + point for age in self._ages])
        total = 0.0
        for count, one, begun, left in zip(
            self._counts, ended, self._begun, self._left, strict=True
        ):
            by = (one - begun) / left
            total += count * by * (1.0 - by)
        for age, count in self._outlasting:
            by = self.endings.outlasting_by(age, point)
            total += count * by * (1.0 - by)
        return max(0.0, total)

    def rows(self, points: int) -> Iterable[tuple[Sequence[float], float]]:
        """Numbers that end at each point, and what to multiply them by to get children."""
        for age, begun, rate in zip(self._ages, self._begun, self._rates, strict=True):
            yield self.endings.ends(age, begun, points), rate
        for age, count in self._outlasting:
            yield self.endings.outlasting(age, points), float(count)


class Crowds:
    """
    All of them.  ``coming`` are the nodes that come at each point; ``pace`` is the share of the
    children that are relied on to end as their sample says.
    """

    def __init__(self, crowds: Sequence[Crowd], coming: Sequence[float], pace: float = 1.0) -> None:
        self._crowds = crowds
        self.pace = pace
        #: ``doubt`` is never more than this, which is soon told.
        self.doubt_max = sum(one.weight * one.weight * one.doubt_max for one in crowds) * pace
        self._coming = coming
        #: Nodes that have come by each point.
        self.come: Sequence[float] = list(accumulate(coming))
        #: Both are asked for each child that waits, of the same few points.
        self._by: dict[int, float] = {}
        self._doubts: dict[int, float] = {}
        self._columns: zip[tuple[float, ...]] | None = None
        self._factors: list[float] = []
        self._freed: list[float] = []

    def by(self, point: int) -> float:
        """Slots that are freed for the first time by that point."""
        found = self._by.get(point)
        if found is None:
            ended = sum(crowd.weight * crowd.ended(point) for crowd in self._crowds)
            found = self._by[point] = self.come[point] + ended * self.pace
        return found

    def doubt(self, point: int) -> float:
        """The variance of that."""
        found = self._doubts.get(point)
        if found is None:
            doubts = (crowd.weight * crowd.weight * crowd.doubt(point) for crowd in self._crowds)
            found = self._doubts[point] = sum(doubts) * self.pace
        return found

    def first(self, point: int) -> Sequence[float]:
        """Slots that are freed for the first time at each point up to this one, at least."""
        freed = self._freed
        if point < len(freed):
            return freed
        if self._columns is None:
            self._columns = self._rows()
        factors = self._factors
        for column in islice(self._columns, point + 1 - len(freed)):
            # The last of a column are nodes that come, and have no factor.
            freed.append(sum(map(mul, factors, column), column[-1]))
        return freed

    def _rows(self) -> "zip[tuple[float, ...]]":
        rows = []
        for crowd in self._crowds:
            for ends, rate in crowd.rows(len(self._coming) - 1):
                rows.append(ends)
                self._factors.append(rate * crowd.weight * self.pace)
        return zip(*rows, self._coming, strict=True)

"""
The running children of a pool, by law and age, and the nodes on their way: slots they will free.

Counted in nodes: a child of which c fit a new node is 1/c.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Sequence
from itertools import accumulate, islice
from operator import mul
from typing import NamedTuple

from autoscaler.core.endings import Aged, Endings


class Crowd(NamedTuple):
    """The running children whose service times are of one sample."""

    endings: Endings
    #: Of one child, in nodes.
    weight: float
    #: Of each age, with how many they are.
    children: Sequence[tuple[Aged, int]]


class Crowds:
    """
    All of them.  ``coming`` are the nodes that come at each point; ``pace`` is the share of the
    children that are relied on to end as their sample says.
    """

    def __init__(self, crowds: Sequence[Crowd], coming: Sequence[float], pace: float = 1.0) -> None:
        self._crowds = crowds
        self.pace = pace
        self._coming = coming
        #: Nodes that have come by each point.
        self.come: Sequence[float] = list(accumulate(coming))
        self._known: dict[int, tuple[float, float]] = {}
        self._columns: zip[tuple[float, ...]] | None = None
        self._factors: list[float] = []
        self._freed: list[float] = []

    def by(self, point: int) -> tuple[float, float]:
        """Slots that are freed for the first time by that point, and the variance of that."""
        found = self._known.get(point)
        if found is None:
            expected, variance = self.come[point], 0.0
            for endings, weight, children in self._crowds:
                ended, doubt = endings.ended_by(children, point)
                expected += weight * ended * self.pace
                variance += weight * weight * doubt * self.pace
            found = self._known[point] = (expected, max(0.0, variance))
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
        for endings, weight, children in self._crowds:
            for aged, count in children:
                ends, alike = endings.ends(aged, len(self._coming) - 1)
                rows.append(ends)
                self._factors.append(count * weight * self.pace / alike)
        return zip(*rows, self._coming, strict=True)

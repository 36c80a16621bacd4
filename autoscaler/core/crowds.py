"""
The running children of a pool, by law and age: the slots that they free, and how uncertain that is.

Counted in nodes: a child of which c fit a new node is 1/c.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Sequence
from typing import NamedTuple

from autoscaler.core.endings import Aged, Endings
from autoscaler.core.forecast import Freed, Series, Starts
from autoscaler.core.service_law import ServiceLaw


class Crowd(NamedTuple):
    """The running children whose service times are of one sample."""

    endings: Endings
    #: Of one child, in nodes.
    weight: float
    #: Of each age, with how many they are.
    children: Sequence[tuple[Aged, int]]


class Variance(Series):
    """Of the starts by each point: whether a child ends by then, and how often a slot renews."""

    def __init__(
        self, crowds: Sequence[Crowd], expected: Starts, law: ServiceLaw, child: float
    ) -> None:
        self._crowds = crowds
        self._expected = expected
        self._law = law
        self._child = child
        # Of what happens or does not, with even odds.
        self._most = sum(
            0.25 * crowd.weight * crowd.weight * sum(count for _, count in crowd.children)
            for crowd in crowds
        )

    def at_most(self, point: int) -> float:
        """By that point or sooner it is no more than this, which is soon told."""
        return self._most + self._of_renewals(point)

    def __getitem__(self, point: int) -> float:
        total = self._of_renewals(point)
        for crowd in self._crowds:
            total += crowd.weight * crowd.weight * crowd.endings.doubt(crowd.children, point)
        return max(0.0, total)

    def _of_renewals(self, point: int) -> float:
        return self._law.spread * self._child * max(0.0, self._expected.again(point))


def freed_by(crowds: Sequence[Crowd], in_flight: Sequence[float]) -> Freed:
    """Slots that they will free at each point, in nodes, and those of the nodes in flight."""
    rows, factors = [], []
    for _, weight, children in crowds:
        for aged, count in children:
            rows.append(aged.ends)
            factors.append(count * weight / (aged.left or 1))
    return Freed(rows, factors, in_flight)

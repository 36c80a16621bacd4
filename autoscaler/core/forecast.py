"""
How many children will have started by when, on the nodes that there are: starts, not averages.

A running child of age e frees its slot after S - e, given that S > e, by the sample of service
times that were measured; the child that starts there frees it again after another S, and so on:
the renewal function counts these.  The mean alone would hide how many slots free soon where
service times spread widely, which with videos they do.

Everything is counted on a grid of equal steps, each event shared between the two points about it so
that means are kept: rounding up would lose a tenth of the starts of a long chain.  Pure; imports
the standard library only.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

#: Points of the grid: fine enough to plan by, few enough to work out in a millisecond.
_POINTS = 60
#: No child takes less, in seconds: it must be placed and started.
_SHORTEST = 1e-3
#: Until so many service times have been measured, the prior's are mixed in.
SAMPLE_TRUSTED = 20
#: The prior: five equally likely values of an exponential law with this mean, in seconds.
_PRIOR_MEAN_SECONDS = 600.0
_PRIOR = tuple(-_PRIOR_MEAN_SECONDS * math.log(1 - (k + 0.5) / 5) for k in range(5))


@dataclass(frozen=True, slots=True)
class Grid:
    """Equal steps from now on, in seconds."""

    step: float

    @property
    def points(self) -> int:
        """How many steps; there is one point more."""
        return _POINTS

    def spread(self, seconds: float, amount: float, over: list[float]) -> None:
        """Share an amount between the two points about an instant, so that its mean is kept."""
        place = max(0.0, seconds / self.step)
        point = int(place)
        if point > _POINTS:
            return
        over[point] += amount * (point + 1 - place)
        if point < _POINTS:
            over[point + 1] += amount * (place - point)

    def value(self, series: Sequence[float], seconds: float) -> float:
        """The series at an instant, between its points; at the ends, those."""
        place = min(max(0.0, seconds / self.step), float(_POINTS))
        point = min(int(place), _POINTS - 1)
        return series[point] + (series[point + 1] - series[point]) * (place - point)


def grid_to(horizon_seconds: float) -> Grid:
    """A grid that reaches so far."""
    return Grid(max(1.0, horizon_seconds) / _POINTS)


class ServiceLaw:
    """The distribution of service times: a sample, in seconds."""

    def __init__(self, sample: Iterable[float]) -> None:
        self.sample = tuple(sorted(max(_SHORTEST, one) for one in sample))
        self._sums = (0.0, *accumulate(self.sample))

    def residual(self, age: float, grid: Grid) -> list[float]:
        """
        The chance that a child of this age ends at each point of the grid.

        Beyond the sample nothing is known but that it has lasted so long: exponential, with its
        age as the mean.
        """
        begun = bisect_right(self.sample, age)
        left = len(self.sample) - begun
        # Of the integral of the distribution function, the second difference is the chance: each
        # end is shared between the two points about it.
        if left:
            whole = self._integral(age, begun, left, grid)
        else:
            mean = max(age, 1.0)
            whole = [
                at - mean * (1.0 - math.exp(-at / mean))
                for at in (point * grid.step for point in range(grid.points + 2))
            ]
        before, here = 0.0, 0.0
        chances = []
        for point in range(1, grid.points + 2):
            after = whole[point]
            chances.append(max(0.0, (after - 2.0 * here + before) / grid.step))
            before, here = here, after
        return chances

    def _integral(self, age: float, begun: int, left: int, grid: Grid) -> list[float]:
        sample, sums, step = self.sample, self._sums, grid.step
        gone = sums[begun]
        whole = []
        for point in range(grid.points + 2):
            at = age + point * step
            ended = bisect_right(sample, at)
            whole.append((at * (ended - begun) - (sums[ended] - gone)) / left)
        return whole

    @property
    def spread(self) -> float:
        """The squared coefficient of variation."""
        count = len(self.sample)
        mean = self._sums[-1] / count
        return sum((one - mean) ** 2 for one in self.sample) / count / mean**2

    def median_left(self, age: float) -> float:
        """What a child of this age has left, in the middle case, in seconds."""
        begun = bisect_right(self.sample, age)
        rest = len(self.sample) - begun
        if not rest:
            return age * math.log(2)
        return self.sample[begun + rest // 2] - age


def law_of(samples: Iterable[float]) -> ServiceLaw:
    """The law of these service times, with the prior while they are few."""
    measured = list(samples)
    if len(measured) < SAMPLE_TRUSTED:
        measured.extend(_PRIOR)
    return ServiceLaw(measured)


def renewals(law: ServiceLaw, grid: Grid) -> list[float]:
    """How many times a slot that is free now is expected to be free again by each point."""
    chances = law.residual(0.0, grid)
    counts: list[float] = []
    ended = 0.0
    for point in range(grid.points + 1):
        ended += chances[point]
        again = sum(chances[back] * counts[point - back] for back in range(1, point + 1))
        # Those that end within the step in which they begin free the slot again in the same.
        counts.append((ended + again) / max(1.0 - chances[0], _SHORTEST))
    return counts


def starts(freed: Sequence[float], again: Sequence[float]) -> list[float]:
    """
    Starts expected by each point where so many slots are freed at each.

    ``freed`` and ``again`` (of ``renewals``) are by point of the same grid.
    """
    return [
        sum(freed[at] * (1.0 + again[point - at]) for at in range(point + 1) if freed[at])
        for point in range(len(freed))
    ]

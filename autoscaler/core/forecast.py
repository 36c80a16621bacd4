"""
How many children will have started by when, on the nodes that there are: starts, not averages.

A running child of age e frees its slot after S - e, given that S > e, by the sample of service
times that were measured; the child that starts there frees it again after another S, and so on:
the renewal function counts these.  The mean alone would hide how many slots free soon where
service times spread widely, which with videos they do.

Everything is counted on a grid of equal steps, each event at the end of its step: late, never
early.  Pure; imports the standard library only.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Points of the grid: fine enough to plan by, few enough to work out in a millisecond.
_POINTS = 60
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
        """How many."""
        return _POINTS

    def at(self, seconds: float) -> int:
        """The last point that is not after this time."""
        return max(0, min(_POINTS, int(seconds / self.step + 1e-9)))

    def after(self, seconds: float) -> int:
        """The first point that is not before this time; may be beyond the grid."""
        return max(0, math.ceil(seconds / self.step - 1e-9))


def grid_to(horizon_seconds: float) -> Grid:
    """A grid that reaches so far."""
    return Grid(max(1.0, horizon_seconds) / _POINTS)


@dataclass(frozen=True, slots=True)
class ServiceLaw:
    """The distribution of service times: a sorted sample, in seconds."""

    sample: tuple[float, ...]

    def ended_by(self, seconds: float) -> float:
        """The share of children that take so long at most."""
        return bisect_right(self.sample, seconds) / len(self.sample)

    def residual(self, age: float, grid: Grid) -> list[float]:
        """
        The chance that a child of this age ends in each step of the grid.

        Beyond the sample nothing is known but that it has lasted so long: exponential, with its
        age as the mean.
        """
        begun = bisect_right(self.sample, age)
        left = len(self.sample) - begun
        chances = []
        before = 0.0
        for point in range(1, grid.points + 1):
            at = point * grid.step
            if left:
                by = (bisect_right(self.sample, age + at) - begun) / left
            else:
                by = 1.0 - math.exp(-at / max(age, 1.0))
            chances.append(by - before)
            before = by
        return [0.0, *chances]

    @property
    def spread(self) -> float:
        """The squared coefficient of variation."""
        count = len(self.sample)
        mean = sum(self.sample) / count
        if mean <= 0.0:
            return 0.0
        return sum((one - mean) ** 2 for one in self.sample) / count / mean**2

    def median_left(self, age: float) -> float:
        """What a child of this age has left, in the middle case, in seconds."""
        begun = bisect_right(self.sample, age)
        rest = self.sample[begun:]
        if not rest:
            return age * math.log(2)
        return rest[len(rest) // 2] - age


def law_of(samples: Iterable[float]) -> ServiceLaw:
    """The law of these service times, with the prior while they are few."""
    measured = [max(0.0, one) for one in samples]
    if len(measured) < SAMPLE_TRUSTED:
        measured.extend(_PRIOR)
    return ServiceLaw(tuple(sorted(measured)))


def renewals(law: ServiceLaw, grid: Grid) -> list[float]:
    """
    How many times a slot that is free now is expected to be free again by each point.

    Where children are shorter than a step the grid counts too few: never fewer than t/mean - 1,
    which bounds every renewal function from below (Wald).
    """
    mean = max(sum(law.sample) / len(law.sample), 1e-3)
    chances = [0.0]
    before = 0.0
    for point in range(1, grid.points + 1):
        by = law.ended_by(point * grid.step)
        chances.append(by - before)
        before = by
    counts = [0.0]
    for point in range(1, grid.points + 1):
        ended = sum(chances[: point + 1])
        on_grid = ended + sum(chances[back] * counts[point - back] for back in range(1, point))
        counts.append(max(on_grid, point * grid.step / mean - 1.0))
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

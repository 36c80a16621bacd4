"""
Laws of service times, of which the generators of workloads draw.

Imports the standard library only.
"""

import math
import random
from dataclasses import dataclass
from typing import Protocol, Self

#: No child is done sooner, in seconds.
SHORTEST_SECONDS = 1.0


class ServiceLaw(Protocol):
    """How long a child works, as far as chance decides it."""

    def draw(self, rng: random.Random) -> float:
        """One service time, in seconds: a second at least."""


@dataclass(frozen=True, slots=True)
class Lognormal:
    """
    A lognormal law by its median and the deviation of its logarithm.

    Draws above ``longest_seconds`` are drawn again; what is below a second counts as a second.
    """

    median_seconds: float
    sigma: float
    longest_seconds: float = math.inf

    @classmethod
    def of(cls, mean_seconds: float, cv: float) -> Self:
        """By the mean and the coefficient of variation, deviation over mean; 0: all are equal."""
        variance = math.log1p(cv * cv)
        return cls(mean_seconds * math.exp(-variance / 2), math.sqrt(variance))

    def __post_init__(self) -> None:
        if not 0 < self.median_seconds <= self.longest_seconds:
            raise ValueError("a median above 0 and no longer than the longest, please")

    def draw(self, rng: random.Random) -> float:
        """One service time, in seconds."""
        while True:  # Ends soon: half of the draws are below the median.
            drawn = self.median_seconds * math.exp(rng.gauss(0.0, self.sigma))
            if drawn <= self.longest_seconds:
                return max(SHORTEST_SECONDS, drawn)


@dataclass(frozen=True, slots=True)
class Mixture:
    """One of several laws for each child, by their weights."""

    laws: tuple[ServiceLaw, ...]
    weights: tuple[float, ...]

    def draw(self, rng: random.Random) -> float:
        """One service time, in seconds."""
        (law,) = rng.choices(self.laws, self.weights)
        return law.draw(rng)

"""
When children arrive: random instants of a given rate.

Each generator gives ascending instants in seconds, from 0 and before ``seconds``.  Equal generators
of random numbers in equal states give equal instants.  Imports the standard library only.
"""

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

Rate = Callable[[float], float]

DAY_SECONDS = 86_400.0


def steady(rng: random.Random, *, per_second: float, seconds: float) -> Iterator[float]:
    """A Poisson process."""
    at_seconds = rng.expovariate(per_second)
    while at_seconds < seconds:
        yield at_seconds
        at_seconds += rng.expovariate(per_second)


def varying(rng: random.Random, rate: Rate, *, highest: float, seconds: float) -> Iterator[float]:
    """A Poisson process of a rate that changes: per second, and never above ``highest``."""
    for at_seconds in steady(rng, per_second=highest, seconds=seconds):
        if rng.random() * highest < rate(at_seconds):
            yield at_seconds


def swing(peak: float) -> Rate:
    """
    A day's rate over its mean: lowest at 0, and ``peak`` (1 or more) in the middle of the day.

    The logarithm follows a cosine, so that a high peak is also a short one.
    """
    if peak < 1:
        raise ValueError(f"a peak of {peak:g} times the mean is below the mean; give 1 or more")
    sharpness = _sharpness(peak)
    mean = _mean_of(sharpness)

    def rate(at_seconds: float) -> float:
        angle = 2 * math.pi * at_seconds / DAY_SECONDS
        return math.exp(-sharpness * math.cos(angle)) / mean

    return rate


def _sharpness(peak: float) -> float:
    low, high = 0.0, 1.0
    while math.exp(high) / _mean_of(high) < peak and high < 500:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        if math.exp(middle) / _mean_of(middle) < peak:
            low = middle
        else:
            high = middle
    return low


def _mean_of(sharpness: float, points: int = 512) -> float:
    """Of ``exp(sharpness * cos)`` over a turn."""
    turn = (math.cos(2 * math.pi * index / points) for index in range(points))
    return sum(math.exp(sharpness * one) for one in turn) / points


def between(points: Sequence[tuple[float, float]]) -> Rate:
    """Straight lines between points of an instant and a rate, which begin at instant 0."""
    instants = [at_seconds for at_seconds, _ in points]

    def rate(at_seconds: float) -> float:
        index = min(bisect_right(instants, at_seconds), len(points) - 1)
        (before, low), (after, high) = points[index - 1], points[index]
        share = min(1.0, (at_seconds - before) / (after - before))
        return low + share * (high - low)

    return rate

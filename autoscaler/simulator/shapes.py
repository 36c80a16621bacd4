"""
Seeded workloads of the shapes that real ones have: nine, from a quiet pool to a flood.

Of a shape's figures (simulator.shape_figures) the count and the mean service time are kept to
exactly, whatever the seed: the load is a part of the shape.  The rest is left to chance.
Imports the standard library and, of the simulator, chance, instants, service, shape_figures and
workload.
"""

import math
import random
from collections.abc import Iterator, Sequence
from itertools import accumulate

from autoscaler.simulator.chance import generator
from autoscaler.simulator.instants import DAY_SECONDS, between
from autoscaler.simulator.service import SHORTEST_SECONDS, Lognormal, ServiceLaw
from autoscaler.simulator.shape_figures import FIGURES, Batches, Shape
from autoscaler.simulator.workload import Arrival, by_time

SHAPES: tuple[str, ...] = tuple(FIGURES)

_BIN_SECONDS = 60
_LONE = Batches(single=1.0, median=1.0, sigma=0.0, largest=1, spacing_seconds=0.0)


def shape(name: str, seed: int, scale: float = 1.0) -> tuple[Arrival, ...]:
    """
    Arrivals of that shape in their order; equal arguments give equal arrivals.

    A ``scale`` below 1 takes so much of the window, about the hour where something happens, with
    the children that the whole has there: the rate stays, only the time is shorter.
    Raises ``ValueError`` for a name that is not in ``SHAPES`` and for a scale out of (0, 1].
    """
    if name not in FIGURES:
        raise ValueError(f"no shape {name!r}; there are {', '.join(SHAPES)}")
    if not 0 < scale <= 1:
        raise ValueError(f"scale is {scale:g}, and must be above 0 and at most 1")
    kind, rng = FIGURES[name], generator(seed, f"shape {name}")
    stated = _stated_weights(kind)
    count = max(1, round(scale * len(stated)))
    begin = round(kind.heart * 3600 / _BIN_SECONDS * (1 - scale))
    window = slice(begin, begin + count)
    children = max(1, round(kind.count * sum(stated[window]) / sum(stated)))
    weights = _restless(kind, stated, rng)[window]
    drawn = sorted(_drawn(kind, rng, weights, children))
    scaled = _to_mean([service for _, service in drawn], kind.mean_service_seconds)
    return by_time(
        Arrival(at_seconds, service) for (at_seconds, _), service in zip(drawn, scaled, strict=True)
    )


def _stated_weights(kind: Shape) -> list[float]:
    """The rate in each bin of the whole window."""
    rate = between(kind.rate)
    count = math.ceil(kind.hours * 3600 / _BIN_SECONDS)
    if not kind.days:
        return [rate(index * _BIN_SECONDS / 3600) for index in range(count)]
    instants = (index * _BIN_SECONDS for index in range(count))
    return [kind.days[int(at // DAY_SECONDS)] * rate(at % DAY_SECONDS / 3600) for at in instants]


def _restless(kind: Shape, weights: Sequence[float], rng: random.Random) -> list[float]:
    """Each spell's bins times a factor of a gamma law, whose mean is 1."""
    found = list(weights)
    for spell_seconds, variance in kind.unrest:
        width = max(1, round(spell_seconds / _BIN_SECONDS))
        for first in range(0, len(found), width):
            factor = rng.gammavariate(1 / variance, variance)
            found[first : first + width] = (one * factor for one in found[first : first + width])
    return found


def _drawn(
    kind: Shape, rng: random.Random, weights: Sequence[float], children: int
) -> Iterator[tuple[float, float]]:
    """So many instants and service times, batch by batch."""
    batches, sums = kind.batches or _LONE, list(accumulate(weights))
    end = len(weights) * _BIN_SECONDS
    left = children
    while left:
        (index,) = rng.choices(range(len(weights)), cum_weights=sums)
        at_seconds = (index + rng.random()) * _BIN_SECONDS
        size = min(left, _size(batches, rng))
        left -= size
        spacing = rng.expovariate(1 / batches.spacing_seconds) if size > 1 else 0.0
        law = _law_of_batch(kind.law, batches, rng) if size > 1 else kind.law
        for _ in range(size):
            yield min(at_seconds, end - 1e-3), law.draw(rng)
            at_seconds += spacing * rng.expovariate(1.0)


def _size(batches: Batches, rng: random.Random) -> int:
    if rng.random() < batches.single:
        return 1
    drawn = round(rng.lognormvariate(math.log(batches.median), batches.sigma))
    return min(batches.largest, max(2, drawn))


def _law_of_batch(law: ServiceLaw, batches: Batches, rng: random.Random) -> ServiceLaw:
    """The shape's law, or one close to a single draw of it."""
    return Lognormal(law.draw(rng), 0.1) if rng.random() < batches.alike else law


def _to_mean(services: Sequence[float], mean: float) -> list[float]:
    """All longer or shorter by one factor; none under a second."""
    factor = mean * len(services) / sum(services)
    return [max(SHORTEST_SECONDS, factor * one) for one in services]

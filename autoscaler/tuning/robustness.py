"""
How sure a finding is: the trace's stretches drawn anew, again and again.

Another week would have brought the same kinds of hours in another mix.  Each resample draws as many
stretches as a trace has, with replacement, with the waits and the node-seconds that fell into them
(a block bootstrap); what the figures are in most of the resamples is what to expect of them.
Pure; the generator is handed in.  Imports simulator.report and the rest of tuning.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from autoscaler.simulator.report import quantile_of
from autoscaler.tuning.target import Target

RESAMPLES = 1000
#: The share of the resamples that an interval holds.
COVERED = 0.9


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a trace: the waits of the children that started, and what nodes cost in it."""

    #: Seconds; without end for a child that never started.
    waits: tuple[float, ...]
    node_seconds: float


#: One trace's stretches, in order.
Blocks = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """From which to which value nine of ten resamples come."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Robustness:
    """What the figures of one setting are in the resamples; of several traces the worst counts."""

    p95: Interval
    p99: Interval
    late_share: Interval
    #: Node-seconds over those of the present setting in the same resample, less 1.
    cost_change: Interval
    #: Of the resamples: in how many the target is met, and in how many it costs less.
    met_share: float
    cheaper_share: float


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The figures of one resample.  A ``target.Service``."""

    p95: float
    p99: float
    late_share: float


class _Ordered:
    """One trace's waits, the longest first, each with its block; to be read with other weights."""

    def __init__(self, blocks: Blocks, late_seconds: float) -> None:
        waits = [(wait, at) for at, block in enumerate(blocks) for wait in block.waits]
        self._falling = sorted(waits, reverse=True)
        self._counts = [len(block.waits) for block in blocks]
        self._late = [sum(1 for wait in block.waits if wait > late_seconds) for block in blocks]

    def drawn(self, weights: Sequence[int]) -> _Drawn:
        """The figures where block ``at`` stands ``weights[at]`` times."""
        count = sum(map(_times, self._counts, weights))
        if not count:
            return _Drawn(0.0, 0.0, 0.0)
        late = sum(map(_times, self._late, weights))
        p99 = self._exceeded_by(int(count * 0.01 + 1e-9), weights)
        return _Drawn(self._exceeded_by(int(count * 0.05 + 1e-9), weights), p99, late / count)

    def _exceeded_by(self, count: int, weights: Sequence[int]) -> float:
        """The longest wait that no more than so many exceed."""
        seen = 0
        for wait, at in self._falling:
            seen += weights[at]
            if seen > count:
                return wait
        return 0.0


def _times(one: int, other: int) -> int:
    return one * other


def robustness(
    found: Sequence[Blocks],
    present: Sequence[Blocks],
    target: Target,
    rng: random.Random,
    resamples: int = RESAMPLES,
) -> Robustness:
    """
    Of one setting against the present one; both by trace, cut at the same instants.

    Each trace keeps its number of stretches in every resample.
    """
    ordered = [_Ordered(blocks, target.late_seconds) for blocks in found]
    drawn: list[_Drawn] = []
    changes: list[float] = []
    for _ in range(resamples):
        weights = [_weights(len(blocks), rng) for blocks in found]
        services = [one.drawn(weight) for one, weight in zip(ordered, weights, strict=True)]
        drawn.append(_worst(services))
        cost, before = _cost(found, weights), _cost(present, weights)
        changes.append(cost / before - 1 if before else 0.0)
    met = sum(1 for one in drawn if target.met_by(one))
    return Robustness(
        p95=_interval([one.p95 for one in drawn]),
        p99=_interval([one.p99 for one in drawn]),
        late_share=_interval([one.late_share for one in drawn]),
        cost_change=_interval(changes),
        met_share=met / resamples,
        cheaper_share=sum(1 for change in changes if change < 0) / resamples,
    )


def _weights(count: int, rng: random.Random) -> list[int]:
    """How often each of so many is drawn when so many are drawn."""
    weights = [0] * count
    for at in rng.choices(range(count), k=count):
        weights[at] += 1
    return weights


def _worst(services: Sequence[_Drawn]) -> _Drawn:
    return _Drawn(
        max(one.p95 for one in services),
        max(one.p99 for one in services),
        max(one.late_share for one in services),
    )


def _cost(traces: Sequence[Blocks], weights: Sequence[Sequence[int]]) -> float:
    return sum(
        block.node_seconds * times
        for blocks, weight in zip(traces, weights, strict=True)
        for block, times in zip(blocks, weight, strict=True)
    )


def _interval(values: Sequence[float]) -> Interval:
    ordered, tail = sorted(values), (1 - COVERED) / 2
    return Interval(quantile_of(ordered, tail), quantile_of(ordered, 1 - tail))

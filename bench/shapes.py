"""
How like the generated shapes are to real traces: their figures side by side.

``python -m bench.shapes [--traces DIR] [--seed 1 …] [--scale 1]``: ``DIR``, or POLICY_TRACES in the
environment, is a folder of ``NAME.csv`` or ``NAME.csv.gz`` files, NAME a shape's; without one the
shapes are compared with what is stated of them.  Imports ``bench`` and ``autoscaler``.
"""

import argparse
import math
import os
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autoscaler.simulator.shape_figures import FIGURES
from autoscaler.simulator.shapes import SHAPES, shape
from autoscaler.simulator.workload import Arrival, read_trace
from bench.ground import TRACES, trace_files

_HEAD = (
    f"{'shape':<10} {'of':<10}{'children':>9}{'hours':>7}{'mean s':>8}{'p50 s':>7}{'p99 s':>7}"
    f"{'SCV':>6}{'peak':>6}{'bunching':>9}{'slots':>7}"
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """The figures by which workloads are compared."""

    count: int
    hours: float
    mean_seconds: float
    median_seconds: float
    p99_seconds: float
    #: Variance of the service times over the square of their mean.
    scv: float
    #: Children of the busiest hour over the mean.
    peak: float
    #: Variance over mean of the children in ten minutes.
    bunching: float

    @property
    def slots(self) -> float:
        """Children at work on average, if each starts at once."""
        return self.count * self.mean_seconds / (self.hours * 3600)


def likeness(arrivals: Sequence[Arrival]) -> Likeness:
    """Of two arrivals at least."""
    services = sorted(one.service_seconds for one in arrivals)
    mean = statistics.fmean(services)
    hourly, tenths = _counts(arrivals, 3600), _counts(arrivals, 600)
    return Likeness(
        len(arrivals),
        arrivals[-1].at_seconds / 3600,
        mean,
        services[len(services) // 2],
        services[int(len(services) * 0.99)],
        statistics.pvariance(services) / mean**2,
        max(hourly) / statistics.fmean(hourly),
        statistics.pvariance(tenths) / statistics.fmean(tenths),
    )


def _counts(arrivals: Sequence[Arrival], seconds: float) -> list[int]:
    """Children in each stretch of so many seconds."""
    found = Counter(int(one.at_seconds // seconds) for one in arrivals)
    return [found[index] for index in range(math.ceil(arrivals[-1].at_seconds / seconds))]


def _row(name: str, origin: str, one: Likeness) -> str:
    return (
        f"{name:<10} {origin:<10}{one.count:>9}{one.hours:>7.1f}{one.mean_seconds:>8.1f}"
        f"{one.median_seconds:>7.1f}{one.p99_seconds:>7.0f}{one.scv:>6.2f}{one.peak:>6.1f}"
        f"{one.bunching:>9.1f}{one.slots:>7.2f}"
    )


def _stated(name: str) -> str:
    one = FIGURES[name]
    slots = one.count * one.mean_service_seconds / (one.hours * 3600)
    return (
        f"{name:<10} {'stated':<10}{one.count:>9}{one.hours:>7.1f}{one.mean_service_seconds:>8.1f}"
        f"{'':>7}{'':>7}{one.service_scv:>6.2f}{one.peak:>6.1f}{one.bunching:>9.1f}{slots:>7.2f}"
    )


def _rows(name: str, traces: Path | None, seeds: Sequence[int], scale: float) -> Iterator[str]:
    yield _stated(name)
    path = trace_files(traces).get(name) if traces is not None else None
    if path is not None:
        yield _row(name, "real", likeness(read_trace(path)))
    for seed in seeds:
        yield _row(name, f"seed {seed}", likeness(shape(name, seed, scale)))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.shapes", description=__doc__)
    parser.add_argument("--traces", type=Path, default=os.environ.get(TRACES))
    parser.add_argument("--seed", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--scale", type=float, default=1.0, help="so much of the window")
    arguments = parser.parse_args()
    print(_HEAD)
    for name in SHAPES:
        for row in _rows(name, arguments.traces, arguments.seed, arguments.scale):
            print(row)
    return 0


if __name__ == "__main__":
    sys.exit(main())

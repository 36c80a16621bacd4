"""
A bound by linear programming: work and nodes as fluids.

On a grid: what any plan does, averaged over each bin.  The work done so far lies between what is
done if every child starts at once and if each starts as late as it may; children that work for
longer than they may wait surely run in between, and need whole nodes.
Imports numpy and scipy (of the ``simulate`` extra), so import it only where they are installed,
and, of the bounds, terms.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import bmat, diags, identity

from autoscaler.bounds.terms import Terms, Work

_STEP_SECONDS = 60.0
#: The grid is made coarser rather than longer than this.
_BINS_MAX = 12_000
#: Seconds of work by which rounding may be off; given way to, a bound is only lower.
_SLACK = 1e-3


@dataclass(frozen=True, slots=True)
class _Grid:
    """What is known of each bin: all arrays of ``count`` numbers."""

    step: float
    count: int
    #: Work done by its end, at least and at most.
    least: Any
    most: Any
    #: Work that surely runs in it, and the mean of the whole nodes that this needs.
    surely: Any
    nodes_least: Any


def fluid_bound(work: Sequence[Work], terms: Terms) -> float:
    """
    The linear programme, in node-seconds.

    Averaging a plan over each bin keeps its cost and can only lower its launches, so that the
    averaged plan, of which this is the cheapest, costs no more.
    """
    grid = _grid(work, terms)
    count, step = grid.count, grid.step
    one, none = identity(count), None
    change = _changes(count)
    # Columns: work done so far, nodes, launches.  Rows: <= 0, <= 0, >= the compulsory work.
    rows = bmat(
        [
            [change / (terms.slots * step), -one, none],
            [none, change, -one],
            [-change, none, none],
        ],
        format="csr",
    )
    limits = np.concatenate([np.zeros(2 * count), _SLACK - grid.surely])
    costs = np.concatenate(
        [np.zeros(count), np.full(count, step), np.full(count, terms.boot_seconds)]
    )
    bounds = np.column_stack(
        [
            np.concatenate([grid.least, grid.nodes_least, np.zeros(count)]),
            np.concatenate([grid.most, np.full(2 * count, np.inf)]),
        ]
    )
    solved = linprog(costs, A_ub=rows, b_ub=limits, bounds=bounds, method="highs")
    if solved.status != 0:
        raise RuntimeError(f"the fluid bound was not solved: {solved.message}")
    return float(solved.fun)


def _changes(count: int) -> Any:
    """Each bin less the one before it."""
    return identity(count) - diags([np.ones(count - 1)], [-1], shape=(count, count))


def _grid(work: Sequence[Work], terms: Terms) -> _Grid:
    arrivals = np.array([one.at_seconds for one in work])
    services = np.array([one.service_seconds for one in work])
    end = float((arrivals + services).max()) + terms.wait_seconds
    step = max(_STEP_SECONDS, end / _BINS_MAX)
    count = max(2, math.ceil(end / step))
    edges = np.arange(1, count + 1) * step
    most = _done_by(edges, arrivals, services)
    least = _done_by(edges, arrivals + terms.wait_seconds, services)
    surely, nodes_least = _compulsory(arrivals, services, terms, (step, count))
    return _Grid(step, count, least - _SLACK, most + _SLACK, surely, nodes_least * (1 - 1e-6))


def _done_by(edges: Any, starts: Any, services: Any) -> Any:
    """Work done by each edge if every child starts then."""

    def ramps(from_seconds: Any) -> Any:
        ordered = np.sort(from_seconds)
        sums = np.concatenate([[0.0], np.cumsum(ordered)])
        counts = np.searchsorted(ordered, edges, side="right")
        return counts * edges - sums[counts]

    return ramps(starts) - ramps(starts + services)


def _compulsory(
    arrivals: Any, services: Any, terms: Terms, grid: tuple[float, int]
) -> tuple[Any, Any]:
    """Per bin the work that surely runs in it, and the mean of the whole nodes that it needs."""
    step, count = grid
    long = services > terms.wait_seconds
    begin = arrivals[long] + terms.wait_seconds
    finish = arrivals[long] + services[long]
    times = np.concatenate([begin, finish])
    order = np.argsort(times, kind="stable")
    times = times[order]
    changes = np.concatenate([np.ones(len(begin)), -np.ones(len(finish))])[order]
    levels = np.cumsum(changes)
    edges = np.arange(count + 1) * step
    if not len(times):
        return np.zeros(count), np.zeros(count)
    lengths = np.diff(times)
    totals = []
    for height in (levels, np.ceil(levels / terms.slots)):
        area = np.concatenate([[0.0], np.cumsum(height[:-1] * lengths)])
        totals.append(np.diff(np.interp(edges, times, area)))
    return totals[0], totals[1] / step

"""
What is known of each bin of time, whatever the plan: how much work, and how many nodes.

The work done by the end of a bin lies between what is done if every child starts at once and if
each starts as late as it may; children that work for longer than they may wait surely run in
between, and need whole nodes.  Work is in node-seconds: service times their weight.
Imports numpy, so import it only where that is installed, and, of the bounds, levels and terms.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autoscaler.bounds.levels import surely
from autoscaler.bounds.terms import Load, Terms

#: Node-seconds of work by which rounding may be off; given way to, a bound is only lower.
SLACK = 1e-3


@dataclass(frozen=True, slots=True)
class Grid:
    """All arrays of ``count`` numbers, ``nodes_at`` of one more: the edges of the bins."""

    step: float
    count: int
    #: Work done by its end, at least and at most.
    least: Any
    most: Any
    #: Work that surely runs in it, and the mean of the whole nodes that this needs.
    surely: Any
    nodes_least: Any
    #: The whole nodes that are surely needed at each edge.
    nodes_at: Any


def grid_of(loads: Sequence[Load], terms: Terms, step: float) -> Grid:
    """Bins of ``step`` seconds from 0 on, until nothing can run any more."""
    arrivals = np.array([one.at_seconds for one in loads])
    services = np.array([one.service_seconds for one in loads])
    weights = np.array([one.weight for one in loads])
    end = float((arrivals + services).max()) + terms.wait_seconds
    count = max(2, math.ceil(end / step))
    edges = np.arange(count + 1) * step
    most = _done_by(edges[1:], arrivals, services, weights)
    least = _done_by(edges[1:], arrivals + terms.wait_seconds, services, weights)
    long = services > terms.wait_seconds
    begin, runs = arrivals[long] + terms.wait_seconds, services[long] - terms.wait_seconds
    compulsory = np.diff(_done_by(edges, begin, runs, weights[long]))
    needed = list(surely(loads, terms)) or [(0.0, 0)]
    times = np.array([at_seconds for at_seconds, _ in needed])
    heights = np.array([nodes for _, nodes in needed], dtype=float)
    area = np.concatenate([[0.0], np.cumsum(heights[:-1] * np.diff(times))])
    nodes = np.diff(np.interp(edges, times, area)) / step
    before = np.searchsorted(times, edges, side="right") - 1
    # At the very instant of a start the node may come a moment after the edge.
    inside = (before >= 0) & (times[before] < edges)
    nodes_at = np.where(inside, heights[before], 0.0)
    return Grid(step, count, least - SLACK, most + SLACK, compulsory, nodes * (1 - 1e-6), nodes_at)


def _done_by(edges: Any, starts: Any, services: Any, weights: Any) -> Any:
    """Work done by each edge if every child starts then."""

    def ramps(from_seconds: Any) -> Any:
        order = np.argsort(from_seconds, kind="stable")
        ordered, heavy = from_seconds[order], weights[order]
        sums = np.concatenate([[0.0], np.cumsum(ordered * heavy)])
        slopes = np.concatenate([[0.0], np.cumsum(heavy)])
        counts = np.searchsorted(ordered, edges, side="right")
        return slopes[counts] * edges - sums[counts]

    return ramps(starts) - ramps(starts + services)


def changes(count: int) -> Any:
    """The matrix that takes from each bin the one before it."""
    from scipy.sparse import diags, identity

    return identity(count) - diags([np.ones(count - 1)], [-1], shape=(count, count))

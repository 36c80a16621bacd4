"""
Lower bounds on the node-seconds with which every child can start within its wait.

No plan, however clever, serves the arrivals for less; each bound is sound by itself, so the largest
counts.  A node has ``slots`` equal slots, costs from launch to end, and boots for ``boot_seconds``.
Imports the standard library, and numpy and scipy where the fluid bound is asked for.
"""

import heapq
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

#: The fluid bound's grid is made coarser rather than longer than this.
_BINS_MAX = 12_000
#: Seconds of work by which rounding may be off; given way to, a bound is only lower.
_SLACK = 1e-3


class Work(NamedTuple):
    """A child: when it arrived, and for how long it works, in seconds."""

    at_seconds: float
    service_seconds: float


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan has to keep to."""

    slots: int
    boot_seconds: float
    #: From arrival to start at most.
    wait_seconds: float


def lower_bound(work: Sequence[Work], terms: Terms) -> float:
    """The best of the bounds, in node-seconds."""
    if not work:
        return 0.0
    return max(
        work_bound(work, terms),
        chain_bound(work, terms),
        fluid_bound(work, terms),
    )


def work_bound(work: Sequence[Work], terms: Terms) -> float:
    """All the work on full nodes, and one boot."""
    return sum(one.service_seconds for one in work) / terms.slots + terms.boot_seconds


def chain_bound(work: Sequence[Work], terms: Terms) -> float:
    """
    For sparse load: a node must be up for each child of a chain that no two can share.

    Of children whose windows ``[arrival, arrival + wait + service]`` do not overlap, each needs a
    node for its service; across the gap between two of them a node either stays up or is booted
    again.  The dearest such chain is found by dynamic programming over the windows' ends.
    """
    boot = terms.boot_seconds
    order = sorted(work)
    #: Chains by the end of their last window: a heap, and from it in order those that are over.
    waiting: list[tuple[float, float]] = []
    closed: deque[tuple[float, float]] = deque()
    best_old = -math.inf  # The dearest chain that ended a boot or longer ago.
    recent: list[tuple[float, float, float]] = []  # A heap by cost - end, largest first.
    dearest = 0.0
    for at_seconds, service_seconds in order:
        while waiting and waiting[0][0] <= at_seconds:
            end, cost = heapq.heappop(waiting)
            closed.append((end, cost))
            heapq.heappush(recent, (end - cost, end, cost))
        while closed and closed[0][0] <= at_seconds - boot:
            best_old = max(best_old, closed.popleft()[1])
        while recent and recent[0][1] <= at_seconds - boot:
            heapq.heappop(recent)
        before = max(boot, best_old + boot)
        if recent:
            before = max(before, at_seconds - recent[0][0])
        cost = before + service_seconds
        dearest = max(dearest, cost)
        heapq.heappush(waiting, (at_seconds + terms.wait_seconds + service_seconds, cost))
    return dearest


def fluid_bound(work: Sequence[Work], terms: Terms) -> float:
    """
    A linear programme on a grid: what any plan does, averaged over each bin.

    Per bin: the work done so far, mean nodes, launches.  Work done lies between what is done if
    every child starts at once and if each starts as late as it may; children that work for longer
    than they may wait surely run in between, and need whole nodes.
    """
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import bmat, diags, identity

    arrivals = np.array([one.at_seconds for one in work])
    services = np.array([one.service_seconds for one in work])
    end = float((arrivals + services).max()) + terms.wait_seconds
    step = max(60.0, end / _BINS_MAX)
    count = math.ceil(end / step)
    edges = np.arange(1, count + 1) * step
    most = _done_by(np, edges, arrivals, services)
    least = _done_by(np, edges, arrivals + terms.wait_seconds, services)
    surely, nodes_least = _compulsory(np, arrivals, services, terms, (step, count))
    one, none = identity(count), None
    change = identity(count) - diags([np.ones(count - 1)], [-1], shape=(count, count))
    # Columns: work done so far, nodes, launches.  Rows: <= 0, <= 0, >= the compulsory work.
    rows = bmat(
        [
            [change / (terms.slots * step), -one, none],
            [none, change, -one],
            [-change, none, none],
        ],
        format="csr",
    )
    limits = np.concatenate([np.zeros(2 * count), _SLACK - surely])
    costs = np.concatenate(
        [np.zeros(count), np.full(count, step), np.full(count, terms.boot_seconds)]
    )
    bounds = np.column_stack(
        [
            np.concatenate([least - _SLACK, nodes_least * (1 - _SLACK), np.zeros(count)]),
            np.concatenate([most + _SLACK, np.full(2 * count, np.inf)]),
        ]
    )
    solved = linprog(costs, A_ub=rows, b_ub=limits, bounds=bounds, method="highs")
    if solved.status != 0:
        raise RuntimeError(f"the fluid bound was not solved: {solved.message}")
    return float(solved.fun)


def _done_by(np: Any, edges: Any, starts: Any, services: Any) -> Any:
    """Work done by each edge if every child starts then."""

    def ramps(from_seconds: Any) -> Any:
        ordered = np.sort(from_seconds)
        sums = np.concatenate([[0.0], np.cumsum(ordered)])
        counts = np.searchsorted(ordered, edges, side="right")
        return counts * edges - sums[counts]

    return ramps(starts) - ramps(starts + services)


def _compulsory(
    np: Any, arrivals: Any, services: Any, terms: Terms, grid: tuple[float, int]
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

"""
A bound by linear programming: work and nodes as fluids, for load of any size.

On a grid: what any plan does, averaged over each bin.
Imports numpy and scipy (of the ``simulate`` extra), so import it only where they are installed,
and, of the bounds, grid and terms.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import bmat, identity

from autoscaler.bounds.grid import SLACK, changes, grid_of
from autoscaler.bounds.terms import Load, Terms

_STEP_SECONDS = 60.0
#: The grid is made coarser rather than longer than this.
_BINS_MAX = 12_000


def fluid_bound(loads: Sequence[Load], terms: Terms) -> float:
    """
    The linear programme, in node-seconds.

    Averaging a plan over each bin keeps its cost and can only lower its launches, so that the
    averaged plan, of which this is the cheapest, costs no more.
    """
    end = max(one.at_seconds + one.service_seconds for one in loads) + terms.wait_seconds
    grid = grid_of(loads, terms, max(_STEP_SECONDS, end / _BINS_MAX))
    count, step = grid.count, grid.step
    one, none = identity(count), None
    change = changes(count)
    # Columns: work done so far, nodes, launches.  Rows: <= 0, <= 0, >= the compulsory work.
    rows = bmat(
        [
            [change / step, -one, none],
            [none, change, -one],
            [-change, none, none],
        ],
        format="csr",
    )
    limits = np.concatenate([np.zeros(2 * count), SLACK - grid.surely])
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

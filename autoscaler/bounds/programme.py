"""
A bound by integer programming: nodes are whole, for a stretch of modest size.

What any plan does on a grid of short bins: at each edge a whole number of nodes, in each bin a
whole number of launches, and on average so many nodes as lie between.  Besides what the fluid bound
asks for:

- *Presence.*  A child runs on one node: for the share of time that there is a node at all, so much
  of its window as it works.
- *Launches.*  Children that arrive from an edge on and have to start by some instant are all
  started on nodes that are there at the edge or launched by then.  How many that must be follows
  from how much can be started on one node by then.

Each holds for every plan, so the value of the programme, of its relaxation to fractions, and the
dual bound of a search that is given up are all bounds.
Imports numpy and scipy (of the ``simulate`` extra), so import it only where they are installed,
and, of the bounds, grid and terms.
"""

import math
import os
import sys
from bisect import insort
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix, csr_matrix, hstack, identity, vstack

from autoscaler.bounds.grid import SLACK, Grid, changes, grid_of
from autoscaler.bounds.terms import Load, Terms

_STEP_SECONDS = 30.0
#: More nodes than these by some instant are left to the work, which tells nearly as much.
_CUT_NODES_MAX = 8
#: A search ends at the root of its tree, where most is found: equal arguments, equal bounds …
_SEARCH_NODES_MAX = 1
#: … unless the machine is so slow that it ends by time.
_SEARCH_SECONDS_MAX = 20.0
_ROUNDING = 1e-6


def relaxed_bound(loads: Sequence[Load], terms: Terms) -> float:
    """The programme with nodes and launches in fractions, in node-seconds."""
    return _solved(_Programme(loads, terms), whole=False)


def integer_bound(loads: Sequence[Load], terms: Terms) -> float:
    """The programme with whole nodes and launches, or as near to it as a short search gets."""
    return _solved(_Programme(loads, terms), whole=True)


def _solved(programme: "_Programme", *, whole: bool) -> float:
    options = {
        "node_limit": _SEARCH_NODES_MAX,
        "time_limit": _SEARCH_SECONDS_MAX,
        "mip_rel_gap": 1e-3,
    }
    with _without_output():
        solved = milp(
            programme.costs,
            constraints=LinearConstraint(programme.rows, -np.inf, programme.limits),
            bounds=Bounds(programme.lowest, programme.highest),
            integrality=programme.whole if whole else None,
            options=options if whole else {},
        )
    bound = solved.mip_dual_bound if whole else solved.fun
    # Without one (a search that was ended at its very beginning) nothing is claimed.
    sound = bound is not None and math.isfinite(bound)
    return programme.step * float(bound) if sound else 0.0


@contextmanager
def _without_output() -> Iterator[None]:
    """
    Nothing on the standard output meanwhile.

    HiGHS writes notes of its own troubles there past Python, whatever its options say.
    """
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the variables stand: work so far, mean nodes, presence, launches, nodes at edges."""

    count: int

    def row(self, **parts: Any) -> Any:
        """A block of constraints from the matrices of some of the variables."""
        height = next(iter(parts.values())).shape[0]
        widths = {"work": 0, "nodes": 0, "presence": 0, "launches": 0, "edges": 1}
        return hstack(
            [
                parts.get(name, csr_matrix((height, self.count + extra)))
                for name, extra in widths.items()
            ]
        )


class _Programme:
    """The matrices, in units of a bin: work in node-bins, costs in bins."""

    def __init__(self, loads: Sequence[Load], terms: Terms) -> None:
        grid = grid_of(loads, terms, _STEP_SECONDS)
        self.step, count = grid.step, grid.count
        self._columns = _Columns(count)
        blocks = [*self._flow(grid), *self._presence(loads, terms), *self._launches(loads, terms)]
        self.rows = vstack([rows for rows, _ in blocks], format="csr")
        self.limits = np.concatenate([limits for _, limits in blocks])
        zeros, edges = np.zeros(count), np.zeros(count + 1)
        self.costs = np.concatenate(
            [zeros, np.ones(count), zeros, np.full(count, terms.boot_seconds / self.step), edges]
        )
        self.lowest = np.concatenate(
            [grid.least / self.step, grid.nodes_least, zeros, zeros, grid.nodes_at]
        )
        # No plan gains by more nodes than children, or by nodes before the first arrives.
        most = float(len(loads))
        self.highest = np.concatenate(
            [
                grid.most / self.step,
                np.full(count, most),
                np.ones(count),
                np.full(count, most),
                [0.0],
                np.full(count, most),
            ]
        )
        self.whole = np.concatenate([np.zeros(3 * count), np.ones(2 * count + 1)])

    def _flow(self, grid: Grid) -> Iterator[tuple[Any, Any]]:
        """Work takes nodes, nodes take launches."""
        row, count = self._columns.row, grid.count
        one, change, none = identity(count, format="csr"), changes(count), np.zeros(grid.count)
        empty = csr_matrix((count, 1))
        begin, end = hstack([one, empty]), hstack([empty, one])
        yield row(work=change, nodes=-one), none
        yield row(work=-change), (SLACK - grid.surely) / grid.step
        yield row(nodes=one, launches=-one, edges=-begin), none
        yield row(nodes=-one, launches=-one, edges=end), none
        yield row(launches=-one, edges=end - begin), none
        yield row(nodes=-one, presence=one), none

    def _presence(self, loads: Sequence[Load], terms: Terms) -> Iterator[tuple[Any, Any]]:
        spans = [
            self._bins(one.at_seconds, one.at_seconds + terms.wait_seconds + one.service_seconds)
            for one in loads
        ]
        services = np.array([one.service_seconds for one in loads])
        yield (
            self._columns.row(presence=self._sums(spans)),
            (SLACK - services) / self.step,
        )

    def _launches(self, loads: Sequence[Load], terms: Terms) -> Iterator[tuple[Any, Any]]:
        found = list(_launch_needs(loads, terms, self.step))
        spans = [self._bins(begin, end) for begin, end, _ in found]
        first = coo_matrix(
            (
                np.full(len(found), -1.0),
                (np.arange(len(found)), [begin for begin, _ in spans]),
            ),
            shape=(len(found), self._columns.count + 1),
        )
        needs = np.array([float(nodes) for _, _, nodes in found])
        yield self._columns.row(launches=self._sums(spans), edges=first), -needs

    def _bins(self, begin: float, end: float) -> tuple[int, int]:
        """The first bin of a span and the one after its last."""
        after = math.ceil((end + _ROUNDING) / self.step)
        return int(begin // self.step), min(self._columns.count, after)

    def _sums(self, spans: Sequence[tuple[int, int]]) -> Any:
        """For each span of bins the sum over them, negative."""
        widths = [end - begin for begin, end in spans]
        rows = np.repeat(np.arange(len(spans)), widths)
        columns = np.concatenate([np.arange(begin, end) for begin, end in spans])
        shape = (len(spans), self._columns.count)
        return coo_matrix((np.full(len(rows), -1.0), (rows, columns)), shape=shape)


def _launch_needs(
    loads: Sequence[Load], terms: Terms, step: float
) -> Iterator[tuple[float, float, int]]:
    """
    Spans of time and the nodes that are there at the first edge or launched in the span.

    For each edge before an arrival, and each number of nodes, the shortest span that needs so many.
    """
    order = sorted(loads)
    previous = -1
    for index, first in enumerate(order):
        edge = int(first.at_seconds // step)
        if edge == previous:
            continue
        previous = edge
        yield from _needs_from(order[index:], terms, edge * step)


def _needs_from(
    order: Sequence[Load], terms: Terms, begin: float
) -> Iterator[tuple[float, float, int]]:
    nodes, total = 0, 0.0
    longest: list[tuple[float, float]] = []
    for load in order:
        far = load.at_seconds > begin + terms.wait_seconds
        if nodes and (far or nodes >= _CUT_NODES_MAX):
            return
        end = load.at_seconds + terms.wait_seconds
        total += load.service_seconds * load.weight
        insort(longest, (-load.service_seconds, load.weight))
        if nodes == 0 or total > _startable(longest, nodes, end - begin) + _ROUNDING:
            nodes += 1
            yield begin, end, nodes


def _startable(longest: Sequence[tuple[float, float]], nodes: int, span: float) -> float:
    """
    The most work that so many nodes can start within a span: all that runs in it, and what is
    begun by its end and goes on: of the longest children so many as fit.
    """
    most, room = nodes * span, float(nodes)
    for negative_seconds, weight in longest:
        taken = min(room, weight)
        most -= negative_seconds * taken
        room -= taken
        if room <= 0:
            break
    return most

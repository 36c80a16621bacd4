"""
A plan by one who knows every arrival and service time: what it costs is no less than the optimum.

Where the lower bounds say what no plan can cost less than, this says what one plan does cost; the
best there is lies between.  Nodes are charged from a boot before their first child; across a gap
that is longer than a boot they are booted anew.  Several ways to plan are tried on each stretch of
the work by itself, and the cheapest is kept.
Imports the standard library and, of the bounds, bound and terms.
"""

import heapq
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from autoscaler.bounds.bound import stretches
from autoscaler.bounds.terms import Load, Terms, Work


class Placed(NamedTuple):
    """A child of a plan: the number of its node, when it starts there, and the work."""

    node: int
    start_seconds: float
    work: Work


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan; it is feasible but for the children that are late."""

    node_seconds: float
    late_count: int
    placed: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How one plans: what is best depends on the work."""

    #: New nodes come as late as the fewest of them will do (1), at once (0), or in between.
    patience: float
    #: An idle node takes more work if it has been idle for less than so many boots.
    keep: float
    #: So much of the wait is planned with.
    reach: float = 1.0
    #: Children start as early as may be, rather than where it costs least.
    hasty: bool = False


_MANNERS = (
    *(_Manner(*one) for one in itertools.product((1.0, 0.5, 0.0), (0.0, 0.5, 1.0))),
    # For when all nodes that there may be are hardly enough.
    *(_Manner(0.0, 1.0, reach, hasty=True) for reach in (0.8, 0.4, 0.0)),
)


def clairvoyant_plan(work: Sequence[Work], terms: Terms, nodes_max: int) -> Plan:
    """
    The cheapest plan found with the fewest children late, for nodes of equal slots.

    Never more than ``nodes_max`` nodes run or boot at a time.  Raises ``ValueError`` where that is
    none, and for work that tells shares of a node: mixed asks are not planned for.
    """
    if nodes_max < 1:
        raise ValueError(f"a plan for at most {nodes_max} nodes cannot be made; allow one at least")
    if any(one.shares for one in work):
        raise ValueError("the clairvoyant plan is for equal slots, and some children tell shares")
    loads = [Load(one.at_seconds, one.service_seconds, 1 / terms.slots) for one in work]
    cost, late, placed, first = 0.0, 0, [], 0
    for stretch in stretches(loads, terms):
        plans = (_Planner(terms, nodes_max, manner).plan(stretch) for manner in _MANNERS)
        best = min(plans, key=lambda plan: (plan.late_count, plan.node_seconds))
        cost += best.node_seconds
        late += best.late_count
        placed += [one._replace(node=one.node + first) for one in best.placed]
        first = max(one.node for one in placed) + 1
    return Plan(cost, late, tuple(placed))


@dataclass(slots=True)
class _Node:
    number: int
    #: When each slot is free.
    free: list[float]
    #: When all are.
    busy_until: float = field(init=False)

    def __post_init__(self) -> None:
        self.busy_until = max(self.free)

    def price(self, start: float, service: float, boot: float) -> float:
        """What it costs more for a child from ``start`` on."""
        end, busy_until = start + service, self.busy_until
        if start > busy_until:
            return min(start - busy_until, boot) + service
        return max(0.0, end - busy_until)


class _Planner:
    """One pass over a stretch, arrival by arrival."""

    def __init__(self, terms: Terms, nodes_max: int, manner: _Manner) -> None:
        self._terms = terms
        self._nodes_max = nodes_max
        self._manner = manner
        self._reach = manner.reach * terms.wait_seconds
        self._nodes: list[_Node] = []
        self._numbers = itertools.count()
        self._cost = 0.0
        self._late = 0
        self._placed: list[Placed] = []
        #: Children that the nodes at hand would start too late, and the fewest nodes for them.
        self._pool: list[Load] = []
        self._needed = 1

    def plan(self, loads: Sequence[Load]) -> Plan:
        """In the order of the arrivals."""
        for load, following in zip_longest(loads, loads[1:]):
            now = load.at_seconds
            if not self._place(load, now):
                self._pool.append(load)
            # What comes at the same instant is looked at as one.
            if self._pool and (following is None or following.at_seconds > now):
                while not self._in_time(self._needed, now):
                    self._needed += 1
                self._open_by(now, math.inf if following is None else following.at_seconds)
        return Plan(self._cost, self._late, tuple(self._placed))

    def _place(self, load: Load, now: float) -> bool:
        """On the node at hand where it costs least; whether one can start it in time."""
        boot = self._terms.boot_seconds
        self._nodes = [node for node in self._nodes if node.busy_until >= now - boot]
        idle_since = now - self._manner.keep * boot
        latest = load.at_seconds + self._reach
        offers = []
        for index, node in enumerate(self._nodes):
            start = max(now, min(node.free))
            if start <= latest and node.busy_until >= idle_since:
                price = node.price(start, load.service_seconds, boot)
                order = (start, price) if self._manner.hasty else (price, start)
                offers.append((order, index, start))
        if not offers:
            return False
        _, index, start = min(offers)
        self._assign(self._nodes[index], start, load)
        return True

    def _assign(self, node: _Node, start: float, load: Load) -> None:
        self._cost += node.price(start, load.service_seconds, self._terms.boot_seconds)
        end = start + load.service_seconds
        node.free[node.free.index(min(node.free))] = end
        node.busy_until = max(node.busy_until, end)
        if start > load.at_seconds + self._terms.wait_seconds + 1e-6:
            self._late += 1
        work = Work(load.at_seconds, load.service_seconds)
        self._placed.append(Placed(node.number, start, work))

    def _starts(self, nodes: int, begin: float) -> Iterator[tuple[float, int]]:
        """When and on which of so many new nodes the pool's children start, one after the other."""
        slots = [(begin, index % nodes) for index in range(nodes * self._terms.slots)]
        heapq.heapify(slots)
        for load in self._pool:
            free, node = slots[0]
            start = max(free, load.at_seconds)
            heapq.heapreplace(slots, (start + load.service_seconds, node))
            yield start, node

    def _in_time(self, nodes: int, begin: float) -> bool:
        return all(
            start <= load.at_seconds + self._reach
            for (start, _), load in zip(self._starts(nodes, begin), self._pool, strict=True)
        )

    def _open_by(self, now: float, following: float) -> None:
        """Open the nodes that the pool needs, if that has to be before the next arrival."""
        deadline = self._pool[0].at_seconds + self._reach
        patience = self._manner.patience
        if patience == 1 and following <= deadline and self._in_time(self._needed, following):
            return
        low, high = now, deadline
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (middle, high) if self._in_time(self._needed, middle) else (low, middle)
        begin = now + patience * (low - now)
        if begin < following:
            self._open(begin)

    def _open(self, begin: float) -> None:
        boot = self._terms.boot_seconds
        there = sum(1 for node in self._nodes if node.busy_until >= begin - boot)
        nodes = min(self._needed, self._nodes_max - there)
        pool, needed = self._pool, self._needed
        if nodes < needed:
            self._crowd(nodes, begin)
        else:
            starts = list(self._starts(nodes, begin))
            fresh: dict[int, _Node] = {}
            for (start, index), load in zip(starts, pool, strict=True):
                if index not in fresh:
                    fresh[index] = self._fresh(start)
                self._assign(fresh[index], start, load)
        self._pool, self._needed = [], 1

    def _fresh(self, begin: float) -> _Node:
        node = _Node(next(self._numbers), [begin] * self._terms.slots)
        self._nodes.append(node)
        self._cost += self._terms.boot_seconds
        return node

    def _crowd(self, nodes: int, begin: float) -> None:
        """No room for all that are needed: so many come, and each child starts when it can."""
        for _ in range(nodes):
            self._fresh(begin)
        for load in self._pool:
            node = min(self._nodes, key=lambda one: min(one.free))
            self._assign(node, max(begin, load.at_seconds, min(node.free)), load)

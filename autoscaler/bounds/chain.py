"""
A bound for sparse load: children so far apart that no two can share a node.

Imports the standard library and, of the bounds, terms.
"""

import heapq
import math
from collections import deque
from collections.abc import Sequence

from autoscaler.bounds.terms import Load, Terms


def chain_bound(loads: Sequence[Load], terms: Terms) -> float:
    """
    For sparse load: a node must be up for each child of a chain that no two can share.

    Of children whose windows ``[arrival, arrival + wait + service]`` do not overlap, each needs a
    node for its service; across the gap between two of them a node either stays up or is booted
    again.  The dearest such chain is found by dynamic programming over the windows' ends.
    """
    boot = terms.boot_seconds
    order = sorted(loads)
    #: Chains by the end of their last window: a heap, and from it in order those that are over.
    waiting: list[tuple[float, float]] = []
    closed: deque[tuple[float, float]] = deque()
    best_old = -math.inf  # The dearest chain that ended a boot or longer ago.
    recent: list[tuple[float, float, float]] = []  # A heap by cost - end, largest first.
    dearest = 0.0
    for at_seconds, service_seconds, _ in order:
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

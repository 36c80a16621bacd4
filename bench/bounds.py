"""
Lower bounds on the node-seconds with which every child can start within its wait.

No plan, however clever, serves the arrivals for less; each bound is sound by itself, so the largest
counts.  A node has ``slots`` equal slots, costs from launch to end, and boots for ``boot_seconds``.
Imports the standard library and ``bench.fluid``.
"""

import heapq
import math
from collections import deque
from collections.abc import Iterator, Sequence

from bench.fluid import fluid_bound
from bench.terms import Terms, Work


def lower_bound(work: Sequence[Work], terms: Terms) -> float:
    """The best of the bounds, in node-seconds, of each stretch by itself."""
    return sum(_of_stretch(stretch, terms) for stretch in stretches(work, terms))


def stretches(work: Sequence[Work], terms: Terms) -> Iterator[list[Work]]:
    """
    The work cut where nothing can run for as long as a boot takes.

    To stay up across such a gap costs no less than to boot again after it, so the best plan for the
    whole is one for each stretch.
    """
    stretch: list[Work] = []
    end = math.inf
    for one in sorted(work):
        if one.at_seconds - end >= terms.boot_seconds:
            yield stretch
            stretch, end = [], -math.inf
        stretch.append(one)
        last = one.at_seconds + terms.wait_seconds + one.service_seconds
        end = last if len(stretch) == 1 else max(end, last)
    if stretch:
        yield stretch


def _of_stretch(stretch: Sequence[Work], terms: Terms) -> float:
    began = stretch[0].at_seconds
    shifted = [one._replace(at_seconds=one.at_seconds - began) for one in stretch]
    found = [work_bound(shifted, terms), chain_bound(shifted, terms)]
    if len(shifted) > 1:
        found.append(fluid_bound(shifted, terms))
    return max(found)


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

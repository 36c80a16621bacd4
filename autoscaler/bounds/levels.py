"""
A bound from what surely runs: children that work for longer than they may wait.

Such a child runs from its latest start to its earliest end in any plan, so that there must be nodes
for all that do.  Where so many nodes are needed, gone, and needed again, the last of them either
stays up or is booted again.  If nothing may wait this is what the best plan costs, less that
children cannot move between nodes.  Imports the standard library and, of the bounds, terms.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from autoscaler.bounds.terms import Load, Terms

_ROUNDING = 1e-9


def level_bound(loads: Sequence[Load], terms: Terms) -> float:
    """Node-seconds: for each number of nodes its busy time, its boots and the gaps it bridges."""
    needed = list(surely(loads, terms))
    boot = terms.boot_seconds
    total = 0.0
    #: For each number of nodes until when it was needed; never: None.
    since: list[float | None] = []
    for (at_seconds, nodes), (until, _) in pairwise(needed):
        since.extend([None] * (nodes - len(since)))
        for level in range(nodes):
            last = since[level]
            gap = boot if last is None else min(at_seconds - last, boot)
            total += gap + until - at_seconds
            since[level] = until
    return total


def surely(loads: Sequence[Load], terms: Terms) -> Iterator[tuple[float, int]]:
    """Instants in their order, and the whole nodes that are surely needed from each on."""
    changes: dict[float, float] = {}
    for at_seconds, service_seconds, weight in loads:
        if service_seconds > terms.wait_seconds:
            begin, end = at_seconds + terms.wait_seconds, at_seconds + service_seconds
            changes[begin] = changes.get(begin, 0.0) + weight
            changes[end] = changes.get(end, 0.0) - weight
    level = 0.0
    for at_seconds in sorted(changes):
        level += changes[at_seconds]
        yield at_seconds, max(0, math.ceil(level - _ROUNDING))

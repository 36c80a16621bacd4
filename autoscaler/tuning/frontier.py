"""
What is worth choosing between: the pairs of cost and wait that no other pair beats in both.

Pure; imports the standard library only.
"""

import math
from collections.abc import Sequence

#: Cost and wait; less is better.  A wait without end: never worth choosing.
Pair = tuple[float, float]


def frontier(pairs: Sequence[Pair]) -> tuple[int, ...]:
    """The places of the pairs on the frontier, the cheapest first; of equal ones the first."""
    found: list[int] = []
    shortest = math.inf
    for at in sorted(range(len(pairs)), key=lambda at: (pairs[at], at)):
        if pairs[at][1] < shortest:
            found.append(at)
            shortest = pairs[at][1]
    return tuple(found)


def promising(pairs: Sequence[Pair], count: int) -> tuple[int, ...]:
    """
    The places of the best so many: the frontier, then the frontier of what is left, and so on.

    Of a frontier that is too long, some that are spread evenly over it.
    """
    left = list(range(len(pairs)))
    kept: list[int] = []
    while left and len(kept) < count:
        layer = [left[at] for at in frontier([pairs[at] for at in left])]
        if not layer:
            break
        kept.extend(_spread(layer, count - len(kept)))
        left = [at for at in left if at not in layer]
    return tuple(kept)


def _spread(layer: Sequence[int], count: int) -> list[int]:
    """Both ends and what lies evenly between them."""
    if count >= len(layer):
        return list(layer)
    if count == 1:
        return [layer[len(layer) // 2]]
    return [layer[round(at * (len(layer) - 1) / (count - 1))] for at in range(count)]

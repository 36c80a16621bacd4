"""
From what children ask for to what each weighs: the part of a node that it takes.

Equal children weigh ``1/slots``.  Of children that ask for different shares each dimension by
itself is a sound view: those that run on a node at once ask for no more of it than there is.  And
so is a view through a *dual feasible function*, which rounds the shares so that the weights of what
fits together still come to 1 at most: two children of 0.4 are all that fits, so each weighs a half.
Imports the standard library and, of the bounds, terms.
"""

import math
from collections.abc import Iterator, Sequence

from autoscaler.bounds.terms import Load, Terms, Work

#: The finest rounding that is tried: children of which so many fit a node.
_PARTS_MAX = 32
_ROUNDING = 1e-9


def weighings(work: Sequence[Work], terms: Terms) -> Iterator[list[Load]]:
    """
    The views of the work, of which each is sound by itself: for each dimension the heaviest.

    Raises ``ValueError`` where some children tell shares and others do not, or tell of other
    dimensions, or where one asks for more than a node or for nothing at all.
    """
    dimensions = {len(one.shares) for one in work}
    if dimensions == {0}:
        yield [Load(at, service, 1 / terms.slots) for at, service, _ in work]
        return
    if len(dimensions) != 1:
        raise ValueError("all children are to tell shares of the same dimensions, or none is to")
    if any(max(one.shares) <= 0 or max(one.shares) > 1 or min(one.shares) < 0 for one in work):
        raise ValueError("a child's shares are to be from 0 to 1, and not all of them 0")
    columns = sorted({tuple(one.shares[at] for one in work) for at in range(dimensions.pop())})
    for column in columns:
        if not any(_covers(other, column) for other in columns if other != column):
            yield _heaviest(work, column)


def _covers(other: Sequence[float], column: Sequence[float]) -> bool:
    """Whether each child asks for no less of the other dimension."""
    return all(one >= asked for one, asked in zip(other, column, strict=True))


def _heaviest(work: Sequence[Work], shares: Sequence[float]) -> list[Load]:
    """The shares as they are, or rounded in the way that makes most of all the work."""
    views = [list(shares)]
    views += [[_rounded(share, parts) for share in shares] for parts in range(1, _PARTS_MAX + 1)]

    def node_seconds(view: Sequence[float]) -> float:
        return sum(one.service_seconds * weight for one, weight in zip(work, view, strict=True))

    best = max(views, key=node_seconds)
    return [
        Load(one.at_seconds, one.service_seconds, weight)
        for one, weight in zip(work, best, strict=True)
    ]


def _rounded(share: float, parts: int) -> float:
    """
    The dual feasible function of Fekete and Schepers: whole ``1/parts`` of a node.

    Shares that come to 1 at most are rounded to weights that do, for whole ``parts`` from 1 on.
    """
    scaled = share * (parts + 1)
    if abs(scaled - round(scaled)) < _ROUNDING:
        return share
    return math.floor(scaled) / parts

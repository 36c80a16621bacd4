"""Small cases of work, and the cheapest plan of many that serve one: no bound may exceed it."""

import itertools
import random
from collections.abc import Iterator, Sequence

from autoscaler.bounds.terms import Terms, Work


def small_case(rng: random.Random, *, dimensions: int = 0) -> tuple[list[Work], Terms]:
    """A few children, some long and some together, in terms of minutes."""
    terms = Terms(rng.choice((1, 2, 3)), rng.choice((30.0, 120.0)), rng.choice((0.0, 60.0, 300.0)))
    near = rng.choice((20.0, 200.0, 900.0))
    work = []
    for _ in range(rng.randint(2, 4)):
        shares = tuple(rng.choice((0.2, 0.34, 0.5, 0.6, 1.0)) for _ in range(dimensions))
        service = rng.choice((10.0, 47.0, 200.0, 700.0)) * rng.uniform(0.5, 1.5)
        work.append(Work(rng.uniform(0, near), service, shares))
    return work, terms


def cheapest_plan(work: Sequence[Work], terms: Terms) -> float:
    """
    The node-seconds of the cheapest of many plans that start each child in time.

    Tried are all ways to deal the children to nodes, each with starts as early as may be, as late,
    halfway, or when another could end.
    """
    return min(
        sum(min(_costs_of_node(group, terms), default=float("inf")) for group in groups)
        for groups in _partitions(list(work))
    )


def _costs_of_node(work: Sequence[Work], terms: Terms) -> Iterator[float]:
    """What a node, booted as often as is cheapest, costs by when its children start."""
    for starts in itertools.product(*(_starts(one, work, terms) for one in work)):
        placed = list(zip(starts, work, strict=True))
        if all(_fits(at, placed, terms) for at in starts):
            yield _cost(placed, terms)


def _starts(one: Work, work: Sequence[Work], terms: Terms) -> Sequence[float]:
    earliest, latest = one.at_seconds, one.at_seconds + terms.wait_seconds
    ends = (
        other.at_seconds + wait + other.service_seconds
        for other in work
        if other is not one
        for wait in (0.0, terms.wait_seconds)
    )
    begins = (other.at_seconds + terms.wait_seconds - one.service_seconds for other in work)
    tried = {earliest, latest, (earliest + latest) / 2, *ends, *begins}
    return sorted(at for at in tried if earliest <= at <= latest)


def _fits(at: float, placed: Sequence[tuple[float, Work]], terms: Terms) -> bool:
    running = [one for start, one in placed if start <= at < start + one.service_seconds]
    if not running[0].shares:
        return len(running) <= terms.slots
    return all(
        sum(asked) <= 1 + 1e-9 for asked in zip(*(one.shares for one in running), strict=True)
    )


def _cost(placed: Sequence[tuple[float, Work]], terms: Terms) -> float:
    cost, up_until = 0.0, -float("inf")
    for start, one in sorted(placed):
        end = start + one.service_seconds
        cost += min(max(0.0, start - up_until), terms.boot_seconds) + max(
            0.0, end - max(start, up_until)
        )
        up_until = max(up_until, end)
    return cost


def _partitions(work: list[Work]) -> Iterator[list[list[Work]]]:
    if not work:
        yield []
        return
    first, rest = work[0], work[1:]
    for groups in _partitions(rest):
        yield [[first], *groups]
        for index, group in enumerate(groups):
            yield [*groups[:index], [first, *group], *groups[index + 1 :]]

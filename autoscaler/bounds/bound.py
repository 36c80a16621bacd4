"""
Lower bounds on the node-seconds with which every child can start within its wait.

No plan, however clever, serves the arrivals for less; each bound is sound by itself, so the largest
counts.  A node has ``slots`` equal slots, costs from launch to end, and boots for ``boot_seconds``.
Imports the standard library and, of the bounds, terms, chain and, where scipy is installed, fluid.
"""

import math
from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from autoscaler.bounds.chain import chain_bound
from autoscaler.bounds.terms import Terms, Work


def exact_bounds_available() -> bool:
    """Whether scipy (of the ``simulate`` extra) is installed; without it the bounds are weaker."""
    return find_spec("scipy") is not None


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
    if len(shifted) > 1 and exact_bounds_available():
        from autoscaler.bounds.fluid import fluid_bound

        found.append(fluid_bound(shifted, terms))
    return max(found)


def work_bound(work: Sequence[Work], terms: Terms) -> float:
    """All the work on full nodes, and one boot."""
    return sum(one.service_seconds for one in work) / terms.slots + terms.boot_seconds

"""
Lower bounds on the node-seconds with which every child can start within its wait.

No plan, however clever, serves the arrivals for less; each bound is sound by itself, so the largest
counts.  A node costs from launch to end, boots for ``boot_seconds``, and runs at once what fits it.
Imports the standard library and, of the bounds, chain, levels, terms and weighing; where scipy is
installed fluid and programme too.
"""

import math
from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from autoscaler.bounds.chain import chain_bound
from autoscaler.bounds.levels import level_bound
from autoscaler.bounds.terms import Load, Terms, Work
from autoscaler.bounds.weighing import weighings

#: Up to so many children, and so long, a stretch is given a programme, and up to fewer a search.
_PROGRAMME_LOADS_MAX, _PROGRAMME_SECONDS_MAX = 2000, 24 * 3600.0
_SEARCH_LOADS_MAX, _SEARCH_SECONDS_MAX = 60, 3000.0


def exact_bounds_available() -> bool:
    """Whether scipy (of the ``simulate`` extra) is installed; without it the bounds are weaker."""
    return find_spec("scipy") is not None


def lower_bound(work: Sequence[Work], terms: Terms, *, search: bool = False) -> float:
    """
    The best of the bounds, in node-seconds, of each stretch by itself; 0 without work.

    A ``search`` for whole nodes takes a tenth of a second or more for each stretch of sparse load,
    a minute for a month of it, and raises the bound by a percent or two.
    Raises ``ValueError`` for shares that cannot be (``weighings``).
    """
    if not work:
        return 0.0
    return max(
        sum(_of_stretch(stretch, terms, search=search) for stretch in stretches(loads, terms))
        for loads in weighings(work, terms)
    )


def stretches(loads: Sequence[Load], terms: Terms) -> Iterator[list[Load]]:
    """
    The work cut where nothing can run for as long as a boot takes.

    To stay up across such a gap costs no less than to boot again after it, so the best plan for the
    whole is one for each stretch.
    """
    stretch: list[Load] = []
    end = math.inf
    for one in sorted(loads):
        if one.at_seconds - end >= terms.boot_seconds:
            yield stretch
            stretch, end = [], -math.inf
        stretch.append(one)
        last = one.at_seconds + terms.wait_seconds + one.service_seconds
        end = last if len(stretch) == 1 else max(end, last)
    if stretch:
        yield stretch


def _of_stretch(stretch: Sequence[Load], terms: Terms, *, search: bool) -> float:
    began = stretch[0].at_seconds
    shifted = [one._replace(at_seconds=one.at_seconds - began) for one in stretch]
    plain = max(
        work_bound(shifted, terms), chain_bound(shifted, terms), level_bound(shifted, terms)
    )
    if len(shifted) == 1 or not exact_bounds_available():
        return plain
    return max(plain, _programmed(shifted, terms, search=search))


def _programmed(loads: Sequence[Load], terms: Terms, *, search: bool) -> float:
    """The dearest programme that is quick enough for so much work."""
    seconds = max(one.at_seconds + one.service_seconds for one in loads) + terms.wait_seconds
    if len(loads) > _PROGRAMME_LOADS_MAX or seconds > _PROGRAMME_SECONDS_MAX:
        from autoscaler.bounds.fluid import fluid_bound

        return fluid_bound(loads, terms)
    from autoscaler.bounds.programme import integer_bound, relaxed_bound

    relaxed = relaxed_bound(loads, terms)
    if search and len(loads) <= _SEARCH_LOADS_MAX and seconds <= _SEARCH_SECONDS_MAX:
        return max(relaxed, integer_bound(loads, terms))
    return relaxed


def work_bound(loads: Sequence[Load], terms: Terms) -> float:
    """All the work on full nodes, and one boot."""
    return sum(one.service_seconds * one.weight for one in loads) + terms.boot_seconds

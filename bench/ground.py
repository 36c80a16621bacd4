"""
What all policies of one cell have in common: the arrivals, the lower bound, whether it can be done.

Arrivals come from a folder of ``NAME.csv[.gz]`` traces of ``arrival_s,service_s``, or, without one,
from the generated shapes of the same names.  Imports ``autoscaler``.
"""

import heapq
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TypeVar

from autoscaler.baselines import Known
from autoscaler.baselines.open_loop import open_loop
from autoscaler.bounds import Terms, Work, lower_bound
from autoscaler.replay.comparison import workers
from autoscaler.simulator.shapes import SHAPES, shape
from autoscaler.simulator.workload import Arrival, read_trace

#: The environment's name of a folder of traces.
TRACES = "POLICY_TRACES"
#: A child that waits for longer is late.
LIMIT_SECONDS = 300.0
#: Of the children: where even a fleet that is always all there has more late, no plan can serve.
SERVABLE_LATE_SHARE = 0.005
#: In these each service time was recorded with its arrival, so the pairs are never drawn anew.
RECORDED_TOGETHER = ("hpc", "genai")

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the arrivals come from."""

    #: None: the generated shapes.
    traces: Path | None = None
    #: Of a generated shape: so much of its window.
    scale: float = 1.0

    def names(self, chosen: Sequence[str] = ()) -> tuple[str, ...]:
        """The scenarios chosen, or all that there are; ends the program where one is missing."""
        known = tuple(SHAPES) if self.traces is None else tuple(trace_files(self.traces))
        missing = [name for name in chosen if name not in known]
        if missing or not known:
            place = "the shapes" if self.traces is None else self.traces
            raise SystemExit(f"{place}: no {', '.join(missing) or 'NAME.csv[.gz]'} there")
        return tuple(chosen) or known

    def arrivals(self, name: str, seed: int) -> tuple[Arrival, ...]:
        """A trace as it is for seed 1; for others its service times are dealt out anew."""
        if self.traces is None:
            return shape(name, seed, self.scale)
        arrivals = read_trace(trace_files(self.traces)[name])
        if seed == 1 or name in RECORDED_TOGETHER:
            return arrivals
        services = [one.service_seconds for one in arrivals]
        random.Random(seed).shuffle(services)
        return tuple(
            one._replace(service_seconds=service)
            for one, service in zip(arrivals, services, strict=True)
        )


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One scenario, and the machines that serve it."""

    scenario: str
    slots: int = 2
    boot_seconds: float = 120.0
    seed: int = 1
    nodes_max: int = 50

    @property
    def terms(self) -> Terms:
        """What a plan has to keep to."""
        return Terms(self.slots, self.boot_seconds, LIMIT_SECONDS)


class Ground:
    """The workload of a place, and what is reckoned of it once for all policies."""

    def __init__(
        self, place: Place, arrivals: Sequence[Arrival], bound_seconds: float | None = None
    ) -> None:
        self.place = place
        self.arrivals = arrivals
        #: Where it is known already; to work it out takes seconds.
        self._known_bound = bound_seconds
        self.work = [Work(one.at_seconds, one.service_seconds) for one in arrivals]

    @cached_property
    def bound_seconds(self) -> float:
        """No plan that starts every child in time costs less: node-seconds."""
        if self._known_bound is not None:
            return self._known_bound
        return lower_bound(self.work, self.place.terms)

    @cached_property
    def known(self) -> Known:
        """What the other autoscalers' operators knew."""
        return Known.of(self.work, self.place.terms)

    @cached_property
    def demand(self) -> tuple[tuple[float, int], ...]:
        """Nodes as steps, were every child started on its arrival."""
        return open_loop(self.work, self.place.slots)

    @cached_property
    def servable(self) -> bool:
        """Whether all the nodes that there may be, always on, would keep the limit."""
        late = always_on_late_share(self.work, self.place.slots * self.place.nodes_max)
        return late <= SERVABLE_LATE_SHARE


def always_on_late_share(work: Sequence[Work], slots: int) -> float:
    """Of the children, in the order of their arrival on so many slots that are always there."""
    free_at = [0.0] * slots
    late_count = 0
    for one in work:
        begin = max(heapq.heappop(free_at), one.at_seconds)
        late_count += begin - one.at_seconds > LIMIT_SECONDS
        heapq.heappush(free_at, begin + one.service_seconds)
    return late_count / len(work) if work else 0.0


def ground_of(source: Source, place: Place) -> Ground:
    """The workload of that place from there."""
    return Ground(place, source.arrivals(place.scenario, place.seed))


def place_by_place(
    of_place: Callable[[Place], Iterable[_Found]], places: Sequence[Place], processes: int
) -> Iterator[_Found]:
    """What is found of each place, in their order; side by side in so many processes."""
    if processes == 1:
        yield from chain.from_iterable(map(of_place, places))
        return
    with workers(processes) as pool:
        yield from chain.from_iterable(pool.map(of_place, places))


def trace_files(directory: Path) -> dict[str, Path]:
    """The traces of a folder, by their names."""
    return {
        path.name.partition(".")[0]: path
        for path in sorted(directory.glob("*.csv*"))
        if path.name.endswith((".csv", ".csv.gz"))
    }

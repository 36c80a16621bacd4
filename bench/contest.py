"""
One policy in one cell: our own decisions, another autoscaler's policy, and what came of it.

Imports ``bench`` and ``autoscaler``.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from autoscaler.baselines import BASELINES, BaselineSimulation
from autoscaler.simulator.report import SimulationReport
from autoscaler.simulator.run import Runner, Simulation
from bench.elasticity import Elasticity, Steps, Supply, elasticity
from bench.ground import LIMIT_SECONDS, Ground, Place
from bench.planned import planned
from bench.scenes import Knobs, scene

#: Our own settings that are always told: for the limit, for none beyond it, and for low waits.
OURS: Mapping[str, Knobs] = MappingProxyType(
    {
        "ours": Knobs(),
        "ours-strict": Knobs(strict=True),
        "ours-low-wait": Knobs(target_wait_seconds=150.0, keep_warm=0.4),
    }
)
#: The plan of one who knows all that is to come.
CLAIRVOYANT = "clairvoyant"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A row of the table."""

    name: str
    #: Our own settings; None: a name of ``autoscaler.baselines``, or the clairvoyant plan.
    knobs: Knobs | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a contestant in a place."""

    contestant: str
    place: Place
    servable: bool
    bound_seconds: float
    report: SimulationReport
    elasticity: Elasticity
    took_seconds: float

    @property
    def ratio(self) -> float:
        """Cost over the lower bound; never below 1 unless something is broken or late."""
        return self.report.node_seconds / self.bound_seconds

    @property
    def late_percent(self) -> float:
        """Of all children."""
        return 100 * self.report.late_share(LIMIT_SECONDS)

    @property
    def sound(self) -> bool:
        """
        Nothing killed, left, or done that must never be, and not cheaper than any plan can be.

        The bound is for plans that start every child in time: one that is late can cost less.
        """
        report = self.report
        broken = report.killed_count or report.unserved_count or report.violations
        return not broken and (self.ratio >= 1 or self.late_percent > 0)


def contestants(names: tuple[str, ...], ours: Mapping[str, Knobs] = OURS) -> list[Contestant]:
    """By their names, ``all`` for every one; ends the program where there is none of that name."""
    everyone = (*ours, *BASELINES, CLAIRVOYANT)
    chosen = everyone if "all" in names else names
    unknown = [name for name in chosen if name not in everyone]
    if unknown:
        raise SystemExit(f"no policy {', '.join(unknown)}; there are {', '.join(everyone)}")
    return [Contestant(name, ours.get(name)) for name in chosen]


def run(contestant: Contestant, ground: Ground) -> Result:
    """Simulate the whole of it."""
    began = time.perf_counter()
    report, supply = planned(ground) if contestant.name == CLAIRVOYANT else _ran(contestant, ground)
    took = time.perf_counter() - began
    return Result(
        contestant=contestant.name,
        place=ground.place,
        servable=ground.servable,
        bound_seconds=ground.bound_seconds,
        report=report,
        elasticity=elasticity(supply, ground.demand),
        took_seconds=took,
    )


def _ran(contestant: Contestant, ground: Ground) -> tuple[SimulationReport, Steps]:
    simulation = simulation_of(contestant, ground)
    supply = Supply(simulation)
    return Runner(simulation, ground.arrivals).run(), supply.steps


def simulation_of(contestant: Contestant, ground: Ground) -> Simulation:
    """The pool of that place under that policy, empty."""
    pool = scene(knobs_of(contestant.knobs or Knobs(), ground.place))
    if contestant.knobs is not None:
        return Simulation(pool)
    return BaselineSimulation(pool, contestant.name, ground.known)


def knobs_of(knobs: Knobs, place: Place) -> Knobs:
    """The settings on that place's machines."""
    return replace(
        knobs,
        slots=place.slots,
        boot_seconds=place.boot_seconds,
        nodes_max=place.nodes_max,
        seed=place.seed,
    )

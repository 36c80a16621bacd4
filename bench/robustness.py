"""
Our own policy under disturbances: how soon it keeps the limit again, and what that costs.

It passes where nobody is overdue (waits for longer than the limit) for more than two boots on end,
the cost is at most 1.2 times that of the undisturbed run, and no work is killed or left.
Imports ``bench`` and ``autoscaler``.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from autoscaler.ports import CycleReport
from autoscaler.simulator.report import SimulationReport
from autoscaler.simulator.run import Runner, Simulation
from bench.contest import knobs_of
from bench.disturbances import DISTURBANCES, Disturbance, DisturbedSimulation
from bench.ground import LIMIT_SECONDS, Ground, Place, Source
from bench.scenes import Knobs, scene

_COST_MAX = 1.2
_BOOTS_MAX = 2
#: Starts are seen at the cycle after them.
_LOOK_SECONDS = 10.0
_CALM = Disturbance(name="undisturbed", description="nothing")


class Overdue:
    """Watches a simulation: the longest that some child or other was overdue on end."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._read: dict[str, int] = {}
        #: Stretches in which a child was overdue, of those that started: from, until.
        self._stretches: list[tuple[float, float]] = []
        simulation.watchers.append(self._look)

    def _look(self, _: CycleReport | None) -> None:
        now = self._simulation.clock.seconds
        for job, waits in self._simulation.tally.waits.items():
            read = self._read.get(job, 0)
            self._read[job] = len(waits)
            over = [wait - LIMIT_SECONDS for wait in waits[read:] if wait > LIMIT_SECONDS]
            if over:
                self._stretches.append((now - max(over), now))

    def longest_seconds(self) -> float:
        """Of the stretches, joined where they meet."""
        return longest(self._stretches)


def longest(stretches: Iterable[tuple[float, float]]) -> float:
    """Of the union of stretches: the length of its longest part; 0 of none."""
    most = begin = end = 0.0
    for since, until in sorted(stretches):
        if since > end:
            begin = since
        end = max(end, until)
        most = max(most, end - begin)
    return most


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One place under one disturbance."""

    place: Place
    disturbance: str
    report: SimulationReport
    #: The same place undisturbed.
    calm: SimulationReport
    overdue_seconds: float
    calm_overdue_seconds: float
    #: What a boot takes while it is disturbed.
    boot_seconds: float

    @property
    def cost(self) -> float:
        """Of the undisturbed run's."""
        return self.report.node_seconds / self.calm.node_seconds

    @property
    def late_percent(self) -> float:
        """Of all children."""
        return 100 * self.report.late_share(LIMIT_SECONDS)

    @property
    def failings(self) -> tuple[str, ...]:
        """Why it does not pass, in words."""
        found = []
        allowed = max(self.calm_overdue_seconds, _BOOTS_MAX * self.boot_seconds + _LOOK_SECONDS)
        if self.overdue_seconds > allowed:
            found.append(f"overdue for {self.overdue_seconds:.0f} s on end")
        if self.cost > _COST_MAX:
            found.append(f"costs {self.cost:.2f} x")
        if self.report.killed_count or self.report.unserved_count or self.report.violations:
            found.append("killed, left or violated")
        return tuple(found)


def disturb(ground: Ground, knobs: Knobs, disturbances: Sequence[Disturbance]) -> list[Trial]:
    """One place under each of the disturbances."""
    burst_at = burst_of(ground)
    calm, calm_overdue = _run(ground, knobs, _CALM, burst_at)
    trials = []
    for disturbance in disturbances:
        report, overdue = _run(ground, knobs, disturbance, burst_at)
        trials.append(
            Trial(
                place=ground.place,
                disturbance=disturbance.name,
                report=report,
                calm=calm,
                overdue_seconds=overdue,
                calm_overdue_seconds=calm_overdue,
                boot_seconds=ground.place.boot_seconds * disturbance.boot_factor,
            )
        )
    return trials


def burst_of(ground: Ground) -> float:
    """The second at which the demand first comes to half its peak: by then boots are learned."""
    half = ground.known.nodes_peak / 2
    return next((at for at, nodes in ground.demand if nodes >= half), 0.0)


def _run(
    ground: Ground, knobs: Knobs, disturbance: Disturbance, burst_at: float
) -> tuple[SimulationReport, float]:
    pool = scene(knobs_of(knobs, ground.place))
    simulation = DisturbedSimulation(pool, disturbance, burst_at)
    overdue = Overdue(simulation)
    report = Runner(simulation, ground.arrivals).run()
    return report, overdue.longest_seconds()


def disturb_all(
    source: Source, places: Sequence[Place], knobs: Knobs, processes: int
) -> Iterator[Trial]:
    """Every place under every disturbance, in their order."""
    of_place = partial(_of_place, source, knobs)
    if processes == 1:
        found: Iterable[list[Trial]] = map(of_place, places)
        for trials in found:
            yield from trials
        return
    with ProcessPoolExecutor(processes) as pool:
        for trials in pool.map(of_place, places):
            yield from trials


def _of_place(source: Source, knobs: Knobs, place: Place) -> list[Trial]:
    ground = Ground(place, source.arrivals(place.scenario, place.seed))
    return disturb(ground, knobs, DISTURBANCES)


_HEAD = (
    f"{'scenario':<11}{'disturbance':<17}{'cost x':>7}{'late %':>8}{'undisturbed':>13}"
    f"{'overdue s':>11}{'p95':>6}{'launches':>10}{'killed':>8}{'unserved':>10}  verdict"
)


def robustness_head() -> Iterator[str]:
    """What each disturbance is, and the head of the table."""
    for one in DISTURBANCES:
        yield f"{one.name:<17}{one.description}"
    yield ""
    yield _HEAD


def robustness_row(trial: Trial) -> str:
    """One trial's line."""
    report, verdict = trial.report, "; ".join(trial.failings) or "passed"
    calm = 100 * trial.calm.late_share(LIMIT_SECONDS)
    return (
        f"{trial.place.scenario:<11}{trial.disturbance:<17}{trial.cost:>7.3f}"
        f"{trial.late_percent:>8.2f}{calm:>13.2f}{trial.overdue_seconds:>11.0f}"
        f"{report.wait(0.95):>6.0f}{report.launched_count:>10}{report.killed_count:>8}"
        f"{report.unserved_count:>10}  {verdict}"
    )

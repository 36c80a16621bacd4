"""
Our own policy under disturbances: how soon it keeps the limit again, and what that costs.

It passes where the limit is kept again within two boots, the cost is at most 1.2 times that of the
undisturbed run, and no work is killed or left.  The limit is kept again where of the children that
are dispatched two boots after the onset, or later, at most 0.5 % are late; where a disturbance
strikes again and again, where nobody is overdue for more than two boots on end.
Imports ``bench`` and ``autoscaler``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from autoscaler.ports import CycleReport
from autoscaler.simulator.report import SimulationReport
from autoscaler.simulator.run import Runner, Simulation
from bench.contest import knobs_of
from bench.disturbances import DISTURBANCES, Disturbance, DisturbedSimulation
from bench.ground import LIMIT_SECONDS, Ground, Place, Source, ground_of, place_by_place
from bench.scenes import Knobs, scene

_COST_MAX = 1.2
_LATE_MAX_PERCENT = 0.5
_BOOTS_MAX = 2
#: Starts are seen at the cycle after them.
_LOOK_SECONDS = 10.0
_CALM = Disturbance(name="undisturbed", description="nothing")


class Lateness:
    """Watches a simulation: how late children are from some second on, and how long on end."""

    def __init__(self, simulation: Simulation, from_seconds: float) -> None:
        self._simulation = simulation
        self._from = from_seconds
        self._read: dict[str, int] = {}
        self._count = self._late_count = 0
        #: Stretches in which a child was overdue, of those that started: from, until.
        self._stretches: list[tuple[float, float]] = []
        simulation.watchers.append(self._look)

    def _look(self, _: CycleReport | None) -> None:
        now = self._simulation.clock.seconds
        for job, waits in self._simulation.tally.waits.items():
            read = self._read.get(job, 0)
            self._read[job] = len(waits)
            fresh = [wait for wait in waits[read:] if now - wait >= self._from]
            late = [wait for wait in fresh if wait > LIMIT_SECONDS]
            self._count += len(fresh)
            self._late_count += len(late)
            if late:
                self._stretches.append((now - max(late) + LIMIT_SECONDS, now))

    @property
    def late_percent(self) -> float:
        """Of the children that were dispatched since then."""
        return 100 * self._late_count / max(1, self._count)

    @property
    def longest_seconds(self) -> float:
        """The longest that one or other of them was overdue."""
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
    disturbance: Disturbance
    report: SimulationReport
    #: The same place undisturbed.
    calm: SimulationReport
    #: Of the children dispatched two boots after the onset, or later.
    late_percent: float
    #: The longest on end that some child or other was overdue, after the onset.
    overdue_seconds: float

    @property
    def cost(self) -> float:
        """Of the undisturbed run's."""
        return self.report.node_seconds / self.calm.node_seconds

    @property
    def failings(self) -> tuple[str, ...]:
        """Why it does not pass, in words."""
        found = []
        if self.disturbance.recurs:
            allowed = recovery_seconds(self.place, self.disturbance) + _LOOK_SECONDS
            if self.overdue_seconds > allowed:
                found.append(f"overdue for {self.overdue_seconds:.0f} s on end")
        elif self.late_percent > _LATE_MAX_PERCENT:
            found.append(f"{self.late_percent:.2f} % late")
        if self.cost > _COST_MAX:
            found.append(f"costs {self.cost:.2f} x")
        if self.report.killed_count or self.report.unserved_count or self.report.violations:
            found.append("killed, left or violated")
        return tuple(found)


def recovery_seconds(place: Place, disturbance: Disturbance) -> float:
    """Two boots, as long as they are while it lasts."""
    boot = place.boot_seconds * disturbance.boot_share * disturbance.boot_factor
    return _BOOTS_MAX * boot


def disturb(ground: Ground, knobs: Knobs, disturbances: Sequence[Disturbance]) -> list[Trial]:
    """One place under each of the disturbances."""
    calm: dict[float, SimulationReport] = {}
    trials = []
    for disturbance in disturbances:
        share = disturbance.boot_share
        if share not in calm:
            calm[share], _ = _run(ground, knobs, replace(_CALM, boot_share=share))
        report, lateness = _run(ground, knobs, disturbance)
        trials.append(
            Trial(
                place=ground.place,
                disturbance=disturbance,
                report=report,
                calm=calm[share],
                late_percent=lateness.late_percent,
                overdue_seconds=lateness.longest_seconds,
            )
        )
    return trials


def burst_of(ground: Ground) -> float:
    """The second at which the demand first comes to half its peak: by then boots are learned."""
    half = ground.known.nodes_peak / 2
    return next((at for at, nodes in ground.demand if nodes >= half), 0.0)


def _run(
    ground: Ground, knobs: Knobs, disturbance: Disturbance
) -> tuple[SimulationReport, Lateness]:
    place, burst_at = ground.place, burst_of(ground)
    boot_seconds = place.boot_seconds * disturbance.boot_share
    pool = scene(replace(knobs_of(knobs, place), boot_seconds=boot_seconds))
    simulation = DisturbedSimulation(pool, disturbance, burst_at)
    onset = burst_at if disturbance.in_burst else 0.0
    since = onset if disturbance.recurs else onset + recovery_seconds(place, disturbance)
    lateness = Lateness(simulation, since)
    return Runner(simulation, ground.arrivals).run(), lateness


def disturb_all(
    source: Source, places: Sequence[Place], knobs: Knobs, processes: int
) -> Iterator[Trial]:
    """Every place under every disturbance, in their order."""
    return place_by_place(partial(_of_place, source, knobs), places, processes)


def _of_place(source: Source, knobs: Knobs, place: Place) -> list[Trial]:
    return disturb(ground_of(source, place), knobs, DISTURBANCES)


_HEAD = (
    f"{'scenario':<11}{'disturbance':<17}{'cost x':>7}{'late %':>8}{'of all':>8}"
    f"{'undisturbed':>13}{'overdue s':>11}{'p95':>6}{'launches':>10}{'killed':>8}{'unserved':>10}"
    "  verdict"
)


def robustness_head() -> Iterator[str]:
    """What each disturbance is, and the head of the table."""
    for one in DISTURBANCES:
        yield f"{one.name:<17}{one.description}"
    yield "late %: of the children dispatched two boots after the onset, or later"
    yield ""
    yield _HEAD


def robustness_row(trial: Trial) -> str:
    """One trial's line."""
    report, verdict = trial.report, "; ".join(trial.failings) or "passed"
    of_all = 100 * report.late_share(LIMIT_SECONDS)
    calm = 100 * trial.calm.late_share(LIMIT_SECONDS)
    return (
        f"{trial.place.scenario:<11}{trial.disturbance.name:<17}{trial.cost:>7.3f}"
        f"{trial.late_percent:>8.2f}{of_all:>8.2f}{calm:>13.2f}{trial.overdue_seconds:>11.0f}"
        f"{report.wait(0.95):>6.0f}{report.launched_count:>10}{report.killed_count:>8}"
        f"{report.unserved_count:>10}  {verdict}"
    )

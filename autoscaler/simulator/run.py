"""
Run a pool through a workload in simulated time, with the product's own cycle.

Cycles come as the daemon's do: each interval, at once when the queue changes, and when a decision
asks to look again.  Deterministic: equal arguments and an equal seed give an equal report.
Imports loop, ports, ``autoscaler.core`` and the rest of the simulator.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from autoscaler.core.backoff import backoff
from autoscaler.core.memory import Memory
from autoscaler.core.settings import PoolSettings
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport, World
from autoscaler.simulator.aws import AutoScaling
from autoscaler.simulator.chance import generator
from autoscaler.simulator.clock import EPOCH, SimulatedClock, seconds_at
from autoscaler.simulator.cluster import Cluster, SchedulerSettings
from autoscaler.simulator.faults import Crash, FaultRates, Faults, NoFaults, RandomFaults
from autoscaler.simulator.instance import GroupSpec
from autoscaler.simulator.report import SimulationReport
from autoscaler.simulator.stillness import is_still
from autoscaler.simulator.tally import Tally
from autoscaler.simulator.workload import Arrival, JobSpec
from autoscaler.simulator.world import Latency, SimulatedWorld


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When cycles come."""

    interval_seconds: float = 10.0
    #: Whether a dispatch, a start or an end brings one at once.
    on_change: bool = True
    #: Between two cycles at least.
    rest_seconds: float = 0.5
    #: Whether a decision may ask for one before the interval is over.
    look_again: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that a run depends on, its workload apart."""

    settings: PoolSettings
    groups: tuple[GroupSpec, ...]
    jobs: tuple[JobSpec, ...]
    scheduler: SchedulerSettings = field(default_factory=SchedulerSettings)
    cadence: Cadence = field(default_factory=Cadence)
    rates: FaultRates | None = None
    latency: Latency = field(default_factory=Latency)
    seed: int = 0
    #: When the simulation begins, for what goes by the calendar; arrivals count from ``EPOCH``.
    start: datetime = EPOCH
    #: The run ends so long after the last arrival, whatever is left to do.
    patience_seconds: float = 48 * 3600.0


class Simulation:
    """A pool in simulated time.  ``settings`` and ``memory`` may be changed between cycles."""

    def __init__(self, scene: Scene, faults: Faults | None = None) -> None:
        self.scene = scene
        self.settings = scene.settings
        self.memory = Memory()
        self.clock = SimulatedClock(scene.start)
        self.tally = Tally()
        self.cycle_count = 0
        self.failed_count = 0
        self.crash_count = 0
        self.peak_count = 0
        #: Are told of each cycle; None: it ended in a crash.
        self.watchers: list[Callable[[CycleReport | None], None]] = []
        if faults is None:
            rng = generator(scene.seed, "faults")
            faults = RandomFaults(scene.rates, rng) if scene.rates else NoFaults()
        self._faults = faults
        self.cluster = Cluster(
            self.clock, scene.jobs, generator(scene.seed, "scheduler"), scene.scheduler, self.tally
        )
        self.aws = AutoScaling(
            self.clock, self.cluster, scene.groups, faults, generator(scene.seed, "aws")
        )
        self.world = SimulatedWorld(
            scene.settings.name, scene.settings.jobs, self.clock, self.cluster, self.aws
        )
        self.world.disturb(faults, scene.latency)

    def cycle(self, world: World | None = None) -> CycleReport | None:
        """One cycle, as the daemon runs it; None: it ended in a crash, and started anew."""
        self.cycle_count += 1
        try:
            report = run_cycle(
                world or self.world,
                (),
                self.settings,
                self.memory,
                self.clock,
                cycle_id=f"c-{self.cycle_count:06d}",
            )
        except Crash:
            self.restart(memory_lost=self._faults.memory_lost())
            self._tell(None)
            return None
        self.memory = report.memory
        self.failed_count = self.failed_count + 1 if report.outcome == "failed" else 0
        self.peak_count = max(self.peak_count, self.aws.present_count())
        self._tell(report)
        return report

    def _tell(self, report: CycleReport | None) -> None:
        for watcher in self.watchers:
            watcher(report)

    def restart(self, *, memory_lost: bool) -> None:
        """The daemon starts anew, with the memory that its journal kept or with none."""
        self.crash_count += 1
        self.failed_count = 0
        if memory_lost:
            self.memory = Memory()

    @property
    def lowest_count(self) -> int:
        """The size that a pool without work is to have."""
        size, spare = self.settings.size, self.settings.scaling.spare
        wanted = max(size.min, min(spare, size.max))
        return max(self.aws.lowest_count, min(wanted, self.aws.highest_count))

    @property
    def at_rest(self) -> bool:
        """Whether nothing is queued, at work, launched above the minimum, or ours to undo."""
        lowest = self.lowest_count
        return (
            not any(self.cluster.jobs[job].placeable for job in self.settings.jobs)
            and not self.cluster.running_count
            and self.aws.desired_count <= lowest
            and self.aws.present_count() <= lowest
        )

    @property
    def undisturbed(self) -> bool:
        """Whether every read is at once, and true."""
        return isinstance(self._faults, NoFaults) and not self.scene.latency.read_seconds

    def report(self) -> SimulationReport:
        """The figures so far."""
        return SimulationReport(
            node_seconds=self.aws.billed_seconds(),
            waits=tuple(sorted(self.tally.all_waits())),
            dispatched_count=self.tally.dispatched_count,
            finished_count=self.tally.finished_count,
            launched_count=len(self.aws.launched),
            peak_count=self.peak_count,
            killed_count=self.tally.killed_count,
            lost_count=self.tally.lost_count,
            cycle_count=self.cycle_count,
            crash_count=self.crash_count,
            ended_seconds=self.clock.seconds,
            violations=tuple(self.tally.offences),
        )


class Runner:
    """Brings the arrivals to a simulation, and its cycles when they are due."""

    def __init__(self, simulation: Simulation, arrivals: Sequence[Arrival]) -> None:
        self._simulation = simulation
        self._clock = simulation.clock
        self._cadence = simulation.scene.cadence
        self._rng = generator(simulation.scene.seed, "backoff")
        self._arrivals = arrivals
        self._next = 0
        self._due = self._clock.seconds
        self._rested_at = 0.0
        if self._cadence.on_change:
            simulation.cluster.on_change = self._wake
        self._feed()

    def run(self) -> SimulationReport:
        """Until all is done and the pool is at rest, or patience ends."""
        last = self._arrivals[-1].at_seconds if self._arrivals else 0.0
        end = last + self._simulation.scene.patience_seconds
        while self._clock.seconds < end:
            self._advance()
            if self._next == len(self._arrivals) and self._simulation.at_rest:
                break
            report = self._simulation.cycle()
            self._due = self._next_due(report)
            self._skip_idle_time(report)
        return self._simulation.report()

    def _advance(self) -> None:
        """To the next cycle, which a change on the way can bring nearer."""
        while self._clock.step(self._due):
            pass
        self._clock.advance_to(self._due)

    def _next_due(self, report: CycleReport | None) -> float:
        now, cadence = self._clock.seconds, self._cadence
        self._rested_at = now + cadence.rest_seconds
        failed_count = self._simulation.failed_count
        if failed_count:
            longest = backoff(timedelta(seconds=cadence.interval_seconds), failed_count)
            return now + longest.total_seconds() * self._rng.uniform(0.75, 1.0)
        due = now + cadence.interval_seconds
        again = report.decision.look_again_at if report and cadence.look_again else None
        if again is None:
            return due
        return min(due, max(seconds_at(again), self._rested_at))

    def _wake(self) -> None:
        self._due = min(self._due, max(self._clock.seconds, self._rested_at))

    def _feed(self) -> None:
        """The next arrival, when it is due; then the one after it."""
        if self._next < len(self._arrivals):
            self._clock.after(
                self._arrivals[self._next].at_seconds - self._clock.seconds, self._arrive
            )

    def _arrive(self) -> None:
        self._simulation.cluster.dispatch(self._arrivals[self._next])
        self._next += 1
        self._feed()

    def _skip_idle_time(self, report: CycleReport | None) -> None:
        """
        Leave out the cycles of a pool at rest or all at work, up to the last before an event.

        They would all decide to hold; without them weeks of a quiet trace take no time.
        """
        simulation, event = self._simulation, self._clock.next_due
        if event is None or simulation.settings.schedules:
            return
        at_rest = not simulation.aws.present_count() and simulation.at_rest
        still = report is not None and simulation.undisturbed and is_still(report)
        if not at_rest and not still:
            return
        interval = self._cadence.interval_seconds
        skipped = int(max(0.0, event - self._due) // interval)
        self._due += skipped * interval


def simulate(scene: Scene, arrivals: Sequence[Arrival]) -> SimulationReport:
    """Run the whole workload."""
    return Runner(Simulation(scene), arrivals).run()

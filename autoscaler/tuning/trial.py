"""
One setting through all the traces: what it costs, how it serves, and both by stretches.

Of several traces costs are added, and of waits the worst trace's counts: a target is met only where
it is met in each.  Imports replay, the simulator and the rest of tuning.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from autoscaler.core.settings import PoolSettings
from autoscaler.replay.outcome import Outcome
from autoscaler.replay.run import replay
from autoscaler.replay.subject import Subject
from autoscaler.simulator.clock import seconds_at
from autoscaler.simulator.run import Simulation
from autoscaler.tuning.candidates import Candidate
from autoscaler.tuning.robustness import Block, Blocks
from autoscaler.tuning.slices import Course

#: Into so many stretches of equal length a trace is cut.
STRETCHES = 24
#: What an instance costs at least, in seconds.
_BILLED_MIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a candidate, by trace.  A ``target.Service``."""

    candidate: Candidate
    outcomes: tuple[Outcome, ...]
    stretches: tuple[Blocks, ...]

    @property
    def node_hours(self) -> float:
        """Of all traces."""
        return sum(one.node_hours for one in self.outcomes)

    @property
    def cost(self) -> float | None:
        """In the currency of the price; None where none is known."""
        costs = [one.cost for one in self.outcomes if one.cost is not None]
        return sum(costs) if len(costs) == len(self.outcomes) else None

    @property
    def p50(self) -> float:
        """Seconds; in the worst trace, as those below."""
        return max(one.waits.p50 for one in self.outcomes)

    @property
    def p95(self) -> float:
        """Seconds."""
        return max(one.waits.p95 for one in self.outcomes)

    @property
    def p99(self) -> float:
        """Seconds."""
        return max(one.waits.p99 for one in self.outcomes)

    @property
    def late_share(self) -> float:
        """From 0 to 1."""
        return max(one.late_share for one in self.outcomes)

    @property
    def launches(self) -> int:
        """Of all traces."""
        return sum(one.launches for one in self.outcomes)

    @property
    def peak_nodes(self) -> int:
        """The most at once."""
        return max(one.peak_nodes for one in self.outcomes)

    @property
    def sound(self) -> bool:
        """Whether every child was served, and none was killed."""
        return all(one.sound for one in self.outcomes)


def attempt(settings: PoolSettings, course: Course) -> tuple[Outcome, Blocks]:
    """Replay one trace.  Raises ``ConfigError`` where a child does not fit one node."""
    trace, conditions = course.trace, course.conditions
    begin = seconds_at(conditions.start)
    stretches = Stretches(begin, begin + trace[-1].at_seconds)
    subject = Subject(settings.name, settings)
    outcome = replay(subject, conditions, trace, watch=stretches.watch)
    return outcome, stretches.blocks(outcome.dispatched)


class Stretches:
    """Cuts one run into stretches of equal length up to the last arrival; the last goes on."""

    def __init__(self, first_seconds: float, last_seconds: float, count: int = STRETCHES) -> None:
        self._begin = first_seconds
        self._length = max(1.0, (last_seconds - first_seconds) / count)
        self._waits: list[list[float]] = [[] for _ in range(count)]
        #: How many waits of each job have been read.
        self._read: dict[str, int] = {}
        self._simulation: Simulation | None = None

    def watch(self, simulation: Simulation) -> None:
        """From now on, after each cycle."""
        self._simulation = simulation
        simulation.watchers.append(lambda _: self._note(simulation))

    def blocks(self, dispatched: int) -> Blocks:
        """At the end; of so many children, those that never started wait without end."""
        simulation = self._simulation
        if simulation is None:
            return ()
        self._note(simulation)
        never = dispatched - sum(map(len, self._waits))
        self._waits[-1].extend([float("inf")] * never)
        costs = self._costs(
            (one.launched_at, one.ended_at or simulation.clock.seconds)
            for one in simulation.aws.launched
        )
        return tuple(
            Block(tuple(waits), cost) for waits, cost in zip(self._waits, costs, strict=True)
        )

    def _note(self, simulation: Simulation) -> None:
        """Waits belong to the stretch of their arrival, give or take the time between cycles."""
        now = simulation.clock.seconds
        for job, waits in simulation.tally.waits.items():
            for wait in waits[self._read.get(job, 0) :]:
                self._waits[self._place(now - wait)].append(wait)
            self._read[job] = len(waits)

    def _costs(self, lives: Iterable[tuple[float, float]]) -> list[float]:
        costs = [0.0] * len(self._waits)
        for launched_at, ended_at in lives:
            end = max(ended_at, launched_at + _BILLED_MIN_SECONDS)
            first, last = self._place(launched_at), self._place(end)
            for at in range(first, last + 1):
                begin = launched_at if at == first else self._begin + at * self._length
                until = end if at == last else self._begin + (at + 1) * self._length
                costs[at] += until - begin
        return costs

    def _place(self, seconds: float) -> int:
        return min(len(self._waits) - 1, max(0, int((seconds - self._begin) / self._length)))

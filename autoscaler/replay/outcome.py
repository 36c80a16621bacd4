"""
What came of one replay: cost, waits, what went wrong, and the course of it.

Imports the simulator's report and the standard library.
"""

from dataclasses import dataclass

from autoscaler.simulator.report import SimulationReport


@dataclass(frozen=True, slots=True)
class Waits:
    """From dispatch to the first start, in seconds, of the children that started."""

    mean: float
    p50: float
    p95: float
    p99: float
    longest: float

    @staticmethod
    def of(report: SimulationReport) -> "Waits":
        """Those of a run; all 0 where none started."""
        return Waits(
            report.mean_wait, report.wait(0.5), report.wait(0.95), report.wait(0.99), report.wait(1)
        )


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the replay: what was there on the average of it, and the waits that ended."""

    pending: float
    #: The longest that the queue was.
    pending_peak: int
    running: float
    #: Nodes that cost: on their way, at work, with nothing to do, and taking no more work.
    booting: float
    busy: float
    idle: float
    cordoned: float
    #: The most of them that there were at once.
    nodes_peak: int
    #: Children that started, and how long they had waited, in seconds: the median and the longest.
    started_count: int
    wait_p50: float
    wait_longest: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The course of a replay in spans of equal length, from second 0 on."""

    step_seconds: float
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The figures of one subject."""

    name: str
    #: The baseline that decided; None: our own policy.
    baseline: str | None
    node_hours: float
    #: In the currency of the price; None where none is known.
    cost: float | None
    waits: Waits
    #: Of all children, from 0 to 1; those that never started are late.
    late_share: float
    dispatched: int
    #: Those that started at all; of none the waits are all 0, and mean nothing.
    started: int
    launches: int
    peak_nodes: int
    #: Children whose work we ended, and those that never finished: both must be 0.
    killed: int
    unserved: int
    #: What must never happen and did, in words.
    violations: tuple[str, ...]
    #: No plan that keeps everyone's wait within the limit costs less; None: not computed.
    lower_bound_node_hours: float | None
    #: None unless it was asked for.
    timeline: Timeline | None

    @property
    def over_bound(self) -> float | None:
        """Cost over the lower bound: 1 is the best that any plan could do."""
        bound = self.lower_bound_node_hours
        return self.node_hours / bound if bound else None

    @property
    def sound(self) -> bool:
        """Whether nothing was killed, left, or done that must never be."""
        return not (self.killed or self.unserved or self.violations)

"""
The course of a replay, written down as it goes, in at most so many spans of equal length.

Imports replay.outcome and the simulator.
"""

from dataclasses import dataclass, field

from autoscaler.replay.outcome import Span, Timeline
from autoscaler.simulator.report import quantile_of
from autoscaler.simulator.run import Simulation

#: More would not be seen in a picture.  Beyond it, two spans become one.
_SPANS_MAX = 1200


@dataclass(slots=True)
class _State:
    """How things stand between two cycles."""

    pending: int = 0
    running: int = 0
    #: Instances that cost; of these are nodes, by what they do:
    present: int = 0
    busy: int = 0
    idle: int = 0
    cordoned: int = 0


@dataclass(slots=True)
class _Sums:
    """Of one span: counts times seconds, the peaks, and the waits that ended."""

    pending: float = 0.0
    running: float = 0.0
    busy: float = 0.0
    idle: float = 0.0
    cordoned: float = 0.0
    pending_peak: int = 0
    nodes_peak: int = 0
    waits: list[float] = field(default_factory=list)

    def add(self, state: _State, seconds: float) -> None:
        self.pending += state.pending * seconds
        self.running += state.running * seconds
        self.busy += state.busy * seconds
        self.idle += state.idle * seconds
        self.cordoned += state.cordoned * seconds
        self.pending_peak = max(self.pending_peak, state.pending)
        self.nodes_peak = max(self.nodes_peak, state.present)

    def joined(self, other: "_Sums") -> "_Sums":
        return _Sums(
            self.pending + other.pending,
            self.running + other.running,
            self.busy + other.busy,
            self.idle + other.idle,
            self.cordoned + other.cordoned,
            max(self.pending_peak, other.pending_peak),
            max(self.nodes_peak, other.nodes_peak),
            self.waits + other.waits,
        )

    def span(self, seconds: float, paid_seconds: float) -> Span:
        """The means; what was paid for and is no node yet boots."""
        waits = sorted(self.waits)
        nodes_seconds = self.busy + self.idle + self.cordoned
        return Span(
            self.pending / seconds,
            self.pending_peak,
            self.running / seconds,
            max(0.0, paid_seconds - nodes_seconds) / seconds,
            self.busy / seconds,
            self.idle / seconds,
            self.cordoned / seconds,
            self.nodes_peak,
            len(waits),
            quantile_of(waits, 0.5),
            waits[-1] if waits else 0.0,
        )


class Recorder:
    """Looks at a simulation after each cycle; what it saw holds until the next look."""

    def __init__(self, simulation: Simulation, step_seconds: float) -> None:
        self._simulation = simulation
        self._step = step_seconds
        self._began_at = simulation.clock.seconds
        self._sums: list[_Sums] = []
        self._seconds = 0.0
        self._state = _State()
        #: How many waits of each job have been read.
        self._read: dict[str, int] = {}

    def look(self) -> None:
        """Now."""
        now = self._simulation.clock.seconds - self._began_at
        self._pass_to(now)
        self._state = self._state_now()
        self._note_waits(now)

    def timeline(self) -> Timeline:
        """All so far."""
        self.look()
        paid = self._paid_seconds()
        spans = (sums.span(self._step, one) for sums, one in zip(self._sums, paid, strict=True))
        return Timeline(self._step, tuple(spans))

    def _paid_seconds(self) -> list[float]:
        """Of each span what instances cost in it: to the instant, as looks come in between."""
        paid = [0.0] * len(self._sums)
        for instance in self._simulation.aws.launched:
            begin = instance.launched_at - self._began_at
            end = self._seconds if instance.ended_at is None else instance.ended_at - self._began_at
            for at in range(int(begin / self._step), min(len(paid), int(end / self._step) + 1)):
                first, last = at * self._step, (at + 1) * self._step
                paid[at] += max(0.0, min(end, last) - max(begin, first))
        return paid

    def _pass_to(self, now: float) -> None:
        while self._seconds < now:
            sums = self._sums_at(self._seconds)
            end = min(now, (int(self._seconds / self._step) + 1) * self._step)
            sums.add(self._state, end - self._seconds)
            self._seconds = end

    def _sums_at(self, seconds: float) -> _Sums:
        while int(seconds / self._step) >= _SPANS_MAX:
            self._coarsen()
        at = int(seconds / self._step)
        while len(self._sums) <= at:
            self._sums.append(_Sums())
        return self._sums[at]

    def _coarsen(self) -> None:
        if len(self._sums) % 2:
            self._sums.append(_Sums())
        self._sums = [
            one.joined(other) for one, other in zip(self._sums[::2], self._sums[1::2], strict=True)
        ]
        self._step *= 2

    def _state_now(self) -> _State:
        cluster, aws = self._simulation.cluster, self._simulation.aws
        state = _State(cluster.pending_count, cluster.running_count)
        for group in aws.groups.values():
            for instance in group.instances.values():
                if instance.ended_at is not None:
                    continue
                state.present += 1
                node = cluster.node_on(instance.instance_id)
                if node is None:
                    continue
                if not node.eligible:
                    state.cordoned += 1
                elif node.live:
                    state.busy += 1
                else:
                    state.idle += 1
        return state

    def _note_waits(self, now: float) -> None:
        # They ended since the last look, an interval ago at most.
        for job, waits in self._simulation.tally.waits.items():
            read = self._read.get(job, 0)
            if len(waits) > read:
                self._sums_at(now).waits.extend(waits[read:])
                self._read[job] = len(waits)

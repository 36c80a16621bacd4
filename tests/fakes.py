"""Doubles that keep the ports' contracts: a world that does what it is told, and a clock."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from autoscaler.core.model import Observation
from autoscaler.core.plan import Action
from autoscaler.errors import ActionError
from autoscaler.ports import CycleReport
from tests.builders import EPOCH


class FakeClock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self._now = EPOCH

    def now(self) -> datetime:
        """The instant."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the epoch of the tests."""
        return (self._now - EPOCH).total_seconds()

    def advance(self, seconds: float) -> None:
        """Go on."""
        self._now += timedelta(seconds=seconds)


class FakeWorld:
    """Shows the given observations in turn, the last one for ever, and records what is applied."""

    def __init__(self, *observations: Observation, refuses: type[object] | None = None) -> None:
        self._observations = deque(observations)
        self._refuses = refuses
        self.busy: set[str] = set()
        #: Instances whose nodes joined since the observation.
        self.joined: set[str] = set()
        self.applied: list[Action] = []
        self.recounted: list[datetime] = []
        self.on_observe: Callable[[], None] = lambda: None

    def observe(self, now: datetime) -> Observation:
        """The next observation."""
        self.on_observe()
        if len(self._observations) > 1:
            return self._observations.popleft()
        return self._observations[0]

    def still_idle(self, node_id: str) -> bool:
        """Unless the test said otherwise."""
        return node_id not in self.busy

    def still_unjoined(self, instance_id: str) -> bool:
        """Unless the test said otherwise."""
        return instance_id not in self.joined

    def apply(self, action: Action) -> None:
        """Record it, or refuse the kind that the test named."""
        if self._refuses is not None and isinstance(action, self._refuses):
            raise ActionError("refused by the test", stage="aws", retryable=True)
        self.applied.append(action)

    def recount(self, now: datetime) -> None:
        """Record that it was asked for."""
        self.recounted.append(now)


class RecordingReporter:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.reports: list[CycleReport] = []

    def report(self, report: CycleReport) -> None:
        """Keep it."""
        self.reports.append(report)


def kinds(actions: Iterable[Action]) -> list[str]:
    """The names of the actions, in order."""
    return [type(action).__name__ for action in actions]

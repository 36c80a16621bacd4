"""
What the operator asks for: a wait that is short enough, or few enough children that are late.

Pure; imports the rest of tuning.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from autoscaler.tuning.durations import written

Metric = Literal["p95", "p99", "late"]


class Service(Protocol):
    """How children are served: their waits in seconds, and the share of them that is late."""

    @property
    def p95(self) -> float:
        """95 % wait no longer."""

    @property
    def p99(self) -> float:
        """99 % wait no longer."""

    @property
    def late_share(self) -> float:
        """From 0 to 1."""


@dataclass(frozen=True, slots=True)
class Target:
    """The measure, and the most that it may be: seconds, or for ``late`` a share from 0 to 1."""

    metric: Metric
    limit: float
    #: What makes a child late, in seconds; told with the share.
    late_seconds: float = 300.0

    def of(self, service: Service) -> float:
        """The measure of that service."""
        match self.metric:
            case "p95":
                return service.p95
            case "p99":
                return service.p99
            case "late":
                return service.late_share

    def met_by(self, service: Service) -> bool:
        """Whether it is good enough."""
        return self.of(service) <= self.limit

    def missed_by(self, service: Service) -> float:
        """How far it is from good enough, in the measure's unit; 0 where it is."""
        return max(0.0, self.of(service) - self.limit)

    def shown(self, value: float) -> str:
        """A value of the measure, for people."""
        return f"{100 * value:.2f} %" if self.metric == "late" else written(value)

    @property
    def name(self) -> str:
        """The measure, for people."""
        if self.metric == "late":
            return f"late (waits over {written(self.late_seconds)})"
        return f"{self.metric} wait"

    @property
    def sentence(self) -> str:
        """The target, for people."""
        limit = f"{100 * self.limit:g} %" if self.metric == "late" else written(self.limit)
        return f"{self.name} at most {limit}"

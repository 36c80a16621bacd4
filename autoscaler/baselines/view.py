"""
What another autoscaler's policy looks at, and what it answers.

Imports the standard library only.
"""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The pool as the metrics show it at one moment."""

    now_seconds: float
    #: Children that wait, and those at work.
    pending_count: int = 0
    running_count: int = 0
    #: Children that ended so far.
    finished_count: int = 0
    #: What is desired, less the nodes on their way out.
    nodes: int = 0
    #: Instances that AWS calls in service.
    in_service_count: int = 0
    #: Instances that were launched less than a boot ago.
    warming_count: int = 0
    #: Nodes that take work.
    ready_count: int = 0
    #: When the group's last launch or termination was over; infinite while one is under way.
    activity_ended_at: float = -math.inf

    @property
    def children_count(self) -> int:
        """All that wait or work."""
        return self.pending_count + self.running_count


class Policy(Protocol):
    """How many nodes; it may remember what it saw."""

    @abstractmethod
    def wanted(self, view: View) -> int:
        """The nodes that there should be now; asked at each tick, in order of time."""


class Every:
    """Comes round once in so many seconds, for policies that look less often than the ticks."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next_at = -math.inf

    def due(self, now_seconds: float) -> bool:
        """Whether it is time; then not again before so many seconds have passed."""
        if now_seconds < self._next_at:
            return False
        self._next_at = now_seconds + self._seconds
        return True

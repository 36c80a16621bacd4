"""
The two sides of a cycle that have more than one implementation.

Imports ``autoscaler.core`` only.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from autoscaler.core.decision import Decision
from autoscaler.core.memory import Memory
from autoscaler.core.model import Observation
from autoscaler.core.plan import Action
from autoscaler.core.settings import PoolSettings


class World(Protocol):
    """One pool's part of Nomad and AWS: read as a whole, changed one action at a time."""

    def observe(self, now: datetime) -> Observation:
        """Read every part; one that cannot be read is named as missing, never guessed."""

    def still_idle(self, node_id: str) -> bool:
        """
        Look again, not stale: is the node still ineligible, with no live task of any job of ours?

        Raises ``ObservationError`` where that cannot be told.
        """

    def still_unjoined(self, instance_id: str) -> bool:
        """
        Look again, not stale: is there no node on that instance, in the whole cluster?

        Raises ``ObservationError`` where that cannot be told.
        """

    def apply(self, action: Action) -> None:
        """Carry one action out.  Raises ``ActionError``."""

    def recount(self, now: datetime) -> None:
        """Do the slow reads that are due; the next observation uses what they found."""


@dataclass(frozen=True, slots=True)
class ActionReport:
    """What became of one action."""

    action: Action
    #: ``applied``, ``given_up`` (the last look found work) or ``failed``.
    outcome: str
    detail: str = ""
    #: The outside system that refused; empty unless it failed.
    stage: str = ""


@dataclass(frozen=True, slots=True)
class CycleReport:
    """All of one cycle: what was seen, decided and done."""

    pool: str
    cycle_id: str
    observation: Observation
    decision: Decision
    actions: tuple[ActionReport, ...]
    #: What the next cycle is handed.
    memory: Memory
    ended_at: datetime
    duration_seconds: float
    #: What the decision was made with, besides the observation: enough to make it again.
    settings: PoolSettings
    memory_before: Memory
    now: datetime

    @property
    def outcome(self) -> Literal["applied", "no_op", "failed"]:
        """What became of the cycle."""
        if self.observation.missing or any(report.outcome == "failed" for report in self.actions):
            return "failed"
        return "applied" if self.actions else "no_op"

    @property
    def gist(self) -> tuple[Any, ...]:
        """What makes it different from the one before, the seconds in its reasons left out."""
        decision, observed = self.decision, self.observation
        rules = tuple(reason.rule for reason in decision.reasons)
        seen = (observed.pending_count, observed.running_count, observed.pause)
        return (seen, decision.counts, decision.current, decision.desired, rules, self.outcome)


class Reporter(Protocol):
    """Is told of each cycle.  Never raises: what it reports to may be gone, the cycle goes on."""

    def report(self, report: CycleReport) -> None:
        """Pass it on."""

"""
The write gate: a world that can be looked at and not changed.

Imports ports and core.
"""

from datetime import datetime

from autoscaler.core.model import Observation
from autoscaler.core.plan import Action
from autoscaler.ports import World


class DryRunWorld:
    """
    Observes through another world; of what it is told to do it does nothing.

    All that a dry run has of the real world it has through this: its shadow as well.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def observe(self, now: datetime) -> Observation:
        """As the world behind it."""
        return self._world.observe(now)

    def still_idle(self, node_id: str) -> bool:
        """As the world behind it."""
        return self._world.still_idle(node_id)

    def still_unjoined(self, instance_id: str) -> bool:
        """As the world behind it."""
        return self._world.still_unjoined(instance_id)

    def apply(self, action: Action) -> None:
        """Nothing: this is the one place where actions pass, and it lets none pass."""

    def recount(self, now: datetime) -> None:
        """As the world behind it: reads only."""
        self._world.recount(now)

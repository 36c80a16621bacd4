"""
The world of a dry run: real until the first action that would change it, from then on its shadow.

Nodes that would have been bought boot after as long as boots were seen to take and take the work
that waits; those that would have been released are gone.  What is shown is whole again with the
real pool when both are at rest.  Imports ports, ``autoscaler.core``, the simulator and the rest of
shadow.
"""

from dataclasses import replace
from datetime import datetime

from autoscaler.core.memory import Memory
from autoscaler.core.model import JobQueue, Observation
from autoscaler.core.plan import Action
from autoscaler.core.settings import PoolSettings
from autoscaler.ports import CycleReport, World
from autoscaler.shadow.account import Account
from autoscaler.shadow.arrivals import Arrivals
from autoscaler.shadow.following import at_one, follow
from autoscaler.shadow.summary import summary
from autoscaler.shadow.takeover import Draw, Parts, take_over
from autoscaler.simulator.chance import generator
from autoscaler.simulator.clock import seconds_at


class ShadowWorld:
    """A ``World``, and a ``Reporter``: it has to know what has been learned."""

    def __init__(self, real: World, settings: PoolSettings, memory: Memory) -> None:
        """``real`` is only ever read, and must let no action pass."""
        self._real = real
        self._settings = settings
        self._memory = memory
        self._rng = generator(0, "shadow")
        self._arrivals = Arrivals()
        self._parts: Parts | None = None
        self._seen: Observation | None = None
        self._now: datetime | None = None
        #: What really came to pass, and what would have.
        self._really, self._would_be = Account(), Account()

    def beside(self) -> Observation | None:
        """The real pool as it was last seen, where the shadow differs from it; else None."""
        return None if self._parts is None else self._seen

    def observe(self, now: datetime) -> Observation:
        """The pool as it would be."""
        seen = self._real.observe(now)
        arrived = self._arrivals.since_last(seen, now)
        self._seen, self._now = seen, now
        shown = seen
        if self._parts is not None:
            follow(self._parts, seen, arrived, Draw(self._memory, self._rng), now)
            if at_one(self._parts, seen):
                self._parts = None
            else:
                shown = _shown(self._parts.world.observe(now), seen)
        self._really.watch(seen, arrived, now)
        self._would_be.watch(shown, arrived, now)
        return shown

    def still_idle(self, node_id: str) -> bool:
        """As it would be."""
        return (self._parts.world if self._parts else self._real).still_idle(node_id)

    def still_unjoined(self, instance_id: str) -> bool:
        """As it would be."""
        return (self._parts.world if self._parts else self._real).still_unjoined(instance_id)

    def apply(self, action: Action) -> None:
        """Carried out in the shadow alone, which the first one begins."""
        if self._parts is None:
            if self._seen is None or self._now is None:
                raise RuntimeError("an action before the first observation")
            self._parts = take_over(self._seen, self._settings, self._memory, self._now, self._rng)
            self._parts.clock.advance_to(seconds_at(self._now))
            # Its first read: what an action is based on was seen.
            self._parts.world.observe(self._now)
        self._parts.world.apply(action)

    def recount(self, now: datetime) -> None:
        """Of the real pool: reads only."""
        self._real.recount(now)

    def report(self, report: CycleReport) -> None:
        """What a cycle of this pool learned is what the shadow goes by."""
        if report.pool == self._settings.name:
            self._memory = report.memory

    def summary(self) -> str:
        """What it came to so far, in a table."""
        would_be, really = self._would_be.balance(), self._really.balance()
        return summary(self._settings.name, would_be, really, self._settings.node.price)


def _shown(shadow: Observation, seen: Observation) -> Observation:
    """The shadow, as far as the real pool could be read: what is unknown is unknown here too."""
    read = {queue.job: queue for queue in seen.queues}
    return replace(
        shadow,
        queues=tuple(_queue(one, read[one.job]) for one in shadow.queues if one.job in read),
        nodes=None if seen.nodes is None else shadow.nodes,
        groups=None if seen.groups is None else shadow.groups,
        missing=seen.missing,
    )


def _queue(shadow: JobQueue, seen: JobQueue) -> JobQueue:
    # Only what really ended teaches how long children take: the shadow's were drawn from that.
    return replace(shadow, finished=seen.finished)

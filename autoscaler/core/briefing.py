"""
What a decision rests on: the picture joined with what is remembered, before anything is decided.

``decide`` begins with it, and whoever explains a decision looks at the very same.
Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from autoscaler.core.absence import watch_absence
from autoscaler.core.demand import Demand, assess
from autoscaler.core.fleet import Fleet, muster
from autoscaler.core.guards import size_min
from autoscaler.core.learning import learn
from autoscaler.core.ledger import keep_ledger
from autoscaler.core.memory import Memory
from autoscaler.core.model import Observation, Window
from autoscaler.core.orders import standing
from autoscaler.core.release import Situation
from autoscaler.core.room import room_above_min
from autoscaler.core.settings import PoolSettings
from autoscaler.core.starts import Outlook
from autoscaler.core.strategies import slots_per_node
from autoscaler.core.troubles import failing, watch_launches


@dataclass(frozen=True, slots=True)
class Briefing:
    """A pool whose nodes and groups are known, in the terms of the rules."""

    #: What is remembered, with what this observation adds.
    memory: Memory
    #: What the strategies look at, and what scale-in looks at.
    outlook: Outlook
    situation: Situation
    #: By group: its desired capacity without requests that fail.
    stands: Mapping[str, int]
    #: The schedule that raised the least size in force, if one did.
    window: Window | None

    @property
    def fleet(self) -> Fleet:
        """The nodes and instances by what they are to us."""
        return self.situation.fleet

    @property
    def demand(self) -> Demand:
        """Where the pending children find room."""
        return self.situation.demand


def brief(
    observed: Observation, settings: PoolSettings, memory: Memory, now: datetime
) -> Briefing | None:
    """None without the nodes or the groups: unknown is not zero, and nothing rests on it."""
    groups, nodes = observed.groups, observed.nodes
    if groups is None or nodes is None:
        return None
    memory = keep_ledger(memory, nodes, groups, settings.boot_timeout, now)
    memory = watch_launches(memory, groups, now)
    memory = watch_absence(memory, nodes, groups, now)
    fleet = muster(
        nodes, groups, settings.boot_timeout, now, failing(memory), memory.nodeless_since
    )
    memory = learn(memory, observed.queues, fleet, now)
    scaling = settings.scaling
    demand = assess(observed.queues, fleet, settings, memory, slots_per_node(scaling))
    fitting_since = _fitting_since(demand, memory, now)
    if fitting_since != memory.fitting_since:
        memory = replace(memory, fitting_since=fitting_since)
    least, window = size_min(settings, observed.windows)
    stands = standing(groups, memory, complete=observed.complete)
    room = room_above_min(groups, stands, least)
    return Briefing(
        memory,
        Outlook(observed.queues, fleet, demand, memory, scaling, now),
        Situation(fleet, groups, settings, demand, room, least, now, complete=observed.complete),
        stands,
        window,
    )


def _fitting_since(demand: Demand, memory: Memory, now: datetime) -> datetime | None:
    if not demand.wanted:
        return None
    return memory.fitting_since or now

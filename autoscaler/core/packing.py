"""
First fit of allocations into nodes, many of a kind at a time.

Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autoscaler.core.model import GroupAsk, JobQueue, NodeFacts
from autoscaler.core.resources import Resources


@dataclass(frozen=True, slots=True)
class Load:
    """The allocations of one task group that a queue's children want placed."""

    queue: JobQueue
    group: GroupAsk
    count: int

    @property
    def child_count(self) -> int:
        """How many children these are part of, at least."""
        return -(-self.count // self.group.count)


@dataclass(frozen=True, slots=True)
class Bin:
    """A node's room for allocations, and for so many at most (None: as many as fit)."""

    free: Resources
    mhz_per_core: int = 0
    slots: int | None = None
    facts: NodeFacts | None = None

    def holds(self, load: Load) -> int:
        """How many allocations of such a load fit."""
        count = self.free.room_for(load.group.ask, self.mhz_per_core)
        if self.slots is not None and self.slots < count:
            count = self.slots
        if load.group.distinct_hosts and load.group.count > 1:
            count = min(count, load.child_count)
        return count

    def less(self, load: Load, count: int) -> "Bin":
        """The bin with so many of them in it."""
        slots = None if self.slots is None else self.slots - count
        free = self.free.less(load.group.ask, count, self.mhz_per_core)
        return Bin(free, self.mhz_per_core, slots, self.facts)


#: Whether a load may be placed on nodes with such facts.
Suits = Callable[[Load, NodeFacts | None], bool]


@dataclass(frozen=True, slots=True)
class Filling:
    """What came of a first fit."""

    #: What found no room.
    left: tuple[Load, ...]
    #: How many allocations each bin took, in the order of the bins.
    taken: tuple[int, ...]


def fill(loads: Sequence[Load], bins: Sequence[Bin], suits: Suits) -> Filling:
    """Put the loads into the bins, both in the order given."""
    if not bins:
        return Filling(tuple(loads), ())
    left = [load.count for load in loads]
    taken = []
    for one in bins:
        room, total = one, 0
        for index, load in enumerate(loads):
            if not left[index] or not suits(load, one.facts):
                continue
            count = min(left[index], room.holds(load))
            if count:
                room = room.less(load, count)
                left[index] -= count
                total += count
        taken.append(total)
    rest = tuple(
        load if count == load.count else Load(load.queue, load.group, count)
        for load, count in zip(loads, left, strict=True)
        if count
    )
    return Filling(rest, tuple(taken))


def bins_for(loads: Sequence[Load], new_bin: Bin, suits: Suits) -> int:
    """How many new nodes hold them all; each load must fit an empty one."""
    if len(loads) == 1 and not loads[0].group.distinct_hosts:
        return -(-loads[0].count // new_bin.holds(loads[0]))
    left = list(loads)
    count = 0
    while left:
        filled = {_key(load): load.count for load in fill(left, [new_bin], suits).left}
        used = [(load, load.count - filled.get(_key(load), 0)) for load in left]
        # The next node fills the same way until one of the loads runs short: take all at once.
        repeats = max(1, min(load.count // take for load, take in used if take))
        count += repeats
        left = [
            Load(load.queue, load.group, load.count - take * repeats)
            for load, take in used
            if load.count > take * repeats
        ]
    return count


def _key(load: Load) -> tuple[str, str]:
    return (load.queue.job, load.group.name)

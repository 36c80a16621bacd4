"""
When it is a pending child's turn, and where it will find room: by the very functions that decide.

The queues are cut off behind the child and assessed like any others: what the last of them lands
on is where the child lands.  Pure; imports ``autoscaler.core`` only.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from autoscaler.core.briefing import Briefing
from autoscaler.core.child import ChildFacts
from autoscaler.core.decision import Order
from autoscaler.core.demand import Demand, assess, children_of, in_order
from autoscaler.core.fleet import Fleet, InFlight
from autoscaler.core.forecast import grid_to
from autoscaler.core.ledger import boot_time, ready_in
from autoscaler.core.model import JobQueue
from autoscaler.core.packing import Load
from autoscaler.core.starts import starts_on, waiting_of
from autoscaler.core.strategies import slots_per_node

#: How far ahead a start is foreseen: so many times the longer of a boot and the target, in steps.
_HORIZONS = (1, 4, 16, 64)


class Place(Enum):
    """What has room for a child."""

    READY = "ready"
    CORDONED = "cordoned"
    IN_FLIGHT = "in_flight"
    #: Asked for by the decision itself.
    ORDERED = "ordered"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Turn:
    """A pending child's place in the queues, and the room that it will find."""

    #: From 1, among the pending children of its job.
    position: int
    #: Pending children of other jobs that are placed before it, by job.
    before: Mapping[str, int]
    place: Place
    #: What will take it, where that is in flight.
    flight: InFlight | None
    #: Seconds until that is likely to be ready, where it is in flight or ordered.
    ready_seconds: float | None
    #: Seconds until a place is likely to be free for it; None: not within what can be foreseen.
    start_seconds: float | None

    @property
    def ahead_count(self) -> int:
        """Children of whatever job that are placed before it."""
        return self.position - 1 + sum(self.before.values())


def turn_of(facts: ChildFacts, own: JobQueue, briefing: Briefing, orders: Sequence[Order]) -> Turn:
    """``own`` is the queue of its job; ``orders`` are what was asked for just now."""
    position = _position(facts, own)
    queue = replace(own, pending_count=position, groups=facts.groups or own.groups, verdict=None)
    before = _before(queue, briefing)
    queues = (*before, queue)
    ordered = [InFlight(one.group) for one in orders for _ in range(one.count)]
    place, flight, demand = _place(queues, briefing, ordered)
    return Turn(
        position,
        {one.job: one.pending_count for one in before},
        place,
        flight,
        None if flight is None else ready_in_seconds(flight, briefing),
        0.0
        if place in (Place.READY, Place.CORDONED)
        else _start_seconds(queues, demand, briefing, ordered),
    )


def _position(facts: ChildFacts, queue: JobQueue) -> int:
    if facts.ahead_count is not None:
        return facts.ahead_count + 1
    if facts.dispatched_at is None:
        return max(1, queue.pending_count)
    # Without a list the cohorts tell: of those that came at once with it all are before it.
    older = sum(one.count for one in queue.waiting if one.dispatched_at <= facts.dispatched_at)
    return max(1, min(older, queue.pending_count))


def _before(own: JobQueue, briefing: Briefing) -> tuple[JobQueue, ...]:
    """The queues whose children are placed before it; those that can never be are not."""
    others = {
        one.job: one
        for one in briefing.outlook.queues
        if one.job != own.job and one.pending_count and one.job not in briefing.demand.unplaceable
    }
    order = dict.fromkeys(load.queue.job for load in in_order((own, *others.values())))
    before: list[JobQueue] = []
    for job in order:
        if job == own.job:
            break
        before.append(others[job])
    return tuple(before)


def _place(
    queues: Sequence[JobQueue], briefing: Briefing, ordered: Sequence[InFlight]
) -> tuple[Place, InFlight | None, Demand]:
    """Where the last child of the last queue finds room, and what is short of room by then."""
    fleet, job = briefing.fleet, queues[-1].job
    bare = replace(fleet, in_flight=())
    demand = _assessed(queues, replace(bare, cordoned=()), briefing)
    if not _without(job, demand.unplaced, demand):
        return Place.READY, None, demand
    demand = _assessed(queues, bare, briefing)
    if not _without(job, demand.unplaced, demand):
        return Place.CORDONED, None, demand
    flights = sorted(fleet.in_flight, key=lambda one: ready_in_seconds(one, briefing))
    coming = (*flights, *ordered)

    def lacks(count: int) -> bool:
        some = _assessed(queues, replace(fleet, in_flight=coming[:count]), briefing)
        return _without(job, some.short, some)

    demand = _assessed(queues, replace(fleet, in_flight=coming), briefing)
    if lacks(len(coming)):
        return Place.NOWHERE, None, demand
    needed = bisect_left(range(1, len(coming) + 1), True, key=lambda count: not lacks(count))
    place = Place.IN_FLIGHT if needed < len(flights) else Place.ORDERED
    return place, coming[needed], demand


def _without(job: str, left: Sequence[Load], demand: Demand) -> bool:
    """Whether children of the job are left without room, those that no new node holds included."""
    return bool(children_of(left).get(job) or demand.unplaceable.get(job))


def _assessed(queues: Sequence[JobQueue], fleet: Fleet, briefing: Briefing) -> Demand:
    settings = briefing.situation.settings
    return assess(queues, fleet, settings, briefing.memory, slots_per_node(settings.scaling))


def ready_in_seconds(flight: InFlight, briefing: Briefing) -> float:
    """Until an instance in flight is likely to be ready."""
    now = briefing.situation.now
    return ready_in(briefing.memory, flight.instance_id, flight.group, now)


def _start_seconds(
    queues: Sequence[JobQueue],
    demand: Demand,
    briefing: Briefing,
    ordered: Sequence[InFlight],
) -> float | None:
    """By the forecast that the backlog strategy buys by, whatever the pool's strategy is."""
    if queues[-1].job in demand.unplaceable:
        return None  # Places are counted in new nodes, which do not hold it.
    fleet = replace(briefing.fleet, in_flight=(*briefing.fleet.in_flight, *ordered))
    outlook = replace(briefing.outlook, queues=tuple(queues), fleet=fleet, demand=demand)
    waiting = waiting_of(demand)
    before = sum(count * waiting.share(job) for job, count in waiting.left.items())
    # Less than half a child is no child.
    enough = before - waiting.share(queues[-1].job) / 2
    least = max(
        outlook.target_wait.total_seconds(), boot_time(briefing.memory, 0.5).total_seconds()
    )
    for times in _HORIZONS:
        grid = grid_to(least * times)
        expected = starts_on(outlook, waiting, grid).expected
        instants = (point * grid.step for point in range(grid.points + 1))
        found = next((at for at in instants if grid.value(expected, at) >= enough), None)
        if found is not None:
            return found
    return None

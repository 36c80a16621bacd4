"""
Compare what a job should run with what there is, and say what to stop and what to place.

Pure.  May import ``devstack.standin.model`` only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devstack.standin.model import DEAD, DOWN, FAILED, LOST, RUN, Allocation, Group, Job, Node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOT_NEEDED = "alloc not needed due to job update"
MIGRATING = "alloc is being migrated"
LOST_WITH_NODE = "alloc is lost since its node is down"
RESCHEDULED = "alloc was rescheduled because it failed"


@dataclass(frozen=True, slots=True)
class Stop:
    """An allocation that is to end; ``client_status`` is set where the client cannot say so."""

    allocation: Allocation
    why: str
    client_status: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One instance of a group that has to run somewhere."""

    group: Group
    name: str
    instead_of: Allocation | None = None
    rescheduled: bool = False


@dataclass(slots=True)
class Difference:
    """What has to be done for one job."""

    stops: list[Stop] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    #: Failed allocations to be tried again later: at which instant.
    later: dict[str, int] = field(default_factory=dict)


def difference(
    job: Job | None, allocations: Sequence[Allocation], nodes: Mapping[str, Node], now: int
) -> Difference:
    """Reconcile one job; ``job`` is None when it has been purged."""
    result = Difference()
    if job is None or job.stop:
        result.stops = [
            Stop(item, NOT_NEEDED, _lost_status(item, nodes)) for item in _live(allocations)
        ]
        return result
    if job.parameterized:
        return result
    for group in job.groups:
        own = [item for item in allocations if item.group.name == group.name]
        _reconcile_group(job, group, own, nodes, now, result)
    return result


def _live(allocations: Sequence[Allocation]) -> list[Allocation]:
    return [item for item in allocations if not item.over]


def _lost_status(allocation: Allocation, nodes: Mapping[str, Node]) -> str:
    node = nodes.get(allocation.node_id)
    return LOST if node is None or node.status == DOWN else ""


def _reconcile_group(
    job: Job,
    group: Group,
    own: Sequence[Allocation],
    nodes: Mapping[str, Node],
    now: int,
    result: Difference,
) -> None:
    taken: set[str] = set()
    replaced = {item.previous for item in own if item.previous}
    for item in own:
        if item.id in replaced:
            continue  # Another allocation does its work now.
        if not item.over:
            taken.add(item.name)
            _reconcile_live(group, item, nodes, result)
        elif job.type == "batch" and _ran_to_its_end(item):
            taken.add(item.name)
        elif item.client_status == FAILED and item.desired_status == RUN:
            taken.add(item.name)
            _reconcile_failed(group, item, now, result)
    for number in range(group.count):
        name = f"{job.id}.{group.name}[{number}]"
        if name not in taken:
            result.places.append(Place(group, name))


def _ran_to_its_end(item: Allocation) -> bool:
    """
    Whether its tasks have ended without failing.

    Work that was stopped and ended in good order counts as done: Nomad does not do it again, not
    even if it was stopped by the deadline of a drain.
    """
    states = (item.states or {}).values()
    return bool(states) and all(one.state == DEAD and not one.failed for one in states)


def _ended_at(item: Allocation) -> int:
    return max((one.finished_at for one in (item.states or {}).values()), default=item.modify_time)


def _reconcile_live(
    group: Group, item: Allocation, nodes: Mapping[str, Node], result: Difference
) -> None:
    if _lost_status(item, nodes):
        result.stops.append(Stop(item, LOST_WITH_NODE, LOST))
        result.places.append(Place(group, item.name, item))
    elif item.migrate:
        result.stops.append(Stop(item, MIGRATING))
        result.places.append(Place(group, item.name, item))


def _reconcile_failed(group: Group, item: Allocation, now: int, result: Difference) -> None:
    policy = group.spec["ReschedulePolicy"]
    since = now - policy["Interval"]
    tries = sum(1 for instant in item.rescheduled_at if instant > since)
    if not policy["Unlimited"] and tries >= policy["Attempts"]:
        return  # It has failed for good.
    delay = policy["Delay"]
    if policy["DelayFunction"] == "exponential":
        delay = min(delay * 2 ** len(item.rescheduled_at), policy["MaxDelay"] or delay)
    due = _ended_at(item) + delay
    if due > now:
        result.later[item.id] = due
        return
    result.stops.append(Stop(item, RESCHEDULED))
    result.places.append(Place(group, item.name, item, rescheduled=True))

"""
What is learned from cycle to cycle: service times, arrivals, what a new node is.

Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from autoscaler.core.constraints import ANYTHING
from autoscaler.core.fleet import Fleet
from autoscaler.core.memory import Arrivals, Memory, NodeTemplate
from autoscaler.core.model import JobQueue, NodeFacts
from autoscaler.core.pace import kept_ends

#: Service times remembered of each job and profile: enough to know their spread, few enough to
#: follow when they change.
_SERVICE_MAX = 400
#: The kind of what a new node is expected to be.
_EXPECTED = "expected"
#: Facts of where an instance happens to be: a group's next one can be elsewhere.
_OF_PLACE = frozenset({"attr.platform.aws.placement.availability-zone"})
#: Arrivals are counted by the minute, for a quarter of an hour.
_SPAN = timedelta(minutes=1)
ARRIVALS_FOR = timedelta(minutes=15)


def learn(memory: Memory, queues: Sequence[JobQueue], fleet: Fleet, now: datetime) -> Memory:
    """Take in what this observation adds."""
    return replace(
        memory,
        service_seconds=_service_seconds(memory, queues),
        ends=kept_ends(memory.ends, queues, now),
        arrivals=_arrivals(memory, queues, now),
        dispatched=_dispatched(memory, queues),
        template=_template(memory, fleet),
        idle_since=_idle_since(memory, fleet, now),
    )


def _idle_since(memory: Memory, fleet: Fleet, now: datetime) -> Mapping[str, datetime]:
    idle = [member.node.node_id for member in fleet.ready if not member.node.running]
    if not idle and not memory.idle_since:
        return memory.idle_since
    return MappingProxyType({node_id: memory.idle_since.get(node_id, now) for node_id in idle})


def arrival_rate(memory: Memory, now: datetime) -> float:
    """Children dispatched per second, of late."""
    total = sum(one.count for one in memory.arrivals if now - one.since < ARRIVALS_FOR)
    return total / ARRIVALS_FOR.total_seconds()


def _service_seconds(
    memory: Memory, queues: Sequence[JobQueue]
) -> Mapping[str, Mapping[str, tuple[float, ...]]]:
    fresh = [queue for queue in queues if queue.finished]
    if not fresh:
        return memory.service_seconds
    known = dict(memory.service_seconds)
    for queue in fresh:
        of_job = dict(known.get(queue.job, {}))
        added: dict[str, list[float]] = {}
        for one in queue.finished:
            added.setdefault(one.profile or "", []).append(one.seconds)
        for profile, new in added.items():
            of_job[profile] = (*of_job.get(profile, ()), *new)[-_SERVICE_MAX:]
        known[queue.job] = MappingProxyType(of_job)
    return MappingProxyType(known)


def _arrivals(memory: Memory, queues: Sequence[JobQueue], now: datetime) -> tuple[Arrivals, ...]:
    count = 0
    for queue in queues:
        before = memory.dispatched.get(queue.job)
        if queue.dispatched_count is not None and before is not None:
            # Nomad forgets children that ended long ago: the count can shrink.
            count += max(0, queue.dispatched_count - before)
    kept = memory.arrivals
    if kept and now - kept[0].since >= ARRIVALS_FOR:
        kept = tuple(one for one in kept if now - one.since < ARRIVALS_FOR)
    if not count:
        return kept
    if kept and now - kept[-1].since < _SPAN:
        return (*kept[:-1], Arrivals(kept[-1].since, kept[-1].count + count))
    return (*kept, Arrivals(now, count))


def _dispatched(memory: Memory, queues: Sequence[JobQueue]) -> Mapping[str, int]:
    counts = {
        queue.job: queue.dispatched_count for queue in queues if queue.dispatched_count is not None
    }
    if all(memory.dispatched.get(job) == count for job, count in counts.items()):
        return memory.dispatched
    return MappingProxyType({**memory.dispatched, **counts})


def _template(memory: Memory, fleet: Fleet) -> NodeTemplate | None:
    """The least that any ready node offers, system jobs' share off."""
    if not fleet.ready:
        return memory.template
    shape = fleet.ready[0].node.offers
    for member in fleet.ready:
        offers = member.node.offers
        if offers is not shape:
            shape = shape.at_most(offers)
    return NodeTemplate(shape, _common(member.node.facts for member in fleet.ready))


def _common(facts: Iterable[NodeFacts | None]) -> NodeFacts | None:
    """What nodes have in common; in what they differ a new one can have anything."""
    kinds = {one.kind: one.values for one in facts if one is not None}
    if not kinds:
        return None
    names = {name for values in kinds.values() for name in values}
    common = {}
    for name in names:
        values = {one.get(name, ANYTHING) for one in kinds.values()}
        common[name] = values.pop() if len(values) == 1 and name not in _OF_PLACE else ANYTHING
    return NodeFacts(_EXPECTED, common)

"""
From an observation of a real pool to a simulated one that goes on from there.

What is running goes on for as long as its job's children are known to take, and so does what is
drawn for those that wait; new instances boot for as long as boots were seen to take.  A child of
several allocations counts as one for each that runs.
Imports ``autoscaler.core``, shadow.arrivals and the simulator.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from autoscaler.core.demand import template_of
from autoscaler.core.laws import ServiceLaws
from autoscaler.core.ledger import boot_time, ready_in
from autoscaler.core.memory import Memory
from autoscaler.core.model import (
    Group,
    Instance,
    JobQueue,
    Node,
    NodeStatus,
    Observation,
    Running,
    WaitsFor,
)
from autoscaler.core.resources import Ask, Resources
from autoscaler.core.settings import PoolSettings
from autoscaler.shadow.arrivals import waiting
from autoscaler.simulator.aws import AutoScaling
from autoscaler.simulator.chance import generator
from autoscaler.simulator.clock import SimulatedClock, seconds_at
from autoscaler.simulator.cluster import Cluster, SchedulerSettings
from autoscaler.simulator.faults import NoFaults
from autoscaler.simulator.instance import GroupSpec
from autoscaler.simulator.machine import Identity, Machine
from autoscaler.simulator.tally import Tally
from autoscaler.simulator.workload import Arrival, JobSpec
from autoscaler.simulator.world import SimulatedWorld


@dataclass(frozen=True, slots=True)
class Parts:
    """A simulated pool in the real one's place."""

    clock: SimulatedClock
    cluster: Cluster
    aws: AutoScaling
    world: SimulatedWorld
    #: Work of other jobs on a node, by node and job: how to end it, once it has really ended.
    others: dict[tuple[str, str], list[Callable[[], None]]]


def take_over(
    real: Observation, settings: PoolSettings, memory: Memory, now: datetime, rng: random.Random
) -> Parts:
    """The simulated pool; ``real`` has its nodes and groups."""
    nodes, groups = real.nodes or (), real.groups or ()
    clock = SimulatedClock(now)
    cluster = Cluster(
        clock, _jobs(real, settings), generator(0, "scheduler"), SchedulerSettings(), Tally()
    )
    specs = [_spec(group, settings, memory) for group in groups]
    aws = AutoScaling(clock, cluster, specs, NoFaults(), generator(0, "aws"))
    parts = Parts(
        clock,
        cluster,
        aws,
        SimulatedWorld(settings.name, settings.jobs, clock, cluster, aws),
        others={},
    )
    known = {queue.job: queue for queue in real.queues}
    marked = {instance_id for group in groups for instance_id in group.marks}
    draw = Draw(memory, rng)
    adopted = {
        node.instance_id
        for node in nodes
        if _adopt(parts, node, known, draw, now, ours=node.instance_id in marked)
    }
    for group in groups:
        boots = {
            one.instance_id: _boot_left(one, group.name, settings, memory, now)
            for one in group.instances
            if one.instance_id not in adopted
        }
        aws.adopt(group, boots)
    for queue in real.queues:
        for at in waiting(queue, now):
            cluster.dispatch(draw.arrival(queue.job, at))
        # So that what is counted from here on is added to what was counted before.
        cluster.jobs[queue.job].dispatched_count = queue.dispatched_count or 0
    return parts


def _boot_time(settings: PoolSettings, memory: Memory) -> timedelta:
    """The median of the boots seen; where none was, surely one that counts as a boot."""
    if memory.boot_seconds:
        return boot_time(memory, 0.5)
    return min(boot_time(memory, 0.5), settings.boot_timeout / 2)


def _boot_left(
    instance: Instance, group: str, settings: PoolSettings, memory: Memory, now: datetime
) -> float:
    """Seconds until its node is ready, by the boots that were seen."""
    if instance.launched_at is None:
        return ready_in(memory, instance.instance_id, group, now)
    return max(1.0, (instance.launched_at + _boot_time(settings, memory) - now).total_seconds())


class Draw:
    """How long children work, drawn from the service times that were measured."""

    def __init__(self, memory: Memory, rng: random.Random) -> None:
        self._laws = ServiceLaws(memory)
        self._rng = rng

    def arrival(self, job: str, at: datetime) -> Arrival:
        """A child that was dispatched then."""
        service_seconds = self._rng.choice(self._laws.of(job).sample)
        return Arrival(seconds_at(at), service_seconds, job)

    def left_seconds(self, running: Running, age_seconds: float) -> float:
        """For how long a child of that age works still."""
        sample = self._laws.of(running.job, running.profile or "").sample
        longer = [one for one in sample if one > age_seconds]
        if longer:
            return self._rng.choice(longer) - age_seconds
        # Nothing is known but that it has lasted so long.
        return self._rng.expovariate(1 / max(1.0, age_seconds))


def spec_of(queue: JobQueue) -> JobSpec:
    """The job as Nomad shows it: what it asks for, and what holds its children but capacity."""
    verdict = queue.verdict
    held = verdict if verdict is not None and verdict.waits_for is not WaitsFor.CAPACITY else None
    return JobSpec(queue.job, queue.groups, queue.priority, held)


def _jobs(real: Observation, settings: PoolSettings) -> Iterator[JobSpec]:
    known = {queue.job: spec_of(queue) for queue in real.queues}
    running = {one.job for node in real.nodes or () for one in node.running}
    for job in (*settings.jobs, *sorted(running - set(settings.jobs))):
        yield known.get(job, JobSpec(job, ()))


def _spec(group: Group, settings: PoolSettings, memory: Memory) -> GroupSpec:
    return GroupSpec(
        name=group.name,
        size_max=group.size_max,
        capacity=template_of(settings, memory).shape,
        # What was configured of a node is not all that its constraints may ask for.
        facts=memory.template.facts if memory.template else None,
        instance_prefix="i-shadow-",
        boot_seconds=_boot_time(settings, memory).total_seconds(),
        boot_jitter=0.0,
        protects_new=group.protects_new,
        hooks=group.hooks,
    )


def _adopt(
    parts: Parts,
    node: Node,
    known: Mapping[str, JobQueue],
    draw: Draw,
    now: datetime,
    *,
    ours: bool,
) -> bool:
    """Whether it is a node already; one that is still about to be boots on."""
    if node.status not in (NodeStatus.READY, NodeStatus.DOWN):
        return False
    machine = parts.cluster.join(
        node.instance_id or node.node_id,
        node.capacity,
        node.system,
        node.facts,
        Identity(node.node_id, node.name),
    )
    if node.status is NodeStatus.DOWN:
        machine.powered = machine.heard = False
        parts.cluster.find_down(machine)
    else:
        _resume_all(parts, machine, node, known, draw, now)
    if ours and not node.eligible and not node.draining:
        parts.cluster.set_eligibility(node.node_id, eligible=False, known=0)
    elif not node.eligible or node.draining:
        parts.cluster.set_foreign(node.node_id, eligible=node.eligible, draining=node.draining)
    return True


def _resume_all(
    parts: Parts,
    machine: Machine,
    node: Node,
    known: Mapping[str, JobQueue],
    draw: Draw,
    now: datetime,
) -> None:
    """Every child goes on; what other jobs run goes on until it has really ended."""
    asks = [_ask(known.get(one.job)) for one in node.running]
    held = node.allocated - node.system
    for ask in asks:
        held = held.less(ask, 1, node.capacity.mhz_per_core) if ask else held
    share = _share(held, sum(1 for ask in asks if ask is None))
    for one, ask in zip(node.running, asks, strict=True):
        began = one.started_at or one.placed_at or now
        ours = ask is not None
        left = draw.left_seconds(one, (now - began).total_seconds()) if ours else float("inf")
        seconds = max(1.0, (now - began).total_seconds() + left)
        arrival = Arrival(seconds_at(began), seconds, one.job, one.profile)
        end = parts.cluster.resume(machine, one, ask or share, arrival, left)
        if not ours:
            parts.others.setdefault((node.node_id, one.job), []).append(end)


def _ask(queue: JobQueue | None) -> Ask | None:
    return queue.groups[0].ask if queue is not None and queue.groups else None


def _share(held: Resources, count: int) -> Ask:
    """What each of so many allocations holds, if all hold as much."""
    if not count:
        return Ask()
    return Ask(
        max(0, held.cpu_mhz // count),
        max(0, held.memory_mib // count),
        max(0, held.disk_mib // count),
    )

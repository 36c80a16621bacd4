"""
From a pool's settings and the conditions to the simulated pool: its groups, nodes and jobs.

Imports ``autoscaler.core``, replay.conditions and the simulator.
"""

from collections.abc import Iterable, Sequence

from autoscaler.core.model import GroupAsk
from autoscaler.core.resources import Ask, Resources
from autoscaler.core.settings import PoolSettings
from autoscaler.errors import ConfigError, TraceError
from autoscaler.replay.conditions import Conditions
from autoscaler.simulator.faults import FaultRates
from autoscaler.simulator.instance import GroupSpec
from autoscaler.simulator.run import Cadence, Scene
from autoscaler.simulator.workload import Arrival, JobSpec

#: Where the settings name no disk: more than any node has, in MiB.
_UNLIMITED_DISK_MIB = 1 << 50


def scene_of(settings: PoolSettings, conditions: Conditions, interval_seconds: float) -> Scene:
    """
    The simulated pool.  Raises ``ConfigError`` where a child does not fit one node.

    A single group has the pool's own bounds; of several each can be as large as the pool.
    """
    capacity, single = node_of(settings), len(settings.groups) == 1
    groups = tuple(
        GroupSpec(
            name=name,
            size_min=settings.size.min if single else 0,
            size_max=settings.size.max,
            capacity=capacity,
            boot_seconds=conditions.boot_seconds,
            boot_jitter=conditions.boot_jitter,
        )
        for name in settings.groups
    )
    failing = conditions.launch_failures
    return Scene(
        settings=settings,
        groups=groups,
        jobs=tuple(JobSpec(job, _groups_of(job, settings, conditions)) for job in settings.jobs),
        cadence=Cadence(interval_seconds=interval_seconds, on_change=conditions.on_change),
        rates=FaultRates(launch_fails=failing) if failing else None,
        seed=conditions.seed,
        patience_seconds=conditions.patience_seconds,
    )


def node_of(settings: PoolSettings) -> Resources:
    """What one new node offers."""
    disk = _UNLIMITED_DISK_MIB if settings.node.disk is None else settings.node.disk
    return Resources(settings.node.cpu, settings.node.memory, disk)


def slots_of(settings: PoolSettings, conditions: Conditions, job: str) -> int:
    """Children of the job that fit one empty node.  Raises ``ConfigError`` if none does."""
    if conditions.slots is not None:
        return conditions.slots
    groups = conditions.asks.get(job)
    if groups is None:
        return settings.scaling.children_per_node
    count = _fitting(node_of(settings), groups)
    if not count:
        node = settings.node
        why = (
            f"node: a child of {job} asks for more than its {node.cpu} MHz and {node.memory} MiB; "
            "mend node.cpu and node.memory, or the job's ask"
        )
        raise ConfigError(f"pool {settings.name}", (why,))
    return count


def _fitting(room: Resources, groups: Sequence[GroupAsk]) -> int:
    """How many whole children fit, one after the other."""
    mhz, count = room.mhz_per_core, 0
    while True:
        for group in groups:
            if room.room_for(group.ask, mhz) < group.count:
                return count
            room = room.less(group.ask, group.count, mhz)
        count += 1


def at_home(arrivals: Iterable[Arrival], settings: PoolSettings, trace: str) -> tuple[Arrival, ...]:
    """
    The arrivals, those that name no job as children of the pool's first.

    Raises ``TraceError`` for a job that is none of the pool's.
    """
    ours = set(settings.jobs)
    return tuple(one if one.job in ours else _named(one, settings, trace) for one in arrivals)


def _named(arrival: Arrival, settings: PoolSettings, trace: str) -> Arrival:
    if not arrival.job:
        return arrival._replace(job=settings.jobs[0])
    jobs = ", ".join(settings.jobs)
    raise TraceError(
        f"{trace}: job {arrival.job} is none of pool {settings.name}'s ({jobs}); "
        "add it to the pool's jobs, or take it out of the trace"
    )


def _groups_of(job: str, settings: PoolSettings, conditions: Conditions) -> tuple[GroupAsk, ...]:
    groups = conditions.asks.get(job)
    if conditions.slots is None and groups is not None:
        return groups
    slots = slots_of(settings, conditions, job)
    node = settings.node
    if slots > min(node.cpu, node.memory):
        raise ConfigError(
            f"pool {settings.name}", (f"node: {slots} children to a node are less than 1 MHz each",)
        )
    return (GroupAsk("main", Ask(node.cpu // slots, node.memory // slots)),)

"""
From a pool's settings and the conditions to the simulated pool: its groups, nodes and jobs.

Imports ``autoscaler.core``, errors, the simulator and replay.conditions.
"""

from collections.abc import Iterable, Sequence

from autoscaler.core.demand import template_of
from autoscaler.core.memory import Memory
from autoscaler.core.model import FailureKind, GroupAsk
from autoscaler.core.resources import Ask, Resources
from autoscaler.core.settings import PoolSettings
from autoscaler.errors import ConfigError, TraceError
from autoscaler.replay.conditions import Conditions
from autoscaler.simulator.faults import FaultRates
from autoscaler.simulator.instance import GroupSpec
from autoscaler.simulator.run import Cadence, Scene
from autoscaler.simulator.workload import Arrival, JobSpec


def scene_of(settings: PoolSettings, conditions: Conditions, interval_seconds: float) -> Scene:
    """
    The simulated pool.  Raises ``ConfigError`` where a child does not fit one node.

    A single group has the pool's own bounds; of several each can be as large as the pool.
    """
    capacity, single = _node_of(settings), len(settings.groups) == 1
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
    return Scene(
        settings=settings,
        groups=groups,
        jobs=tuple(JobSpec(job, asks_of(job, settings, conditions)) for job in settings.jobs),
        cadence=Cadence(interval_seconds=interval_seconds, on_change=conditions.on_change),
        rates=_rates(conditions),
        seed=conditions.seed,
        start=conditions.start,
        patience_seconds=conditions.patience_seconds,
    )


def slots_of(settings: PoolSettings, conditions: Conditions, job: str) -> int:
    """Children of the job that fit one empty node.  Raises ``ConfigError`` if none does."""
    return _fitting(_node_of(settings), asks_of(job, settings, conditions))


def asks_of(job: str, settings: PoolSettings, conditions: Conditions) -> tuple[GroupAsk, ...]:
    """What a child of the job asks for.  Raises ``ConfigError`` where that does not fit a node."""
    node, groups = settings.node, conditions.asks.get(job)
    if conditions.slots is None and groups is not None:
        if _fitting(_node_of(settings), groups):
            return groups
        raise _unfit(
            settings,
            f"a child of {job} does not fit its {node.cpu} MHz and {node.memory} MiB; mend node.cpu"
            " and node.memory, or what the child asks for (--ask)",
        )
    slots = conditions.slots or max(1, settings.scaling.children_per_node)
    equal = (GroupAsk("main", Ask(node.cpu // slots, node.memory // slots)),)
    if slots > min(node.cpu, node.memory) or _fitting(_node_of(settings), equal) != slots:
        raise _unfit(
            settings,
            f"{node.cpu} MHz and {node.memory} MiB cannot be cut into {slots} equal parts; "
            "give fewer --slots",
        )
    return equal


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
        f"{trace}: job {arrival.job!r} is none of pool {settings.name}'s ({jobs}); "
        "add it to the pool's jobs, or take it out of the trace"
    )


def _node_of(settings: PoolSettings) -> Resources:
    """What a pool that has seen none takes a new node for."""
    return template_of(settings, Memory()).shape


def _fitting(room: Resources, groups: Sequence[GroupAsk]) -> int:
    """How many whole children fit, one after the other."""
    mhz, count = room.mhz_per_core, 0
    while True:
        for group in groups:
            if room.room_for(group.ask, mhz) < group.count:
                return count
            room = room.less(group.ask, group.count, mhz)
        count += 1


def _unfit(settings: PoolSettings, why: str) -> ConfigError:
    return ConfigError(f"pool {settings.name}", (f"node: {why}",))


def _rates(conditions: Conditions) -> FaultRates | None:
    if not conditions.launch_failures:
        return None
    # What fails now and then is capacity; a quota or a right fails until somebody mends it.
    kinds = (FailureKind.CAPACITY,)
    return FaultRates(launch_fails=conditions.launch_failures, launch_kinds=kinds)

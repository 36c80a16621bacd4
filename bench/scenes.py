"""
The pool that the benchmarks of decisions scale: nodes of equal slots, and one job of equal asks.

Imports ``autoscaler``.
"""

from dataclasses import dataclass
from datetime import timedelta

from autoscaler.core.model import GroupAsk
from autoscaler.core.resources import Ask, Resources
from autoscaler.core.settings import (
    NodeSelector,
    NodeShape,
    PoolSettings,
    ScaleIn,
    ScaleOut,
    Scaling,
    Size,
    Strategy,
)
from autoscaler.simulator.cluster import SchedulerSettings
from autoscaler.simulator.instance import GroupSpec
from autoscaler.simulator.run import Cadence, Scene
from autoscaler.simulator.workload import JobSpec

JOB = "transcode"
ASK = Ask(cpu_mhz=1000, memory_mib=1000, disk_mib=300)
_DISK_MIB = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """What the benchmarks vary; seconds throughout."""

    slots: int = 2
    boot_seconds: float = 120.0
    boot_jitter: float = 0.1
    nodes_max: int = 50
    strategy: Strategy = "backlog"
    target_wait_seconds: float = 300.0
    strict: bool = False
    #: None: as long as it is likely to cost less than a boot.
    idle_after_seconds: float | None = None
    keep_warm: float = ScaleIn().keep_warm
    settle_seconds: float = 5.0
    pack_tail: bool = True
    interval_seconds: float = 10.0
    on_change: bool = False
    #: How many nodes the simulated scheduler compares; None: all.
    choices: int | None = None
    seed: int = 1


def shape(slots: int) -> Resources:
    """A node for so many children."""
    return Resources(ASK.cpu_mhz * slots, ASK.memory_mib * slots, _DISK_MIB)


def scene(knobs: Knobs) -> Scene:
    """The pool as these knobs have it."""
    capacity = shape(knobs.slots)
    idle_after = knobs.idle_after_seconds
    scaling = Scaling(
        strategy=knobs.strategy,
        target_wait=timedelta(seconds=knobs.target_wait_seconds),
        strict=knobs.strict,
        children_per_node=knobs.slots,
        scale_out=ScaleOut(max_step=knobs.nodes_max),
        scale_in=ScaleIn(
            idle_after=None if idle_after is None else timedelta(seconds=idle_after),
            keep_warm=knobs.keep_warm,
            max_step=knobs.nodes_max,
            settle=timedelta(seconds=knobs.settle_seconds),
            pack_tail=knobs.pack_tail,
        ),
    )
    settings = PoolSettings(
        name="bench",
        jobs=(JOB,),
        group="bench",
        nodes=NodeSelector(class_="bench"),
        size=Size(max=knobs.nodes_max),
        node=NodeShape(cpu=capacity.cpu_mhz, memory=capacity.memory_mib, disk=_DISK_MIB),
        scaling=scaling,
    )
    group = GroupSpec(
        name="bench",
        size_max=knobs.nodes_max,
        capacity=capacity,
        boot_seconds=knobs.boot_seconds,
        boot_jitter=knobs.boot_jitter,
    )
    return Scene(
        settings=settings,
        groups=(group,),
        jobs=(JobSpec(JOB, (GroupAsk("main", ASK),)),),
        scheduler=SchedulerSettings(choices=knobs.choices),
        cadence=Cadence(interval_seconds=knobs.interval_seconds, on_change=knobs.on_change),
        seed=knobs.seed,
    )

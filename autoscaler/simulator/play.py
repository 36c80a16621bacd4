"""
Random histories: a pool drawn from many kinds, and a random course of what befalls it.

``play(seed)`` is one history; equal seeds give equal ones, so the seed alone replays it.
Imports ``autoscaler.core`` and the rest of the simulator.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from autoscaler.core.model import FailureKind, GroupAsk, Hook, Verdict, WaitsFor
from autoscaler.core.resources import Ask, Resources
from autoscaler.core.settings import (
    NodeSelector,
    NodeShape,
    PoolSettings,
    ScaleIn,
    ScaleOut,
    Scaling,
    Size,
    Step,
    Strategy,
)
from autoscaler.simulator.chance import generator
from autoscaler.simulator.cluster import SchedulerSettings
from autoscaler.simulator.faults import Strike
from autoscaler.simulator.history import History
from autoscaler.simulator.instance import GroupSpec
from autoscaler.simulator.run import Scene
from autoscaler.simulator.workload import JobSpec
from autoscaler.simulator.world import Latency

PARTS = ("queue small", "queue large", "nodes", "group")
STRATEGIES: tuple[Strategy, ...] = ("backlog", "per_node", "steps")
FAILURES = tuple(FailureKind)
STRIKES = tuple(one for one in Strike if one is not Strike.NOTHING)

_SMALL = Ask(cpu_mhz=1000, memory_mib=1000, disk_mib=300)
_LARGE = Ask(cpu_mhz=2000, memory_mib=1500, disk_mib=300)
_NODE = Resources(cpu_mhz=4000, memory_mib=4000, disk_mib=20_000)
_SYSTEM = Resources(cpu_mhz=0, memory_mib=0, disk_mib=100)
_JOBS = (
    JobSpec("small", (GroupAsk("main", _SMALL),)),
    JobSpec("large", (GroupAsk("main", _LARGE),), priority=60),
    # Waits for what no node would change.
    JobSpec("held", (GroupAsk("main", _SMALL),), held_by=Verdict(WaitsFor.QUOTA, "cpu exhausted")),
    # Somebody else's: it takes room on the pool's nodes and is never counted in its queue.
    JobSpec("stranger", (GroupAsk("main", _SMALL),)),
)
_OURS = ("small", "large", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of pool."""

    strategy: Strategy = "backlog"
    target_wait_seconds: float = 60.0
    idle_after_seconds: float | None = None
    two_groups: bool = False
    hooks: bool = False
    protects_new: bool = True
    pack_tail: bool = True
    size_min: int = 0
    size_max: int = 8
    spare: int = 0
    scale_out_cooldown_seconds: float = 0.0
    #: Whether calls take time, in which the world goes on.
    latency: bool = True
    seed: int = 0


def scene_of(kind: Kind) -> Scene:
    """The pool, with a scheduler that is as unruly as Nomad's."""
    names = ("spot", "on-demand") if kind.two_groups else ("spot",)
    idle_after = kind.idle_after_seconds
    scaling = Scaling(
        strategy=kind.strategy,
        target_wait=timedelta(seconds=kind.target_wait_seconds),
        children_per_node=3,
        steps=(Step(queue=1, add=1), Step(queue=6, add=3)),
        spare=kind.spare,
        scale_out=ScaleOut(cooldown=timedelta(seconds=kind.scale_out_cooldown_seconds), max_step=4),
        scale_in=ScaleIn(
            idle_after=None if idle_after is None else timedelta(seconds=idle_after),
            max_step=3,
            pack_tail=kind.pack_tail,
        ),
    )
    settings = PoolSettings(
        name="pool",
        jobs=_OURS,
        group=names,
        nodes=NodeSelector(class_="pool"),
        size=Size(min=kind.size_min, max=kind.size_max),
        node=NodeShape(cpu=_NODE.cpu_mhz, memory=_NODE.memory_mib, disk=20_000 - 100),
        boot_timeout=timedelta(minutes=5),
        scaling=scaling,
    )
    hooks = (Hook("drain", timedelta(minutes=10)),) if kind.hooks else ()
    groups = tuple(
        GroupSpec(
            name=name,
            size_max=6,
            capacity=_NODE,
            system=_SYSTEM,
            launch_seconds=2.0,
            boot_seconds=60.0,
            boot_jitter=0.3,
            retry_seconds=45.0,
            protects_new=kind.protects_new,
            hooks=hooks,
        )
        for name in names
    )
    return Scene(
        settings=settings,
        groups=groups,
        jobs=_JOBS,
        scheduler=SchedulerSettings(
            evaluation_seconds=0.2,
            plan_seconds=1.5,
            late_plan_chance=0.5,
            in_order=False,
            choices=2,
        ),
        latency=Latency(read_seconds=0.2, action_seconds=0.3) if kind.latency else Latency(),
        seed=kind.seed,
    )


def kind_of(rng: random.Random) -> Kind:
    """Any kind of pool."""
    size_max = rng.choice((1, 4, 8, 20))
    return Kind(
        strategy=rng.choice(STRATEGIES),
        target_wait_seconds=rng.choice((0.0, 60.0, 300.0)),
        idle_after_seconds=rng.choice((None, 0.0, 60.0)),
        two_groups=rng.random() < 0.5,
        hooks=rng.random() < 0.3,
        protects_new=rng.random() < 0.8,
        pack_tail=rng.random() < 0.7,
        size_min=min(size_max, rng.choice((0, 0, 1, 2))),
        size_max=size_max,
        spare=rng.choice((0, 0, 0, 1)),
        scale_out_cooldown_seconds=rng.choice((0.0, 0.0, 30.0)),
        latency=rng.random() < 0.7,
        seed=rng.randrange(1 << 30),
    )


def play(seed: int, *, events_count: int = 40) -> History:
    """One random history to its end.  Raises ``Violated``."""
    rng = generator(seed, "history")
    history = History(scene_of(kind_of(rng)))
    for _ in range(events_count):
        _any_of(_EVENTS, history, rng)
        history.cycle(rng.randrange(1, 4), rng.choice((0.6, 3.0, 10.0, 10.0)))
    history.come_to_rest()
    return history


def _dispatch(history: History, rng: random.Random) -> None:
    count = rng.choice((1, 1, 2, 5, 12))
    history.dispatch(rng.randrange(4), count, rng.choice((5.0, 40.0, 200.0, 900.0)))


def _long_wait(history: History, rng: random.Random) -> None:
    history.cycle(rng.randrange(5, 40), 10.0)


def _silence(history: History, rng: random.Random) -> None:
    history.wait(rng.choice((30.0, 120.0, 400.0)))


def _foreign_cordon(history: History, rng: random.Random) -> None:
    history.foreign_cordon(rng.randrange(20), draining=rng.random() < 0.4)


def _resize_group(history: History, rng: random.Random) -> None:
    history.resize_group(rng.randrange(2), rng.choice((0, 0, 1, 2)), rng.choice((2, 4, 8)))


def _reconfigure(history: History, rng: random.Random) -> None:
    history.reconfigure(rng.choice((0, 0, 1, 3)), rng.choice((3, 6, 12)))


def _strike(history: History, rng: random.Random) -> None:
    history.faults.loses_memory = rng.random() < 0.5
    for _ in range(rng.randrange(1, 3)):
        history.faults.strikes.extend([Strike.NOTHING] * rng.randrange(3))
        history.faults.strikes.append(rng.choice(STRIKES))


def _unreadable(history: History, rng: random.Random) -> None:
    history.faults.parts = frozenset(rng.sample(PARTS, rng.randrange(1, 4)))


def _stale(history: History, rng: random.Random) -> None:
    history.faults.systems = frozenset(rng.choice((("nomad",), ("aws",), ("nomad", "aws"))))


def _launch_failures(history: History, rng: random.Random) -> None:
    history.faults.launches.extend([rng.choice(FAILURES)] * rng.randrange(1, 7))


def _boots(history: History, rng: random.Random) -> None:
    history.faults.boots.extend(rng.choice(((None,), (None, None), (3.0,), (8.0,))))


_Event = Callable[[History, random.Random], None]
_Weighed = Sequence[tuple[int, _Event]]
#: What goes wrong, by how often.
_TROUBLES: _Weighed = (
    (2, _foreign_cordon),
    (2, lambda history, rng: history.foreign_release(rng.randrange(20))),
    (1, _resize_group),
    (1, _reconfigure),
    (4, _strike),
    (3, _unreadable),
    (2, _stale),
    (2, _launch_failures),
    (2, _boots),
    (2, lambda history, rng: history.interrupt(rng.randrange(20))),
    (1, lambda history, rng: history.advise(rng.randrange(20))),
    (1, lambda history, rng: history.retire(rng.randrange(20))),
    (1, lambda history, rng: history.cut_off(rng.randrange(20))),
    (1, lambda history, rng: history.reconnect()),  # noqa: ARG005 - every event is handed both
    (1, lambda history, rng: history.pause(rng.choice((20.0, 120.0, 600.0)))),
    (1, lambda history, rng: history.resume()),  # noqa: ARG005 - as above
    (1, lambda history, rng: history.restart(memory_lost=rng.random() < 0.5)),
)
_EVENTS: _Weighed = ((10, _dispatch), (6, _long_wait), (2, _silence), *_TROUBLES)


def _any_of(events: _Weighed, history: History, rng: random.Random) -> None:
    (_, event) = rng.choices(events, [weight for weight, _ in events])[0]
    event(history, rng)


def trouble(history: History, rng: random.Random) -> None:
    """Let anything go wrong."""
    _any_of(_TROUBLES, history, rng)

"""
How long a decision takes: 10,000 pending children of five shapes, 500 nodes at work.

``python -m bench.decision``.  ``decide`` alone, on one observation, for each strategy, with what a
pool that has run for a while remembers.  As machines differ, each is also told as a multiple of a
yardstick: a fixed piece of pure Python that is timed in turn with it.  Imports ``bench`` and
``autoscaler``.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autoscaler.core.memory import Memory
from autoscaler.core.model import (
    Cohort,
    Finished,
    Group,
    GroupAsk,
    Instance,
    JobQueue,
    Lifecycle,
    Node,
    NodeFacts,
    NodeStatus,
    Observation,
    Running,
)
from autoscaler.core.policy import decide
from autoscaler.core.resources import Ask, Resources
from autoscaler.core.settings import (
    NodeSelector,
    NodeShape,
    PoolSettings,
    ScaleOut,
    Scaling,
    Size,
    Step,
    Strategy,
)
from bench.figure import Figure, tell

PENDING = 10_000
NODES = 500
_ROUNDS = 15
_NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_CAPACITY = Resources(cpu_mhz=16_000, memory_mib=32_000, disk_mib=200_000)
_STRATEGIES: tuple[Strategy, ...] = ("backlog", "per_node", "steps")
_FACTS = NodeFacts("linux", {"attr.cpu.arch": "amd64", "node.class": "transcode"})


def figures(nomad: Path | None) -> tuple[Figure, ...]:
    """Of values alone: the same whatever Nomad is measured."""
    if nomad is not None:
        return ()
    observation, memory = picture(random.Random(1)), learned(random.Random(2))
    found: list[Figure] = []
    for strategy in _STRATEGIES:
        settings = _settings(strategy)
        taken = [
            (_timed(lambda: decide(observation, settings, memory, _NOW)), _timed(yardstick))  # noqa: B023 - called at once
            for _ in range(_ROUNDS)
        ]
        what = f"a decision by {strategy}, {PENDING} pending of 5 shapes, {NODES} nodes"
        median = statistics.median(one for one, _ in taken)
        ratio = statistics.median(one / yard for one, yard in taken)
        found.append(Figure(f"{what}, median", median, "ms", 100))
        found.append(Figure("  in yardsticks", ratio, ""))
    return tuple(found)


def yardstick() -> int:
    """A fixed piece of work, of what a decision is made of: small objects, sorting, counting."""
    rows = [((number * 7919) % 10_007, number) for number in range(20_000)]
    counts: dict[int, int] = {}
    for key, number in sorted(rows):
        counts[key % 97] = counts.get(key % 97, 0) + number
    return max(counts.values())


def picture(rng: random.Random) -> Observation:
    """Every node at work with children of all shapes, and a queue that came over two hours."""
    groups = [(f"job-{index}", _asks(index)) for index in range(5)]
    nodes = tuple(_node(number, groups, rng) for number in range(NODES))
    instances = tuple(
        Instance(f"i-{number}", Lifecycle.IN_SERVICE, protected=True) for number in range(NODES)
    )
    group = Group("nomad-clients", NODES, 0, 2_000, instances, {})
    queues = tuple(_queue(job, asks, rng) for job, asks in groups)
    return Observation("transcode", queues, nodes, (group,))


def learned(rng: random.Random) -> Memory:
    """Samples of service and boot times as large as they get."""
    services = {
        f"job-{index}": {
            profile: tuple(rng.lognormvariate(4 + index / 4, 1.0) for _ in range(400))
            for profile in ("small", "large")
        }
        for index in range(5)
    }
    boots = tuple(120 * rng.uniform(0.9, 1.1) for _ in range(50))
    return Memory(service_seconds=services, boot_seconds=boots)


def _asks(index: int) -> GroupAsk:
    return GroupAsk("main", Ask(1000 + 700 * index, 1500 + 1300 * index, 300))


def _node(number: int, groups: list[tuple[str, GroupAsk]], rng: random.Random) -> Node:
    left = _CAPACITY
    running: list[Running] = []
    while True:
        job, group = groups[rng.randrange(5)]
        if not left.room_for(group.ask, 0):
            break
        left = left.less(group.ask, 1, 0)
        began = _NOW - timedelta(seconds=rng.uniform(1, 3000))
        running.append(Running(job, began, began, rng.choice(("small", "large"))))
    return Node(
        node_id=f"node-{number}",
        name=f"n{number}",
        instance_id=f"i-{number}",
        status=NodeStatus.READY,
        eligible=True,
        draining=False,
        capacity=_CAPACITY,
        allocated=_CAPACITY - left,
        running=tuple(running),
        facts=_FACTS,
    )


def _queue(job: str, group: GroupAsk, rng: random.Random) -> JobQueue:
    count = PENDING // 5
    came = sorted(_NOW - timedelta(seconds=rng.uniform(0, 7200)) for _ in range(count))
    return JobQueue(
        job,
        count,
        NODES,
        (group,),
        waiting=tuple(Cohort(at, 1) for at in came),
        dispatched_count=3 * PENDING,
        finished=tuple(Finished("small", rng.lognormvariate(4, 1)) for _ in range(20)),
    )


def _settings(strategy: Strategy) -> PoolSettings:
    scaling = Scaling(
        strategy=strategy,
        target_wait=timedelta(minutes=5),
        children_per_node=8,
        steps=(Step(queue=1, add=1), Step(queue=100, add=10)),
    )
    return PoolSettings(
        name="transcode",
        jobs=tuple(f"job-{index}" for index in range(5)),
        group="nomad-clients",
        nodes=NodeSelector(class_="transcode"),
        size=Size(max=2_000),
        node=NodeShape(cpu=_CAPACITY.cpu_mhz, memory=_CAPACITY.memory_mib),
        scaling=replace(scaling, scale_out=ScaleOut(max_step=2_000)),
    )


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    return tell(figures(None))


if __name__ == "__main__":
    sys.exit(main())

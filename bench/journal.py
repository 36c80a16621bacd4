"""
What the journal takes of a large pool in a storm: bytes for each record, and time for each write.

``python -m bench.journal``.  500 nodes at work; from record to record children end on seventeen of
them and others begin, as in 5 s where they work for ten minutes.  Imports ``bench`` and
``autoscaler``.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autoscaler.adapters.journal import FILE_NAME, Journal
from autoscaler.core.memory import Memory
from autoscaler.core.model import Node, Observation
from autoscaler.core.policy import decide
from autoscaler.core.settings import NodeSelector, NodeShape, PoolSettings, Size
from autoscaler.ports import CycleReport
from bench.decision import NODES, learned, picture
from bench.figure import Figure, tell

RECORDS = 100
_CHANGED = 17
_EVERY = timedelta(seconds=5)
_NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
#: As many as an observation holds of a queue.
_COHORTS = 50
_SETTINGS = PoolSettings(
    name="transcode",
    jobs=tuple(f"job-{index}" for index in range(5)),
    group="nomad-clients",
    nodes=NodeSelector(class_="transcode"),
    size=Size(max=NODES),
    node=NodeShape(cpu=16_000, memory=32_000),
)


def figures(nomad: Path | None) -> tuple[Figure, ...]:
    """Of values alone: the same whatever Nomad is measured."""
    if nomad is not None:
        return ()
    with tempfile.TemporaryDirectory(prefix="journal-") as directory:
        path = Path(directory) / FILE_NAME
        with closing(Journal(path)) as journal:
            taken = [_timed(journal, report) for report in _storm()]
        size = path.stat().st_size
    about = f"{NODES} nodes in a storm"
    return (
        Figure(f"a record of the journal, {about}, on disk", size / RECORDS / 1000, "kB", 25),
        Figure(f"a write to the journal, {about}, median", statistics.median(taken), "ms", 100),
    )


def _storm() -> Iterator[CycleReport]:
    rng, memory = random.Random(1), learned(random.Random(2))
    observation = picture(rng)
    queues = tuple(
        replace(one, waiting=one.waiting[:_COHORTS], finished=()) for one in observation.queues
    )
    observation = replace(observation, queues=queues)
    for number in range(RECORDS):
        now = _NOW + number * _EVERY
        observation = _later(observation, now, rng)
        decision = decide(observation, _SETTINGS, memory, now)
        yield CycleReport(
            pool=_SETTINGS.name,
            cycle_id=f"c-{number:06d}",
            observation=observation,
            decision=decision,
            actions=(),
            memory=decision.memory,
            ended_at=now,
            duration_seconds=0.2,
            settings=_SETTINGS,
            memory_before=memory,
            now=now,
        )
        memory = _learned_more(decision.memory, rng)


def _later(observation: Observation, now: datetime, rng: random.Random) -> Observation:
    """On some nodes a child has ended and another begun."""
    nodes = list(observation.nodes or ())
    for index in rng.sample(range(len(nodes)), _CHANGED):
        nodes[index] = _with_a_new_child(nodes[index], now)
    return replace(observation, nodes=tuple(nodes))


def _with_a_new_child(node: Node, now: datetime) -> Node:
    first, *others = node.running
    return replace(node, running=(*others, replace(first, started_at=now, placed_at=now)))


def _learned_more(memory: Memory, rng: random.Random) -> Memory:
    times = {job: dict(of_job) for job, of_job in memory.service_seconds.items()}
    for _ in range(_CHANGED):
        of_job = times[rng.choice(list(times))]
        profile = rng.choice(list(of_job))
        of_job[profile] = (*of_job[profile][1:], rng.lognormvariate(4, 1))
    return replace(memory, service_seconds=times)


def _timed(journal: Journal, report: CycleReport) -> float:
    began = time.perf_counter()
    journal.record(report)
    return (time.perf_counter() - began) * 1000


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    return tell(figures(None))


if __name__ == "__main__":
    sys.exit(main())

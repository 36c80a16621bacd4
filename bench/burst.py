"""
How many nodes a burst of 1,000 children is served with, against the fewest that could do it.

``python -m bench.burst``.  The burst comes at once to a pool without nodes, which has learned from
earlier children how long they take and from earlier nodes how long they boot (not how long these
will).  Each cell is another pool: slots a node, boot time, target wait, law of the service times.

The bound.  Every child must start within the wait W.  No node works before its boot B is over, so
launches after the first instant only start later than those at it: the best plan launches all its
nodes at once.  Nomad places children as they came.  On m slots that open at B, and in that order,
the first m start at B and each other one when a slot falls free: with more slots none starts later,
so the least m with which the last start is at W or before is found by bisection, from the true
service times, which no policy knows.  No plan has fewer nodes than m / slots, rounded up.

Imports ``bench`` and ``autoscaler``.
"""

import heapq
import itertools
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autoscaler.core.memory import Memory
from autoscaler.simulator.report import SimulationReport
from autoscaler.simulator.run import Cadence, Runner, Simulation
from autoscaler.simulator.workload import burst
from bench.figure import Figure, tell
from bench.scenes import JOB, Knobs, scene

CHILDREN = 1_000
_LEARNED = 400
_BOOTS_LEARNED = 30
_SEEDS = (1, 2)
#: Slots a node, boot and target wait in seconds.
_POOLS = (
    (1, 60.0, 300.0),
    (2, 120.0, 300.0),
    (2, 120.0, 600.0),
    (4, 120.0, 300.0),
    (4, 180.0, 600.0),
    (2, 120.0, 0.0),
)
_LAWS: tuple[tuple[str, Callable[[random.Random], float]], ...] = (
    # Not a divisor of the time between boot and wait: there a second's delay costs a whole round.
    ("all 50 s", lambda rng: 50.0),  # noqa: ARG005 - a law is handed its luck
    ("lognormal, mean 60 s, CV 1", lambda rng: rng.lognormvariate(3.7478, 0.8326)),
    ("lognormal, mean 120 s, CV 2", lambda rng: rng.lognormvariate(3.9828, 1.2686)),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A pool, a law of service times, and a seed."""

    knobs: Knobs
    law: str
    draw: Callable[[random.Random], float]

    def __str__(self) -> str:
        knobs = self.knobs
        return (
            f"{self.law}; {knobs.slots} slots, boot {knobs.boot_seconds:.0f} s, "
            f"within {knobs.target_wait_seconds:.0f} s"
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What the burst took."""

    cell: Cell
    report: SimulationReport
    bound: int

    @property
    def ratio(self) -> float:
        """Launches over the fewest that could do."""
        return self.report.launched_count / self.bound


def fewest_nodes(services: Sequence[float], slots: int, boot: float, wait: float) -> int:
    """The bound above.  Where the wait is shorter than a boot: room for all at once."""
    if wait <= boot:
        return -(-len(services) // slots)
    low, high = 1, len(services)
    while low < high:
        middle = (low + high) // 2
        if _last_start(services, middle, boot) <= wait:
            high = middle
        else:
            low = middle + 1
    return -(-low // slots)


def _last_start(services: Sequence[float], slots: int, boot: float) -> float:
    free_at = [boot] * slots
    started = boot
    for service in services:
        started = heapq.heappop(free_at)
        heapq.heappush(free_at, started + service)
    return started


def run(cell: Cell, *, learned: bool = True) -> Result:
    """One burst."""
    knobs, rng = cell.knobs, random.Random(f"{cell} {cell.knobs.seed}")
    services = [cell.draw(rng) for _ in range(CHILDREN)]
    simulation = Simulation(replace(scene(knobs), cadence=Cadence(rest_seconds=1.0)))
    if learned:
        simulation.memory = _memory(cell, rng)
    report = Runner(simulation, burst(services)).run()
    bound = fewest_nodes(services, knobs.slots, knobs.boot_seconds, knobs.target_wait_seconds)
    return Result(cell, report, bound)


def _memory(cell: Cell, rng: random.Random) -> Memory:
    """What earlier work and earlier nodes have taught."""
    sample = tuple(cell.draw(rng) for _ in range(_LEARNED))
    boot, jitter = cell.knobs.boot_seconds, cell.knobs.boot_jitter
    boots = tuple(boot * rng.uniform(1 - jitter, 1 + jitter) for _ in range(_BOOTS_LEARNED))
    return Memory(service_seconds={JOB: {"": sample}}, boot_seconds=boots)


def cells() -> list[Cell]:
    """All of them."""
    return [
        Cell(
            Knobs(
                slots=slots,
                boot_seconds=boot,
                target_wait_seconds=wait,
                nodes_max=CHILDREN,
                seed=seed,
            ),
            law,
            draw,
        )
        for (slots, boot, wait), (law, draw), seed in itertools.product(_POOLS, _LAWS, _SEEDS)
    ]


def figures(nomad: Path | None) -> tuple[Figure, ...]:
    """Simulated whole: the same whatever Nomad is measured."""
    if nomad is not None:
        return ()
    return _figures([run(cell) for cell in cells()])


def _figures(results: Sequence[Result]) -> tuple[Figure, ...]:
    worst = max(results, key=lambda result: result.ratio)
    mean = sum(result.ratio for result in results) / len(results)
    late = sum(_late(result) for result in results) / len(results)
    return (
        Figure("launches for a burst of 1,000 over the fewest, mean", mean, "", 1.10),
        Figure(f"the worst: {worst.cell}", worst.ratio, ""),
        Figure("children that waited for longer than they should, mean", 100 * late, "%"),
        Figure("children killed", sum(one.report.killed_count for one in results), "", 1),
        Figure("children left unserved", sum(one.report.unserved_count for one in results), "", 1),
    )


def _late(result: Result) -> float:
    knobs = result.cell.knobs
    # A wait that is shorter than a boot cannot be kept.
    limit = max(knobs.target_wait_seconds, knobs.boot_seconds * (1 + knobs.boot_jitter) + 10)
    return result.report.late_share(limit)


def main() -> int:
    """Print a row for each cell, then the figures; 1 if a goal is missed."""
    print(f"{'cell':<72}{'fewest':>7}{'launches':>9}{'ratio':>7}{'p95':>6}{'max':>6}{'late %':>8}")
    results = []
    for cell in cells():
        results.append(one := run(cell))
        report = one.report
        print(
            f"{f'{cell}, seed {cell.knobs.seed}':<72}{one.bound:>7}{report.launched_count:>9}"
            f"{one.ratio:>7.3f}{report.wait(0.95):>6.0f}{report.wait(1):>6.0f}"
            f"{100 * _late(one):>8.2f}",
            flush=True,
        )
    return tell(_figures(results))


if __name__ == "__main__":
    sys.exit(main())

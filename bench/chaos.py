"""
Nothing that runs is ever ended by us: pools under load while anything goes wrong.

``python -m bench.chaos [--children 100000]`` runs pools of 2,000 children each, with failed and
partial reads, refused actions, lost answers, crashes, failed launches, lost nodes, interruptions
and other people's cordons, until so many children have been served; every invariant is checked
after every cycle.  ``--histories 10000`` plays so many short random histories instead, and
``--seed N`` the one that failed.  Imports ``bench`` and ``autoscaler``.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autoscaler.simulator.history import History, Violated
from autoscaler.simulator.play import play
from autoscaler.simulator.unrest import endure
from bench.figure import Figure, tell

CHILDREN = 100_000
_PER_POOL = 2_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one history; its story where an invariant was violated."""

    seed: int
    story: str
    finished_count: int = 0
    killed_count: int = 0
    lost_count: int = 0
    cycle_count: int = 0
    crash_count: int = 0
    launched_count: int = 0


def figures(nomad: Path | None) -> tuple[Figure, ...]:
    """Simulated whole: the same whatever Nomad is measured."""
    return () if nomad is not None else under_load(CHILDREN, 1)


def under_load(children_count: int, processes: int) -> tuple[Figure, ...]:
    """Pools enough for so many children."""
    run = partial(_outcome, partial(endure, children_count=_PER_POOL))
    outcomes = tuple(_told(_all(run, range(-(-children_count // _PER_POOL)), processes), "--pool"))
    served = sum(one.finished_count for one in outcomes)
    about = f"of {served} children served under chaos"
    return (
        Figure(
            f"children that we killed, {about}", sum(one.killed_count for one in outcomes), "", 1
        ),
        Figure("pools in which an invariant was violated", _failed(outcomes), "", 1),
        Figure(f"children that AWS ended, {about}", sum(one.lost_count for one in outcomes), ""),
        Figure("instances launched", sum(one.launched_count for one in outcomes), ""),
        Figure("cycles", sum(one.cycle_count for one in outcomes), ""),
        Figure("crashes of the daemon", sum(one.crash_count for one in outcomes), ""),
    )


def random_histories(seeds: Iterable[int], processes: int) -> tuple[Figure, ...]:
    """Short ones, each of another pool."""
    began = time.monotonic()
    outcomes = tuple(_told(_all(partial(_outcome, play), seeds, processes), "--seed"))
    took = time.monotonic() - began
    what = f"of {len(outcomes)} random histories, those in which an invariant was violated"
    return (
        Figure(what, _failed(outcomes), "", 1),
        Figure("their cycles", sum(one.cycle_count for one in outcomes), ""),
        Figure("time taken", took, "s"),
    )


def _outcome(run: Callable[[int], History], seed: int) -> Outcome:
    try:
        simulation = run(seed).simulation
    except Violated as error:
        return Outcome(seed, str(error))
    except Exception:  # noqa: BLE001 - a decision that breaks is a finding, and the rest go on
        return Outcome(seed, traceback.format_exc())
    report = simulation.report()
    return Outcome(
        seed=seed,
        story="",
        finished_count=report.finished_count,
        killed_count=report.killed_count,
        lost_count=report.lost_count,
        cycle_count=report.cycle_count,
        crash_count=report.crash_count,
        launched_count=report.launched_count,
    )


def _all(run: Callable[[int], Outcome], seeds: Iterable[int], processes: int) -> Iterator[Outcome]:
    if processes == 1:
        yield from map(run, seeds)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(run, seeds, chunksize=4)


def _told(outcomes: Iterable[Outcome], option: str) -> Iterator[Outcome]:
    """Tell of each that failed, with the line that replays it."""
    for outcome in outcomes:
        if outcome.story:
            print(f"{outcome.story}\nreplay: python -m bench.chaos {option} {outcome.seed}\n")
        yield outcome


def _failed(outcomes: Iterable[Outcome]) -> int:
    return sum(1 for one in outcomes if one.story)


def main() -> int:
    """Print the figures; 1 if anything was killed or an invariant violated."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--children", type=int, default=CHILDREN, help="to be served under chaos")
    parser.add_argument("--histories", type=int, help="play so many short random histories")
    parser.add_argument("--first", type=int, default=0, help="the seed of the first of them")
    parser.add_argument("--seed", type=int, help="replay one of them")
    parser.add_argument("--pool", type=int, help="replay one pool under load")
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.seed is not None:
        return tell(random_histories([arguments.seed], 1))
    if arguments.pool is not None:
        run = partial(endure, children_count=_PER_POOL)
        return 1 if _failed(_told([_outcome(run, arguments.pool)], "--pool")) else 0
    if arguments.histories is not None:
        seeds = range(arguments.first, arguments.first + arguments.histories)
        return tell(random_histories(seeds, arguments.processes))
    return tell(under_load(arguments.children, arguments.processes))


if __name__ == "__main__":
    sys.exit(main())

"""
How good the decisions are: cost against a lower bound, and waits, on traces of real work.

``python -m bench.policy --traces DIR [--scenario flash …] [--slots 2 …] [--boot 120 …]``: ``DIR``,
or POLICY_TRACES in the environment, is a folder of ``NAME.csv`` or ``NAME.csv.gz`` files of
``arrival_s,service_s``.  Each cell (scenario, slots, boot, seed) runs the product's own cycle in
simulated time.  A child is late if it waits for longer than 300 s; the cost is compared with a
bound that no plan can beat (``autoscaler.bounds``).  Imports ``bench`` and ``autoscaler``.
"""

import argparse
import itertools
import math
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from autoscaler.baselines import BASELINES, BaselineSimulation, Known
from autoscaler.bounds import Terms, Work, lower_bound
from autoscaler.simulator.report import SimulationReport
from autoscaler.simulator.run import Runner, Simulation
from autoscaler.simulator.workload import Arrival, read_trace
from bench.scenes import Knobs, scene

LIMIT_SECONDS = 300.0
TRACES = "POLICY_TRACES"
#: In these each service time was recorded with its arrival, so the pairs are never drawn anew.
RECORDED_TOGETHER = ("hpc", "genai")


@dataclass(frozen=True, slots=True)
class Cell:
    """One run: a trace, and the pool that serves it."""

    trace: Path
    knobs: Knobs
    #: A name of ``autoscaler.baselines`` in place of the product's decision.
    peer: str | None = None

    @property
    def scenario(self) -> str:
        """The trace's name."""
        return self.trace.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a cell."""

    cell: Cell
    report: SimulationReport
    bound_seconds: float
    took_seconds: float

    @property
    def ratio(self) -> float:
        """Cost over the lower bound; never below 1 unless something is broken."""
        return self.report.node_seconds / self.bound_seconds

    @property
    def late_percent(self) -> float:
        """Children that waited for too long."""
        return 100 * self.report.late_share(LIMIT_SECONDS)


def run(cell: Cell) -> Result:
    """Simulate one cell."""
    arrivals = drawn(cell)
    began = time.perf_counter()
    work = [Work(one.at_seconds, one.service_seconds) for one in arrivals]
    simulation = Simulation(scene(cell.knobs))
    terms = Terms(cell.knobs.slots, cell.knobs.boot_seconds, LIMIT_SECONDS)
    if cell.peer is not None:
        known = Known.of(work, terms)
        simulation = BaselineSimulation(simulation.scene, cell.peer, known)
    report = Runner(simulation, arrivals).run()
    took = time.perf_counter() - began
    return Result(cell, report, lower_bound(work, terms), took)


def run_all(cells: Sequence[Cell], processes: int) -> Iterator[Result]:
    """In the order of the cells."""
    if processes == 1:
        yield from map(run, cells)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(run, cells)


def drawn(cell: Cell) -> tuple[Arrival, ...]:
    """The trace as it is for seed 1; for others its service times are dealt out anew."""
    arrivals = read_trace(cell.trace)
    if cell.knobs.seed == 1 or cell.scenario in RECORDED_TOGETHER:
        return arrivals
    services = [one.service_seconds for one in arrivals]
    random.Random(cell.knobs.seed).shuffle(services)
    return tuple(
        one._replace(service_seconds=service)
        for one, service in zip(arrivals, services, strict=True)
    )


def traces_of(directory: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """The files of the scenarios named, or of all that there are."""
    found = {
        path.name.partition(".")[0]: path
        for path in sorted(directory.glob("*.csv*"))
        if path.name.endswith((".csv", ".csv.gz"))
    }
    missing = [name for name in names if name not in found]
    if missing or not found:
        raise SystemExit(f"{directory} has no trace {', '.join(missing) or 'NAME.csv[.gz]'}")
    return tuple(found[name] for name in names or found)


def mean_ratio(results: Iterable[Result]) -> float:
    """The geometric mean of the costs over their bounds."""
    logarithms = [math.log(result.ratio) for result in results]
    return math.exp(sum(logarithms) / len(logarithms))


_HEAD = (
    f"{'scenario':<10}{'slots':>6}{'boot':>6}{'seed':>5}{'hours':>9}{'ratio':>7}{'p50':>7}{'p95':>7}"
    f"{'p99':>7}{'max':>8}{'late %':>8}{'launches':>9}{'killed':>7}{'unserved':>9}{'took':>7}"
)


def _row(result: Result) -> str:
    knobs, report = result.cell.knobs, result.report
    return (
        f"{result.cell.scenario:<10}{knobs.slots:>6}{knobs.boot_seconds:>6.0f}{knobs.seed:>5}"
        f"{report.node_hours:>9.1f}{result.ratio:>7.3f}{report.wait(0.5):>7.0f}"
        f"{report.wait(0.95):>7.0f}{report.wait(0.99):>7.0f}{report.wait(1):>8.0f}"
        f"{result.late_percent:>8.2f}{report.launched_count:>9}{report.killed_count:>7}"
        f"{report.unserved_count:>9}{result.took_seconds:>7.1f}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.policy", description=__doc__)
    parser.add_argument("--traces", type=Path, default=os.environ.get(TRACES))
    parser.add_argument("--scenario", nargs="*", default=[], help="all that are there")
    parser.add_argument("--slots", nargs="*", type=int, default=[2])
    parser.add_argument("--boot", nargs="*", type=float, default=[120.0], help="seconds")
    parser.add_argument("--seed", nargs="*", type=int, default=[1])
    parser.add_argument("--strategy", choices=("backlog", "per_node"), default="backlog")
    parser.add_argument("--target-wait", type=float, default=LIMIT_SECONDS, help="seconds")
    parser.add_argument("--strict", action="store_true", help="none late, as far as can be")
    parser.add_argument("--idle-after", type=float, help="seconds; else by break-even")
    parser.add_argument(
        "--keep-warm", type=float, default=Knobs().keep_warm, help="share of a boot"
    )
    parser.add_argument("--no-pack-tail", action="store_true")
    parser.add_argument("--interval", type=float, default=10.0, help="seconds between cycles")
    parser.add_argument("--on-change", action="store_true", help="cycles at once as well")
    parser.add_argument("--choices", type=int, help="nodes that the scheduler compares")
    parser.add_argument("--peer", choices=tuple(BASELINES), help="another one's policy instead")
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.traces is None:
        parser.error(f"--traces names a folder of traces, or {TRACES} in the environment")
    return arguments


def _cells(arguments: argparse.Namespace) -> list[Cell]:
    common = Knobs(
        strategy=arguments.strategy,
        target_wait_seconds=arguments.target_wait,
        strict=arguments.strict,
        idle_after_seconds=arguments.idle_after,
        keep_warm=arguments.keep_warm,
        pack_tail=not arguments.no_pack_tail,
        interval_seconds=arguments.interval,
        on_change=arguments.on_change,
        choices=arguments.choices,
    )
    traces = traces_of(arguments.traces, arguments.scenario)
    grid = itertools.product(arguments.slots, arguments.boot, arguments.seed, traces)
    return [
        Cell(trace, replace(common, slots=slots, boot_seconds=boot, seed=seed), arguments.peer)
        for slots, boot, seed, trace in grid
    ]


def main() -> int:
    """Print a row for each cell; 1 where work was killed, left, or cost less than the bound."""
    results = []
    print(_HEAD)
    for result in run_all(_cells(arguments := _arguments()), arguments.processes):
        results.append(result)
        print(_row(result), flush=True)
        for violation in result.report.violations[:3]:
            print(f"  violated: {violation}")
    worst = max(result.late_percent for result in results)
    launches = sum(result.report.launched_count for result in results)
    hours = sum(result.report.node_hours for result in results)
    print(
        f"geometric mean {mean_ratio(results):.3f}   worst late {worst:.2f} %   "
        f"launches {launches}   node-hours {hours:.0f}"
    )
    sound = all(
        not (one.report.killed_count or one.report.unserved_count or one.report.violations)
        and one.ratio >= 1
        for one in results
    )
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())

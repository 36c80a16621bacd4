"""
How good the decisions are: our own against other autoscalers', and against what no plan can beat.

``python -m bench.policies [--traces DIR] [--short] [--cells 2x120 …] [--policies ours keda …]``.

``DIR``, or POLICY_TRACES in the environment, is a folder of ``NAME.csv`` or ``NAME.csv.gz`` files
of ``arrival_s,service_s``; without one there are the generated shapes.  A cell is slots and boot
time of a node; seeds 2 and up deal the service times out anew.  Each run is the product's own cycle
in simulated time, from an empty pool that has learned nothing.  A child is late if it waits for
longer than 300 s; the cost is told as a multiple of a lower bound (``autoscaler.bounds``), and
averaged over the scenarios that can be served in time at all.  ``--robustness`` disturbs our own
instead.  Ends with 1 where work was killed or left, or cost less than the bound.
Imports ``bench`` and ``autoscaler``.
"""

import argparse
import itertools
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bench.contest import OURS, Contestant, Result, contestants, run
from bench.figure import Figure
from bench.gate import QUICK, SCALE, record_of, recorded, short_form, shortfalls, write
from bench.ground import LIMIT_SECONDS, TRACES, Place, Source, ground_of, place_by_place
from bench.policy_table import cell_of, scenario_table, totals, totals_table
from bench.robustness import Trial, disturb_all, robustness_head, robustness_row
from bench.scenes import Knobs

#: Slots and boot seconds.
_MAIN = (2, 120.0)
_ALL = tuple(itertools.product((1, 2, 4), (60.0, 120.0, 180.0)))


def figures(nomad: Path | None) -> tuple[Figure, ...]:
    """The short form: on real traces where the environment names a folder, else generated."""
    if nomad is not None:
        return ()
    directory = os.environ.get(TRACES)
    source = Source(Path(directory)) if directory else Source(scale=SCALE)
    places = [Place(name) for name in source.names(QUICK)]
    results = list(run_all(source, places, contestants(("ours",)), 1))
    (one,) = totals(results)
    worst = f"late children, worst scenario ({one.worst_late_scenario})"
    return (
        Figure("cost over the lower bound, geometric mean", one.ratio, "x", 1.5),
        Figure(worst, one.worst_late_percent, "%", 0.5),
        Figure("children killed", one.killed, "", 1),
        Figure("children left unserved", one.unserved, "", 1),
    )


def run_all(
    source: Source, places: Sequence[Place], entered: Sequence[Contestant], processes: int
) -> Iterator[Result]:
    """Every contestant in every place, place by place in their order."""
    return place_by_place(partial(_of_place, source, entered), places, processes)


def _of_place(source: Source, entered: Sequence[Contestant], place: Place) -> list[Result]:
    ground = ground_of(source, place)
    return [run(contestant, ground) for contestant in entered]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.policies",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--traces", type=Path, default=os.environ.get(TRACES), metavar="DIR")
    parser.add_argument("--scale", type=float, help="so much of a generated shape's window")
    parser.add_argument("--short", action="store_true", help=f"only {', '.join(QUICK)}")
    parser.add_argument("--scenario", nargs="+", default=[], help="those named; else all")
    parser.add_argument("--policies", nargs="+", default=["all"], help="those named; else all")
    parser.add_argument(
        "--cells", nargs="+", default=["main"], help="main (2x120), all, or SLOTSxBOOT each"
    )
    parser.add_argument("--seed", nargs="+", type=int, default=[1], help="1 2 3 is the protocol")
    parser.add_argument("--robustness", action="store_true", help="disturb our own policy")
    parser.add_argument("--gate", action="store_true", help="the short form against the recorded")
    parser.add_argument("--record", action="store_true", help="record the short form's figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the totals, and each run")
    parser.add_argument("--processes", type=int, default=1)
    _add_knobs(parser)
    return parser


def _add_knobs(parser: argparse.ArgumentParser) -> None:
    ours = parser.add_argument_group("the settings of `ours`")
    ours.add_argument("--strategy", choices=("backlog", "per_node"), default="backlog")
    ours.add_argument("--target-wait", type=float, default=LIMIT_SECONDS, help="seconds")
    ours.add_argument("--strict", action="store_true", help="none late, as far as can be")
    ours.add_argument("--idle-after", type=float, help="seconds; else by break-even")
    ours.add_argument("--keep-warm", type=float, default=Knobs().keep_warm, help="share of a boot")
    ours.add_argument("--no-pack-tail", action="store_true")
    ours.add_argument("--interval", type=float, default=10.0, help="seconds between cycles")
    ours.add_argument("--on-change", action="store_true", help="cycles at once as well")
    ours.add_argument("--choices", type=int, help="nodes that the scheduler compares")


def _knobs(arguments: argparse.Namespace) -> Knobs:
    return Knobs(
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


def _cells(named: Sequence[str]) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []
    for name in named:
        if name in ("main", "all"):
            found += [_MAIN] if name == "main" else _ALL
            continue
        slots, _, boot = name.partition("x")
        try:
            found.append((int(slots), float(boot)))
        except ValueError:
            raise SystemExit(f"{name} is no cell: main, all, or as 2x120") from None
    return list(dict.fromkeys(found))


def _places(names: Sequence[str], arguments: argparse.Namespace) -> Iterator[Place]:
    """Cell by cell, scenario by scenario; only the main cell is run with more than one seed."""
    for cell in _cells(arguments.cells):
        seeds = arguments.seed if cell == _MAIN else arguments.seed[:1]
        for name, seed in itertools.product(names, seeds):
            yield Place(name, *cell, seed)


def _tell(results: Iterator[Result]) -> list[Result]:
    """Print each scenario as it is done, then each cell's totals."""
    told: list[Result] = []
    for _, some in itertools.groupby(results, lambda one: (cell_of(one.place), one.place.scenario)):
        of_scenario = list(some)
        told += of_scenario
        for line in scenario_table(of_scenario):
            print(line, flush=True)
        for one in of_scenario:
            for violation in one.report.violations[:3]:
                print(f"  violated by {one.contestant}: {violation}")
    for _, some in itertools.groupby(told, lambda one: cell_of(one.place)):
        for line in totals_table(list(some)):
            print(line, flush=True)
    return told


def _as_json(results: Sequence[Result]) -> str:
    cells = itertools.groupby(results, lambda one: cell_of(one.place))
    told: Mapping[str, object] = {
        "totals": [
            {"slots": slots, "boot_seconds": boot} | asdict(one)
            for (slots, boot), some in cells
            for one in totals(list(some))
        ],
        "runs": [
            {
                "policy": one.contestant,
                **asdict(one.place),
                "servable": one.servable,
                "node_hours": one.report.node_hours,
                "lower_bound_node_hours": one.bound_seconds / 3600,
                "late_percent": one.late_percent,
                "wait_s": {f"p{at}": one.report.wait(at / 100) for at in (50, 95, 99, 100)},
                "launches": one.report.launched_count,
                "killed": one.report.killed_count,
                "unserved": one.report.unserved_count,
                **asdict(one.elasticity),
            }
            for one in results
        ],
    }
    return json.dumps(told, indent=1) + "\n"


def _record() -> int:
    found = {name: short_form(name, knobs) for name, knobs in OURS.items()}
    write(record_of(found))
    for runs in found.values():
        for line in totals_table(runs):
            print(line)
    return 0


def _hold_to_recorded() -> int:
    record = recorded()
    worse: list[str] = []
    for name, knobs in OURS.items():
        results = short_form(name, knobs, record)
        for line in totals_table(results):
            print(line)
        worse += shortfalls(name, results, record)
    for line in worse:
        print(f"worse: {line}")
    return 1 if worse else 0


def _disturb(trials: Iterator[Trial]) -> int:
    passed = True
    for line in robustness_head():
        print(line)
    for trial in trials:
        print(robustness_row(trial), flush=True)
        passed = passed and not trial.failings
    return 0 if passed else 1


def main() -> int:
    """Print the tables; 1 where something is not sound, worse than recorded, or does not pass."""
    arguments = _parser().parse_args()
    if arguments.gate or arguments.record:
        return _record() if arguments.record else _hold_to_recorded()
    source = Source(arguments.traces, arguments.scale or 1.0)
    names = source.names(arguments.scenario or (QUICK if arguments.short else ()))
    places, knobs = list(_places(names, arguments)), _knobs(arguments)
    if arguments.robustness:
        return _disturb(disturb_all(source, places, knobs, arguments.processes))
    entered = contestants(tuple(arguments.policies), {**OURS, "ours": knobs})
    results = _tell(run_all(source, places, entered, arguments.processes))
    if arguments.json:
        arguments.json.write_text(_as_json(results), encoding="utf-8")
    return 0 if all(one.sound for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())

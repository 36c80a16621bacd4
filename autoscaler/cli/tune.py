"""
``autoscaler tune``: search the settings with which a workload costs least for the wait one wants.

Imports the modules beside it and errors, and the rest when it is called for.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from autoscaler.cli import replaying, results, tune_order
from autoscaler.cli.commands import Commands
from autoscaler.cli.status_line import StatusLine
from autoscaler.errors import InputError

if TYPE_CHECKING:
    from autoscaler.replay.case import Case
    from autoscaler.tuning.session import Findings
    from autoscaler.tuning.target import Target

_DESCRIPTION = """\
Search a pool's settings on a trace, or several: each is replayed through the daemon's own cycle, as
by `autoscaler simulate`.  Shows the frontier of cost against wait, names the cheapest setting that
meets the target, says how sure that is, and prints it as YAML to paste.  Of several traces costs
are added, and the target is to be met in each.
"""

_EPILOG = """\
examples:
  autoscaler tune --config a.yaml --trace week.csv.gz --slots 2 --p95-wait 2m --out pictures
  autoscaler tune --config a.yaml --journal --late-share 0.5% --late 300s --for 2m
  autoscaler tune --config a.yaml --trace a.csv --trace b.csv --vary scaling.target_wait=1m,2m,5m \\
      --vary scaling.scale_in.idle_after=null,0s,5m

Without a target: 95 % wait no longer than the pool's target_wait, or no longer than now.
--vary takes paths that begin at the pool; several make a grid, and nothing else is tried.

exits with 0; 1 if no setting meets the target; 2 bad arguments or configuration
"""

#: The names of the pictures.
_PICTURES = re.compile(r"frontier\.(png|svg)")


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "tune",
        help="search the settings that cost least for the wait you want, on your own history",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--config", dest="file", type=Path, metavar="FILE", help="the present configuration"
    )
    replaying.add_pool(parser, "in place of what the file says, as pools.0.size.max=50")
    targets = parser.add_argument_group("what is wanted, one of")
    target = targets.add_mutually_exclusive_group()
    target.add_argument("--p95-wait", metavar="TIME", help="95 %% wait no longer, such as 2m")
    target.add_argument("--p99-wait", metavar="TIME", help="99 %% wait no longer")
    target.add_argument(
        "--late-share", metavar="SHARE", help="no more wait longer than --late, such as 0.5%%"
    )
    effort = parser.add_argument_group("what is tried")
    effort.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="PATH=V1,V2,…",
        help="only these, as scaling.target_wait=1m,2m,5m; else what matters most",
    )
    bound = effort.add_mutually_exclusive_group()
    bound.add_argument("--budget", metavar="N", help="runs of the whole workload; 64")
    bound.add_argument("--for", dest="duration", metavar="TIME", help="about so long, such as 2m")
    replaying.add_workload(parser, several=True)
    replaying.add_conditions(parser)
    results.add_places(parser, figures="all figures", pictures="the frontier")
    parser.add_argument(
        "--processes", metavar="N", help="side by side; as many as there are processors"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from autoscaler.clock import SystemClock
    from autoscaler.tuning.session import tune

    path = arguments.file or arguments.config
    if path is None:
        raise InputError("tune: --config FILE is missing; start from config.example.yaml")
    pool = replaying.load_pool(path, arguments.overrides, arguments.pool)
    cases = tune_order.cases_of(arguments, pool)
    order = tune_order.order_of(arguments, pool)
    candidates = tune_order.candidates_of(arguments, pool)
    results.check_places(arguments)
    progress = _Progress(order.processes)
    try:
        courses = [tune_order.course_of(case, pool) for case in cases]
        findings = tune(order, candidates, courses, progress, SystemClock())
    except KeyboardInterrupt:
        return 130
    finally:
        progress.end()
    _tell(arguments, cases, findings)
    return 0 if findings.recommendation.chosen is not None else 1


def _tell(arguments: argparse.Namespace, cases: Sequence["Case"], findings: "Findings") -> None:
    from autoscaler.tuning.table import told

    def draw(directory: Path) -> Iterable[Path]:
        from autoscaler.tuning.plot import draw_frontier

        return draw_frontier(directory, findings=findings, title=_title(cases))

    written = results.drawn(arguments, draw, _PICTURES)
    titles, table = [case.title for case in cases], told(findings, arguments.overrides)
    text = "\n".join([*titles, table, "", *cases[0].assumed])
    results.tell(arguments, written, partial(_json, cases, findings), text)


def _title(cases: Sequence["Case"]) -> str:
    if len(cases) == 1:
        return cases[0].title
    count = sum(len(case.workload.arrivals) for case in cases)
    return f"{len(cases)} traces: {count} children"


def _json(cases: Sequence["Case"], findings: "Findings") -> str:
    from autoscaler.replay.record import conditions_record, trace_record
    from autoscaler.tuning.record import as_json

    traces = [trace_record(one.workload.source, one.workload.arrivals) for one in cases]
    return as_json(traces, conditions_record(cases[0].conditions, cases[0].assumed), findings)


class _Progress:
    """How long it will take, and on a terminal how far it is: one line, written over."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._runs = self._done = 0.0
        self._line = StatusLine()
        self._line.show("the present setting first")

    def begins(self, runs: float, seconds: float, target: "Target") -> None:
        """So many runs are to come."""
        from autoscaler.tuning.durations import written

        self._runs = runs
        self.end()
        print(
            f"{runs:.0f} more runs, on {self._processes} "
            f"{'process' if self._processes == 1 else 'processes'}: about {written(seconds)}; "
            f"target: {target.sentence}",
            file=sys.stderr,
        )

    def advances(self, runs: float) -> None:
        """So many more are done."""
        self._done += runs
        self._line.show(f"{self._done:.0f} of {self._runs:.0f} runs")

    def end(self) -> None:
        """Take the line away."""
        self._line.show("")

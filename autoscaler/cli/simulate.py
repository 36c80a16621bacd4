"""
``autoscaler simulate``: replay a workload; what it would have cost, and who would have waited.

Imports cli.replaying, results, status_line and errors, and the rest when it is called for.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from autoscaler.cli import replaying, results
from autoscaler.cli.commands import Commands
from autoscaler.cli.status_line import StatusLine
from autoscaler.errors import InputError

if TYPE_CHECKING:
    from autoscaler.cli.replaying import Pool
    from autoscaler.replay.case import Case
    from autoscaler.replay.outcome import Outcome
    from autoscaler.replay.subject import Subject

_DESCRIPTION = """\
Replay a workload through the daemon's own cycle on a simulated clock: what it would have cost, and
who would have waited for how long.  The decisions see what Nomad and AWS would have shown at each
moment and nothing of the future; boots and service times are learned as in life, from nothing.
"""

_EPILOG = """\
examples:
  autoscaler simulate --config a.yaml --trace week.csv.gz --slots 2
  autoscaler simulate --config a.yaml --journal --against hpa,keda,static --out pictures
  autoscaler simulate --config a.yaml --config b.yaml --trace week.csv --json - | jq .results
  autoscaler simulate --config a.yaml --set pools.0.size.max=9 --poisson rate=600/h,for=2h

--json writes one object; times in *_s are seconds, shares from 0 to 1, what is not known is null:
  trace       source, children, seconds, service_hours, jobs {NAME: children}
  conditions  boot_s, boot_jitter, late_s, seed, launch_failures, start, on_change, assumed [TEXT]
  results     for each configuration and baseline: name, kind (config | baseline), slots {JOB: N},
              interval_s, price, node_hours, cost, lower_bound_node_hours, over_bound,
              wait_s {mean, p50, p95, p99, max}, late_share, dispatched, started, launches,
              peak_nodes, killed, unserved, violations [TEXT]

exits with 0; 1 if a configuration of yours killed a child or left one unserved; 2 bad arguments
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "simulate",
        help="replay a trace: cost, waits and launches, beside other autoscalers' policies",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--config",
        dest="configs",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="the configuration; several are compared",
    )
    replaying.add_pool(
        parser, "in place of what every file says, as pools.0.scaling.target_wait=1m"
    )
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="NAME,…",
        help="other autoscalers' policies beside it: hpa, keda, target-tracking, step, "
        "nomad-autoscaler, dask, buildkite, static and their variants; all takes every one",
    )
    replaying.add_workload(parser)
    replaying.add_conditions(parser)
    results.add_places(parser, figures="the figures", pictures="pictures")
    parser.add_argument("--processes", default="1", metavar="N", help="side by side; 1")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from autoscaler.replay.comparison import replay_all

    processes = replaying.whole(arguments.processes, "--processes", least=1)
    case = _case(arguments)
    results.check_places(arguments)
    progress = Progress(len(case.subjects))
    try:
        outcomes = replay_all(
            case.subjects,
            case.conditions,
            case.workload.arrivals,
            processes=processes,
            timeline=arguments.out is not None,
            told=progress.tell,
        )
    except KeyboardInterrupt:
        return 130
    finally:
        progress.end()
    _tell(arguments, case, outcomes)
    unsound = [one for one in outcomes if one.baseline is None and not one.sound]
    for one in unsound:
        print(f"autoscaler: {one.name}: {_what_is_wrong(one)}", file=sys.stderr)
    return 1 if unsound else 0


def _case(arguments: argparse.Namespace) -> "Case":
    """All that is replayed, checked.  Raises ``InputError`` and ``ConfigError``."""
    from autoscaler.replay.case import Case

    paths = [*([arguments.config] if arguments.config else []), *arguments.configs]
    if not paths:
        raise InputError("simulate: --config FILE is missing; start from config.example.yaml")
    pools = [replaying.load_pool(one, arguments.overrides, arguments.pool) for one in paths]
    workload = replaying.workload_of(arguments, pools[0])
    conditions, asks_from = replaying.conditions_of(arguments, pools, workload)
    subjects = (*_own(pools), *_baselines(arguments.against, pools[0]))
    case = Case(subjects, conditions, workload, asks_from)
    case.check()
    return case


def _own(pools: Sequence["Pool"]) -> tuple["Subject", ...]:
    """Named after their files: by the stem, or in full where that does not tell them apart."""
    from autoscaler.baselines import BASELINES
    from autoscaler.replay.subject import Subject

    names = [pool.path.stem for pool in pools]
    if len(set(names)) < len(names) or not BASELINES.keys().isdisjoint(names):
        names = [str(pool.path) for pool in pools]
    times = Counter(names)
    return tuple(
        Subject(
            f"{name} ({at})" if times[name] > 1 else name,
            pool.settings,
            interval_seconds=pool.config.interval.total_seconds(),
        )
        for at, (name, pool) in enumerate(zip(names, pools, strict=True), 1)
    )


def _baselines(texts: Sequence[str], pool: "Pool") -> tuple["Subject", ...]:
    """On the first configuration's pool."""
    from autoscaler.baselines import BASELINES
    from autoscaler.replay.subject import Subject

    names = [name.strip() for text in texts for name in text.split(",") if name.strip()]
    if "all" in names:
        names = list(BASELINES)
    for name in names:
        if name not in BASELINES:
            raise InputError(f"--against {name}: no such policy; all, or {', '.join(BASELINES)}")
    return tuple(Subject(name, pool.settings, baseline=name) for name in dict.fromkeys(names))


def _tell(arguments: argparse.Namespace, case: "Case", outcomes: Sequence["Outcome"]) -> None:
    from autoscaler.replay import files

    def draw(directory: Path) -> Iterable[Path]:
        from autoscaler.replay.pictures import draw_all

        late_seconds = case.conditions.late_seconds
        return draw_all(directory, outcomes=outcomes, title=case.title, late_seconds=late_seconds)

    written = results.drawn(arguments, draw, files.COURSES)
    results.tell(arguments, written, partial(case.json, outcomes), case.text(outcomes))


def _what_is_wrong(outcome: "Outcome") -> str:
    found = [
        f"{count} {'child was' if count == 1 else 'children were'} {what}"
        for count, what in ((outcome.killed, "killed"), (outcome.unserved, "left unserved"))
        if count
    ]
    return "; ".join([*found, *outcome.violations[:3]])


class Progress:
    """How far the replays are, on a terminal."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._ended: set[str] = set()
        self._line = StatusLine()

    def tell(self, name: str, share: float) -> None:
        """How far one is."""
        if share >= 1:
            self._ended.add(name)
        done = len(self._ended - {name}) if share < 1 else len(self._ended)
        self._line.show(f"{done + 1 if share < 1 else done} of {self._count}: {name} {share:.0%}")

    def end(self) -> None:
        """Take the line away."""
        self._line.show("")

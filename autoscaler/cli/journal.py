"""
``autoscaler journal export | stats``: what the daemon wrote down, for replays and for people.

Imports cli.results, state_dir and errors, and config and adapters when it is called for.
"""

import argparse
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from autoscaler.cli.commands import Commands
from autoscaler.cli.results import readers_may_leave
from autoscaler.cli.state_dir import config_of, state_dir_of
from autoscaler.errors import InputError

if TYPE_CHECKING:
    from autoscaler.adapters.journal_trace import Stretch

_EPILOG = """\
examples:
  autoscaler journal stats --config /etc/autoscaler.yaml
  autoscaler journal export --trace week.csv.gz --since 7d --config /etc/autoscaler.yaml
  autoscaler simulate --trace week.csv.gz --config /etc/autoscaler.yaml
  autoscaler journal export --decisions - --since 1h --state-dir /var/lib/autoscaler
"""


def add(commands: Commands) -> None:
    """Add the command and its own two."""
    parser = commands.add_parser(
        "journal",
        help="export what the daemon wrote down: a trace to replay, or its decisions",
        description="Read the daemon's journal.  Nothing is changed; a daemon may run meanwhile.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    inner = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_export(inner)
    stats = inner.add_parser("stats", help="how much it holds, and of when", allow_abbrev=False)
    _add_place(stats)
    stats.set_defaults(run=_run_stats)


def _add_export(inner: Commands) -> None:
    export = inner.add_parser(
        "export", help="write a trace, or decisions with all they rest on", allow_abbrev=False
    )
    what = export.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--trace",
        nargs="?",
        type=Path,
        const="-",
        metavar="FILE",
        help="arrival_s,service_s,job,profile as CSV, gzipped where the name ends in .gz; "
        "- or nothing: standard output",
    )
    what.add_argument(
        "--decisions",
        nargs="?",
        type=Path,
        const="-",
        metavar="FILE",
        help="one JSON object a line: each decision, its reasons, and what went into it",
    )
    _add_place(export)
    export.add_argument("--pool", metavar="P", help="which pool, where there are several")
    for name, which in (("since", "from"), ("until", "up to")):
        export.add_argument(
            f"--{name}",
            type=_bound,
            metavar="WHEN",
            help=f"{which} then: 7d, 12h (back from the journal's last word) or 2026-03-01T12:00Z",
        )
    export.add_argument(
        "--seed", type=int, default=0, help="for service times that are not known (default: 0)"
    )
    export.set_defaults(run=_run_export)


def _add_place(parser: argparse.ArgumentParser) -> None:
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--config", type=Path, metavar="FILE", help="the daemon's configuration")
    place.add_argument("--state-dir", type=Path, metavar="DIR", help="where the journal is")


def _bound(text: str) -> timedelta | datetime:
    from autoscaler.config import parse_duration, parse_instant

    try:
        return parse_duration(text)
    except ValueError as error:
        try:
            return parse_instant(text)
        except ValueError:
            message = f"{text!r} is neither 7d or 12h nor an instant such as 2026-03-01T12:00Z"
            raise argparse.ArgumentTypeError(message) from error


def _run_export(arguments: argparse.Namespace) -> int:
    from autoscaler.adapters.journal_trace import Stretch

    directory = state_dir_of(arguments, config_of(arguments))
    stretch = Stretch(since=arguments.since, until=arguments.until)
    target: Path = arguments.decisions if arguments.trace is None else arguments.trace
    try:
        with readers_may_leave():
            if arguments.trace is not None:
                _export_trace(target, directory, stretch, arguments)
            else:
                _export_decisions(target, directory, stretch, arguments)
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror}") from error
    return 0


def _export_trace(
    target: Path, directory: Path, stretch: "Stretch", arguments: argparse.Namespace
) -> None:
    from autoscaler.adapters.journal_export import write_trace
    from autoscaler.adapters.journal_trace import read_trace

    trace = read_trace(directory, arguments.pool, stretch, arguments.seed)
    write_trace(trace, target)
    drawn = ""
    if trace.drawn_count:
        drawn = (
            f"; the service time of {trace.drawn_count} is not known (they wait, run, failed or "
            f"were missed) and was drawn from those that are, seed {arguments.seed}"
        )
    _say(f"{len(trace.arrivals)} children from {_z(trace.first_at)} to {_z(trace.last_at)}{drawn}")


def _export_decisions(
    target: Path, directory: Path, stretch: "Stretch", arguments: argparse.Namespace
) -> None:
    from autoscaler.adapters.journal_export import write_decisions

    written, passed_over = write_decisions(target, directory, arguments.pool, stretch)
    lost = f"; {passed_over} of another version could not be read" if passed_over else ""
    _say(f"{written} decisions{lost}")


def _run_stats(arguments: argparse.Namespace) -> int:
    from autoscaler.adapters.journal_export import stats

    for line in stats(state_dir_of(arguments, config_of(arguments))):
        print(line)
    return 0


def _z(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"


def _say(text: str) -> None:
    # Standard output may be what is exported.
    print(text, file=sys.stderr)

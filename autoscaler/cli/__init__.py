"""
Arguments in, exit codes out: 0 well, 1 failed, 2 bad arguments or configuration.

Each command is a module beside this one with ``add(commands)``; without a command the daemon runs.
Imports those modules and errors; what a command needs it imports itself, when it is called for.
"""

import argparse
import sys
from collections.abc import Sequence

from autoscaler import __version__
from autoscaler.cli import check, daemon, demo, explain, journal, pause, simulate, status, tune
from autoscaler.errors import AutoscalerError, ConfigError, InputError

_DESCRIPTION = """\
Size an AWS Auto Scaling group of Nomad clients by the queue of parameterized jobs:
from zero when work comes, back when it is done, never ending a running child.
"""

_EPILOG = """\
examples:
  autoscaler --config /etc/autoscaler.yaml                    run the daemon
  autoscaler --config /etc/autoscaler.yaml --dry-run          say what it would do, do nothing
  autoscaler --config /etc/autoscaler.yaml --dry-run --once   the same, one cycle
  autoscaler check --config /etc/autoscaler.yaml              what would keep it from working
  autoscaler simulate --config /etc/autoscaler.yaml --journal what last month would have cost
  autoscaler tune --config /etc/autoscaler.yaml --journal --p95-wait 2m
                                                              the cheapest that keeps the wait
  autoscaler status --config /etc/autoscaler.yaml --watch     what is going on, and what is wrong
  autoscaler explain --config /etc/autoscaler.yaml            why it did what it did
  autoscaler pause --config /etc/autoscaler.yaml --for 1h --why 'moving the database'
                                                              watch, and do nothing meanwhile
  autoscaler demo                                             the whole system on this machine
"""

#: In the order in which `autoscaler --help` lists them.
_COMMANDS = (demo, check, status, pause, simulate, tune, explain, journal)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except (ConfigError, InputError) as error:
        print(f"autoscaler: {error}", file=sys.stderr)
        return 2
    except AutoscalerError as error:
        print(f"autoscaler: {error}", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autoscaler",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    daemon.add_to(parser)
    commands = parser.add_subparsers(metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    return parser

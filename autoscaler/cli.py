"""
Arguments in, exit codes out: 0 well, 1 failed, 2 bad arguments or configuration.

Imports app and errors, and the devstack for ``demo`` alone.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from autoscaler import __version__
from autoscaler.errors import ConfigError

_DESCRIPTION = """\
Size an AWS Auto Scaling group of Nomad clients by the queue of parameterized jobs:
from zero when work comes, back when it is done, never ending a running child.
"""

_EPILOG = """\
examples:
  autoscaler --config /etc/autoscaler.yaml                    run the daemon
  autoscaler --config /etc/autoscaler.yaml --dry-run          say what it would do, do nothing
  autoscaler --config /etc/autoscaler.yaml --dry-run --once   the same, one cycle
  autoscaler demo                                             the whole system on this machine
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.command == "demo":
        return _demo(arguments)
    if arguments.config is None:
        parser.error("--config FILE is missing; start from config.example.yaml")
    from autoscaler import app

    try:
        if arguments.once:
            return app.run_once(arguments.config, dry_run=arguments.dry_run)
        return app.serve(arguments.config, dry_run=arguments.dry_run)
    except ConfigError as error:
        print(f"autoscaler: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autoscaler",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the configuration, YAML")
    parser.add_argument(
        "--dry-run", action="store_true", help="decide and print the reasons; change nothing"
    )
    parser.add_argument(
        "--once", action="store_true", help="one cycle, then exit: 0, or 1 if it failed"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    demo = commands.add_parser(
        "demo",
        help="run the whole system on this machine, on real video",
        description="Run the whole system on this machine, on real video, start to finish.",
    )
    demo.add_argument("files", nargs="*", type=Path, metavar="FILE", help="your own videos")
    demo.add_argument(
        "--keep", action="store_true", help="leave it up at the end, until Ctrl-C, to play with"
    )
    return parser


def _demo(arguments: argparse.Namespace) -> int:
    try:
        from devstack import demo
    except ModuleNotFoundError as error:
        print(
            f"autoscaler demo: {error.name} is not installed; "
            "pip install 'nomad-queue-autoscaler[demo]'",
            file=sys.stderr,
        )
        return 1
    code: int = demo.main(arguments.files, keep=arguments.keep)
    return code

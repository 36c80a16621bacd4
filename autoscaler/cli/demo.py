"""
``autoscaler demo``: the whole system on this machine.

Imports the devstack, when it is called for.
"""

import argparse
import sys
from pathlib import Path

from autoscaler.cli.commands import Commands


def add(commands: Commands) -> None:
    """Add the command."""
    demo = commands.add_parser(
        "demo",
        help="run the whole system on this machine, on real video",
        description="Run the whole system on this machine, on real video, start to finish.",
        allow_abbrev=False,
    )
    demo.add_argument("files", nargs="*", type=Path, metavar="FILE", help="your own videos")
    demo.add_argument(
        "--keep", action="store_true", help="leave it up at the end, until Ctrl-C, to play with"
    )
    demo.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from devstack import demo

    if missing := demo.missing():
        print(
            f"autoscaler demo: not installed: {', '.join(missing)}; "
            "pip install 'nomad-queue-autoscaler[demo]'",
            file=sys.stderr,
        )
        return 1
    code: int = demo.main(arguments.files, keep=arguments.keep)
    return code

"""
``autoscaler --config FILE [--dry-run] [--once]``: the daemon, and its rehearsal.

Imports app when it is called for.
"""

import argparse
from pathlib import Path


def add_to(parser: argparse.ArgumentParser) -> None:
    """Its arguments are those of the program itself."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="the configuration, YAML")
    parser.add_argument(
        "--dry-run", action="store_true", help="decide and print the reasons; change nothing"
    )
    parser.add_argument(
        "--once", action="store_true", help="one cycle, then exit: 0, or 1 if it failed"
    )
    parser.set_defaults(run=_run, parser=parser)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.config is None:
        arguments.parser.error("--config FILE is missing; start from config.example.yaml")
    from autoscaler import app

    if arguments.once:
        return app.run_once(arguments.config, dry_run=arguments.dry_run)
    return app.serve(arguments.config, dry_run=arguments.dry_run)

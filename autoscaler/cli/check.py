"""
``autoscaler check``: what would keep the daemon from working, or make it dangerous.

Imports cli.results, and cli.check_text, checks, app and config when it is called for.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from autoscaler.cli.commands import Commands
from autoscaler.cli.results import colour_is_wanted
from autoscaler.errors import ConfigError, InputError

if TYPE_CHECKING:
    from autoscaler.adapters.nomad_client import NomadConnection
    from autoscaler.config import Config
    from autoscaler.core.settings import PoolSettings

_DESCRIPTION = """\
Look at everything that the daemon needs, as the daemon would: the configuration, Nomad and the
rights of its token, the jobs, the nodes and their instances, the Auto Scaling groups and what in
them ends instances at work, the rights in AWS, and who takes the metrics.  Changes nothing.
"""

_EPILOG = """\
examples:
  autoscaler check --config /etc/autoscaler.yaml
  autoscaler check --config /etc/autoscaler.yaml --pool transcode
  autoscaler check --config /etc/autoscaler.yaml --json | jq -r '.findings[] | .code'
  sudo -u autoscaler autoscaler check --config /etc/autoscaler.yaml     as the daemon's own user

each line is ok, warning (it works, and may not always), wrong, or unknown (it could not be told,
and why); below it what mends it.  All is told within half a minute, whatever does not answer.

exits with 0 where nothing is wrong (warnings are allowed), 1 where something is, and 2 for bad
arguments or a configuration that cannot be used, of which every problem is named
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="what would keep the daemon from working, or make it dangerous; with the mend",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", required=True, help="the daemon's configuration"
    )
    parser.add_argument("--pool", metavar="NAME", help="of the pools this one alone")
    parser.add_argument("--json", action="store_true", help="one JSON object, for machines")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from autoscaler import logs
    from autoscaler.checks.finding import is_well
    from autoscaler.checks.inquiry import Order
    from autoscaler.checks.run import check
    from autoscaler.cli import check_text
    from autoscaler.clock import SystemClock
    from autoscaler.config import load

    config = load(arguments.config, os.environ)
    # What the parts would log is told as findings.
    logs.configure("console", "error", sys.stderr)
    order = Order(
        config=config,
        source=str(arguments.config),
        environment=os.environ,
        nomad=_connection(config),
        pools=_pools(config, arguments.pool),
    )
    findings = check(order, SystemClock())
    if arguments.json:
        print(check_text.as_json(findings))
    else:
        print(check_text.as_text(findings, colour=colour_is_wanted()))
    return 0 if is_well(findings) else 1


def _pools(config: "Config", name: str | None) -> "tuple[PoolSettings, ...]":
    found = tuple(pool for pool in config.pools if name in (None, pool.name))
    if not found:
        known = ", ".join(pool.name for pool in config.pools)
        raise InputError(f"--pool {name}: there is no such pool; there are {known}")
    return found


def _connection(config: "Config") -> "NomadConnection | None":
    """None where the token's file cannot be read, which the check tells of that file."""
    from autoscaler.app import nomad_connection

    try:
        return nomad_connection(config)
    except ConfigError:
        return None

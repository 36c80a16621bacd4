"""
Where a daemon's state is, by ``--config`` and ``--state-dir``.

Imports errors, and config when it is called for.
"""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from autoscaler.errors import ConfigError, InputError

if TYPE_CHECKING:
    from autoscaler.config import Config


def add_place(parser: argparse.ArgumentParser, *, config_required: bool = False) -> None:
    """``--config`` and ``--state-dir``."""
    parser.add_argument(
        "--config",
        type=Path,
        required=config_required,
        metavar="FILE",
        help="the daemon's configuration",
    )
    parser.add_argument(
        "--state-dir",
        type=Path,
        metavar="DIR",
        help="the daemon's state_dir, in place of the configuration's",
    )


def config_of(arguments: argparse.Namespace) -> "Config | None":
    """What ``--config`` names; None where nothing does.  Raises ``ConfigError``."""
    if arguments.config is None:
        return None
    from autoscaler.config import load

    return load(arguments.config, os.environ)


def state_dir_of(arguments: argparse.Namespace, config: "Config | None") -> Path:
    """
    By ``--state-dir``, else by the configuration, else by systemd.

    Raises ``ConfigError`` for a configuration that has none, and ``InputError`` where nothing
    says it.
    """
    if arguments.state_dir is not None:
        named: Path = arguments.state_dir
        return named
    if config is not None:
        if config.state_dir is None:
            problem = (
                "state_dir: is not set, so the daemon keeps no journal; set it, or name the "
                "directory with --state-dir"
            )
            raise ConfigError(str(arguments.config), (problem,))
        return Path(config.state_dir)
    from autoscaler.config import systemd_state_dir

    by_systemd = systemd_state_dir(os.environ)
    if by_systemd is None:
        raise InputError("where is the daemon's state?  Give --config FILE or --state-dir DIR")
    return Path(by_systemd)

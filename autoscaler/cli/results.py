"""
Where a command that computes for long puts what it found: ``--json FILE`` and ``--out DIR``.

Imports replay's files when they are called for.
"""

import argparse
from importlib.util import find_spec
from pathlib import Path

from autoscaler.errors import InputError


def check_places(arguments: argparse.Namespace) -> None:
    """Before time is spent: can the results go where they are to?  Raises ``InputError``."""
    from autoscaler.replay import files
    from autoscaler.replay.assumptions import INSTALL

    if arguments.out is not None:
        if find_spec("matplotlib") is None:
            raise InputError(f"--out: pictures need matplotlib, which is not installed; {INSTALL}")
        files.check_directory(arguments.out, "--out")
    # Which may be in that directory.
    if arguments.json not in (None, "-"):
        files.check_file(Path(arguments.json), "--json")

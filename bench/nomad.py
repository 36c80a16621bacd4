"""
Which Nomad is measured, from the command line.  May import ``devstack.cluster``.
"""

import argparse
from pathlib import Path

from devstack.cluster import find_nomad


def chosen_nomad() -> Path | None:
    """None, the stand-in, unless ``--nomad real`` asks for an executable; ends if there is none."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--nomad",
        choices=("standin", "real"),
        default="standin",
        help="real: the executable of NOMAD_BIN, or on PATH",
    )
    if parser.parse_args().nomad == "standin":
        return None
    found = find_nomad()
    if found is None:
        parser.error("--nomad real, but NOMAD_BIN names no executable and PATH has none")
    return found

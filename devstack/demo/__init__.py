"""The whole system at work on real video, from one command: ``autoscaler demo``."""

from collections.abc import Sequence
from pathlib import Path


def main(files: Sequence[Path], *, keep: bool) -> int:
    """Run the demo and return its exit code; see ``devstack.demo.app``."""
    # Imported only now, so that parts of the demo can be had without all of it.
    from devstack.demo import app

    return app.main(files, keep=keep)

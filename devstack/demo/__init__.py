"""The whole system at work on real video, from one command: ``autoscaler demo``."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

#: What it takes beyond what is always installed: the extra ``demo`` brings them.
_NEEDED = ("flask", "hcl2", "moto", "rich")


def missing() -> tuple[str, ...]:
    """The packages that the demo needs and that are not installed."""
    return tuple(name for name in _NEEDED if find_spec(name) is None)


def main(files: Sequence[Path], *, keep: bool) -> int:
    """Run the demo and return its exit code; see ``devstack.demo.app``."""
    # Imported only now, so that parts of the demo can be had without all of it.
    from devstack.demo import app

    return app.main(files, keep=keep)

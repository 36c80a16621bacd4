"""
Print every figure: ``python -m bench [--nomad real]``.

A module of ``bench`` that has ``figures(nomad) -> tuple[Figure, ...]`` is a measurement.
"""

import importlib
import pkgutil
import sys

import bench
from bench.figure import tell
from bench.nomad import chosen_nomad


def main() -> int:
    """Run the measurements one by one; 1 if a goal is missed."""
    nomad = chosen_nomad()
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__))
    modules = [importlib.import_module(f"bench.{name}") for name in names if name != "__main__"]
    measurements = [module for module in modules if hasattr(module, "figures")]
    return tell(figure for module in measurements for figure in module.figures(nomad))


if __name__ == "__main__":
    sys.exit(main())

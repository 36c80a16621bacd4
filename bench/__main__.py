"""
Print every figure: ``python -m bench [--nomad real]``.

A module of ``bench`` that has ``figures(nomad) -> tuple[Figure, ...]`` is a measurement.
"""

import importlib
import pkgutil
import sys

import bench
from bench.nomad import chosen_nomad


def main() -> int:
    """Run the measurements one by one; 1 if a goal is missed."""
    nomad = chosen_nomad()
    met = True
    for name in sorted(module.name for module in pkgutil.iter_modules(bench.__path__)):
        if name == "__main__":
            continue
        module = importlib.import_module(f"bench.{name}")
        if not hasattr(module, "figures"):
            continue
        for figure in module.figures(nomad):
            print(figure, flush=True)
            met = met and figure.met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

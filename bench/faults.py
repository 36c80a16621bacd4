"""
Faults on the ways to Nomad and AWS: what the daemon says of each, and how soon it is right again.

``python -m bench.faults [--only WORD]``.  One running system, one fault after another, each for a
few seconds; a line for each, and what of it must not be.  Imports ``bench``, ``devstack`` and the
drill of ``tests.e2e``.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bench.figure import Figure, tell
from devstack.fleet import BootTimes
from devstack.pools import Pool, changed
from devstack.stack import Stack, StackSettings
from tests.e2e.fault_drill import CASES, Case, Outcome, drilled
from tests.e2e.system import QUICK_POOL, SLEEP, System

_SAYS_MAX = 110


def outcomes(cases: Sequence[Case]) -> Iterator[Outcome]:
    """Of one fault after another, in one running system."""
    pool = replace(Pool(), settings=changed(QUICK_POOL, Pool().settings))
    settings = StackSettings(pools=(pool,), task_script=SLEEP, boot=BootTimes(0.5, 1.0))
    with Stack(settings) as stack, drilled(System(stack)) as drill:
        for case in cases:
            yield drill.outcome(case)


def figures(_nomad: Path | None = None, only: str = "") -> Iterator[Figure]:
    """A line for each fault as it is over; then what came of all."""
    done: list[Outcome] = []
    wrong = 0
    print(f"{'way':<6} {'fault':<36} {'right again':<12} {'calls/s':>7}  the daemon says")
    for one in outcomes([one for one in CASES if only in f"{one.way}: {one.name}"]):
        done.append(one)
        again = f"{one.recovery_seconds:5.1f} s, {one.failed_after + 1}."
        says = " ".join(one.says.split())[:_SAYS_MAX]
        case = one.case
        print(
            f"{case.way:<6} {case.name:<36} {again:<12} {one.calls_per_second:7.1f}  {says}",
            flush=True,
        )
        for violation in one.violations():
            wrong += 1
            print(f"       WRONG: {violation}", flush=True)
    yield Figure(f"of {len(done)} faults, what must not be", wrong, "", 1)
    yield Figure("children killed", max(one.killed for one in done), "", 1)
    yield Figure("cycles until it was right again, most", 1 + max(o.failed_after for o in done), "")
    yield Figure("time until it was right again, most", max(o.recovery_seconds for o in done), "s")


def main() -> int:
    """Print the table and the figures; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--only", default="", help="faults whose name or way has this in it")
    return tell(figures(only=parser.parse_args().only))


if __name__ == "__main__":
    sys.exit(main())

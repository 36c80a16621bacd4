"""
How fast a week is replayed: 100,000 children through the product's own cycle and decision.

``python -m bench.replay_speed [--children N] [--days D] [--service S] [--seed N]``.  A pool of
nodes with two places, at most 50 of them, looked at every 10 s by ``backlog`` for a wait of 300 s;
the children come at a steady rate, or by day.  Seconds are of processor time, on
one core.  ``--reports`` prints each run's figures and a digest of its whole report, so that two
versions of the code can be told to do the same.  Imports ``bench`` and ``autoscaler``.
"""

import argparse
import hashlib
import math
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from autoscaler.simulator.instants import DAY_SECONDS, varying
from autoscaler.simulator.report import SimulationReport
from autoscaler.simulator.run import Runner, Simulation
from autoscaler.simulator.workload import Arrival, poisson
from bench.figure import Figure, tell
from bench.scenes import Knobs, scene

CHILDREN = 100_000
DAYS = 7.0
SERVICE_SECONDS = 200.0
GOAL_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Week:
    """What is replayed."""

    children: int = CHILDREN
    days: float = DAYS
    #: Mean of the exponential service times.
    service_seconds: float = SERVICE_SECONDS
    seed: int = 1

    def workloads(self) -> Mapping[str, tuple[Arrival, ...]]:
        """By name."""
        per_second = self.children / (self.days * DAY_SECONDS)
        steady = poisson(
            random.Random(self.seed),
            count=self.children,
            per_second=per_second,
            mean_service_seconds=self.service_seconds,
        )
        return {"steady": steady, "by day": self._by_day(per_second)}

    def _by_day(self, per_second: float) -> tuple[Arrival, ...]:
        """Twice the mean rate at noon, none at midnight."""
        rng = random.Random(self.seed)
        instants = varying(
            rng,
            lambda at: per_second * (1 + math.cos(2 * math.pi * at / DAY_SECONDS)),
            highest=2 * per_second,
            seconds=math.inf,
        )
        return tuple(
            Arrival(at, max(1.0, rng.expovariate(1 / self.service_seconds)))
            for at in islice(instants, self.children)
        )


@dataclass(frozen=True, slots=True)
class Replay:
    """One run, and what it took."""

    report: SimulationReport
    seconds: float

    @property
    def digest(self) -> str:
        """Of all that came of it; how many cycles that takes is no outcome."""
        outcome = replace(self.report, cycle_count=0)
        return hashlib.sha256(repr(outcome).encode()).hexdigest()[:16]


def figures(nomad: Path | None) -> tuple[Figure, ...]:
    """In simulated time: the same whatever Nomad is measured."""
    return () if nomad is not None else measured(Week())


def measured(week: Week) -> tuple[Figure, ...]:
    """Seconds of each workload, against the goal, and the rates that they come to."""
    found: list[Figure] = []
    for name, arrivals in week.workloads().items():
        found.extend(_figures(name, week, replayed(arrivals)))
    return tuple(found)


def replayed(arrivals: Sequence[Arrival]) -> Replay:
    """Run them, and time it."""
    runner = Runner(Simulation(scene(Knobs())), arrivals)
    began = time.process_time()
    report = runner.run()
    return Replay(report, time.process_time() - began)


def _figures(name: str, week: Week, replay: Replay) -> tuple[Figure, ...]:
    report, seconds = replay.report, replay.seconds
    goal = GOAL_SECONDS * week.children / CHILDREN * max(1.0, week.days / DAYS)
    what = f"{week.children} children in {week.days:g} days, {name}"
    return (
        Figure(what, seconds, "s", goal),
        Figure("  microseconds a child", 1e6 * seconds / report.dispatched_count, ""),
        Figure("  microseconds a cycle", 1e6 * seconds / report.cycle_count, ""),
        Figure("  children killed or left", report.killed_count + report.unserved_count, "", 1),
    )


def _told(name: str, replay: Replay) -> str:
    report = replay.report
    children, cycles = report.dispatched_count / replay.seconds, report.cycle_count / replay.seconds
    return (
        f"{name:<8}{replay.seconds:8.1f} s{children:9.0f} children/s{cycles:9.0f} cycles/s"
        f"{report.node_hours:10.1f} node-hours{report.wait(0.95):7.0f} s p95"
        f"{report.launched_count:7} launches   {replay.digest}"
    )


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.replay_speed", description=__doc__)
    parser.add_argument("--children", type=int, default=CHILDREN)
    parser.add_argument("--days", type=float, default=DAYS)
    parser.add_argument("--service", type=float, default=SERVICE_SECONDS, help="mean seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reports", action="store_true", help="what came of each run")
    arguments = parser.parse_args()
    week = Week(arguments.children, arguments.days, arguments.service, arguments.seed)
    if not arguments.reports:
        return tell(measured(week))
    for name, arrivals in week.workloads().items():
        print(_told(name, replayed(arrivals)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

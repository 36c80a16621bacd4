"""
The clairvoyant plan among the contestants: what one could do who knew all that is to come.

Imports ``bench`` and ``autoscaler``.
"""

import itertools
from collections.abc import Iterable, Sequence

from autoscaler.baselines.open_loop import peak
from autoscaler.bounds.clairvoyant import Placed, clairvoyant_plan
from autoscaler.simulator.report import SimulationReport
from bench.ground import Ground

#: From second, until second: a node takes work.
Stretch = tuple[float, float]


def planned(ground: Ground) -> tuple[SimulationReport, list[tuple[float, int]]]:
    """The plan's figures as a run would have them, and its nodes that take work, as steps."""
    place = ground.place
    plan = clairvoyant_plan(ground.work, place.terms, place.nodes_max)
    ups = stretches_up(plan.placed, place.boot_seconds)
    supply = steps_of(ups)
    waits = sorted(one.start_seconds - one.work.at_seconds for one in plan.placed)
    report = SimulationReport(
        node_seconds=plan.node_seconds,
        waits=tuple(max(0.0, wait) for wait in waits),
        dispatched_count=len(ground.work),
        finished_count=len(plan.placed),
        launched_count=len(ups),
        peak_count=peak(supply),
        killed_count=0,
        lost_count=0,
        cycle_count=0,
        crash_count=0,
        ended_seconds=supply[-1][0] if supply else 0.0,
    )
    return report, supply


def stretches_up(placed: Sequence[Placed], boot_seconds: float) -> list[Stretch]:
    """When the plan's nodes are up: across a gap that is longer than a boot they are not."""
    found: list[Stretch] = []
    ordered = sorted(placed, key=lambda one: (one.node, one.start_seconds))
    for _, of_node in itertools.groupby(ordered, lambda one: one.node):
        spans = [
            (one.start_seconds, one.start_seconds + one.work.service_seconds) for one in of_node
        ]
        begin, end = spans[0]
        for start, until in spans[1:]:
            if start - end > boot_seconds:
                found.append((begin, end))
                begin = start
            end = max(end, until)
        found.append((begin, end))
    return found


def steps_of(ups: Iterable[Stretch]) -> list[tuple[float, int]]:
    """How many are up, from each second at which that changes."""
    changes = sorted(change for begin, end in ups for change in ((begin, 1), (end, -1)))
    steps: list[tuple[float, int]] = []
    count = 0
    for at, some in itertools.groupby(changes, lambda change: change[0]):
        count += sum(change for _, change in some)
        steps.append((at, count))
    return steps

"""
Measure one cycle: its samples, events and service checks, and what the next measurement needs.

Pure; imports core, ports and the modules beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from autoscaler.core.memory import Memory
from autoscaler.core.pause import Pause
from autoscaler.metrics.catalogue import CHECKS
from autoscaler.metrics.events import capacity_events, launch_events, pause_events
from autoscaler.metrics.launches import SeenLaunches, fresh_failures, seen_before
from autoscaler.metrics.measured import Check, Measured
from autoscaler.metrics.samples import leader, samples
from autoscaler.ports import CycleReport


@dataclass(frozen=True, slots=True)
class Before:
    """What measuring a pool's cycle needs of those before it."""

    #: The end of the last good cycle, else of the first that there was; None before that.
    succeeded_at: datetime | None = None
    launches: SeenLaunches = field(default_factory=SeenLaunches)
    pause: Pause | None = None


def at_start(memories: Mapping[str, Memory]) -> dict[str, Before]:
    """By pool: what its memory has counted already is no news."""
    return {pool: Before(launches=seen_before(memory)) for pool, memory in memories.items()}


def measure(report: CycleReport, before: Before) -> tuple[Measured, Before]:
    """All of one cycle, and what the pool's next one is measured with."""
    failures, launches = fresh_failures(report, before.launches)
    if report.observation.standing_by:
        # The leader tells of the pool: summed up, the same figures would count twice.
        mine = Measured(report.pool, report.ended_at, (leader(report),))
        return mine, replace(before, launches=launches, pause=report.observation.pause)
    succeeded_at = before.succeeded_at
    if succeeded_at is None or report.outcome != "failed":
        succeeded_at = report.ended_at
    # A pause that was there when we came was told of when it began.
    pause_before = report.observation.pause if before.succeeded_at is None else before.pause
    measured = Measured(
        report.pool,
        report.ended_at,
        tuple(samples(report, succeeded_at, failures)),
        (
            *capacity_events(report),
            *launch_events(report, failures),
            *pause_events(report, pause_before),
        ),
        _checks(report),
    )
    return measured, Before(succeeded_at, launches, report.observation.pause)


def _checks(report: CycleReport) -> tuple[Check, ...]:
    wrong = {missing.stage: missing.detail for missing in report.observation.missing}
    tags = (("pool", report.pool),)
    return tuple(Check(name, name not in wrong, wrong.get(name, ""), tags) for name in CHECKS)

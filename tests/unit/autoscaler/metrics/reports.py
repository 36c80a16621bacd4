"""Cycles' reports for tests of what is measured of them."""

from dataclasses import replace

from autoscaler.core.memory import Memory
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport
from tests.builders import a_node, an_observation, some_settings
from tests.fakes import FakeClock, FakeWorld


def a_report(observed=None, *, memory=None, settings=None, at_seconds=0, **changes) -> CycleReport:
    """Of a cycle that saw this, so many seconds after the epoch; fields can be other ones."""
    clock = FakeClock()
    clock.advance(at_seconds)
    report = run_cycle(
        FakeWorld(observed or an_observation(a_node(1))),
        [],
        settings or some_settings(),
        memory or Memory(),
        clock,
        cycle_id="c-1",
    )
    return replace(report, **changes)

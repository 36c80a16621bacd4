"""When a disturbance is got over, and what is told where it is not."""

from dataclasses import replace

import pytest

from autoscaler.simulator.run import Runner, Simulation
from autoscaler.simulator.workload import Arrival
from bench.disturbances import DISTURBANCES, Disturbance
from bench.ground import Ground, Place
from bench.robustness import (
    Lateness,
    Trial,
    burst_of,
    longest,
    recovery_seconds,
    robustness_head,
    robustness_row,
)
from bench.scenes import Knobs, scene
from tests.unit.bench.test_gate import a_result

LASTING = Disturbance(name="lasting", description="")


def a_trial(**changes: object) -> Trial:
    """One that passes."""
    given: dict[str, object] = {
        "place": Place("idle"),
        "disturbance": LASTING,
        "report": a_result("idle", 12.0).report,
        "calm": a_result("idle", 10.0).report,
        "late_percent": 0.5,
        "overdue_seconds": 1000.0,
    }
    return Trial(**(given | changes))  # type: ignore[arg-type]  # Fields by name.


def test_stretches_that_meet_are_one() -> None:
    assert longest([(0, 10), (5, 20), (20, 25), (26, 40)]) == 25
    assert longest([(100, 110), (0, 50), (10, 20)]) == 50
    assert longest([]) == 0


def test_what_keeps_within_the_limits_passes() -> None:
    assert a_trial().failings == ()


@pytest.mark.parametrize(
    ("changes", "failing"),
    [
        ({"late_percent": 0.51}, "0.51 % late"),
        ({"report": a_result("idle", 12.1).report}, "costs 1.21 x"),
        ({"report": a_result("idle", 10.0, killed_count=1).report}, "killed, left or violated"),
        ({"report": a_result("idle", 10.0, finished_count=9).report}, "killed, left or violated"),
    ],
)
def test_what_fails_is_told(changes: dict[str, object], failing: str) -> None:
    trial = a_trial(**changes)

    assert trial.failings == (failing,)
    assert robustness_row(trial).endswith(f"  {failing}")


def test_what_recurs_is_to_be_got_over_within_two_boots_each_time() -> None:
    """Two boots of 120 s, and the 10 s until it is seen."""
    recurring = replace(LASTING, recurs=True)
    soon = a_trial(disturbance=recurring, late_percent=9.0, overdue_seconds=250.0)
    late = a_trial(disturbance=recurring, late_percent=0.0, overdue_seconds=251.0)

    assert soon.failings == ()
    assert late.failings == ("overdue for 251 s on end",)


def test_boots_are_as_long_as_they_are_while_it_lasts() -> None:
    slow = replace(LASTING, boot_share=0.5, boot_factor=3.0)

    assert recovery_seconds(Place("idle"), slow) == 2 * 180.0


def test_the_burst_is_where_the_demand_first_comes_to_half_its_peak() -> None:
    arrivals = [Arrival(at, 100.0) for at in (0.0, 500.0, 501.0, 502.0, 900.0, 900.0, 900.0, 900.0)]

    assert burst_of(Ground(Place("some", slots=1), arrivals)) == 501.0


def test_lateness_is_of_the_children_dispatched_since_then() -> None:
    """Boots of 400 s: all wait for too long, by about a hundred seconds each."""
    knobs = Knobs(boot_seconds=400.0, boot_jitter=0.0, slots=1, target_wait_seconds=0.0)
    simulation = Simulation(scene(knobs))
    lateness = Lateness(simulation, 1000.0)
    Runner(simulation, [Arrival(at, 10.0) for at in (0.0, 2000.0, 4000.0)]).run()

    assert lateness.late_percent == 100.0
    assert lateness.longest_seconds == pytest.approx(100.0, abs=20.0)
    assert Lateness(simulation, 0.0).late_percent == 0.0


def test_every_disturbance_is_explained_above_the_table() -> None:
    head = "\n".join(robustness_head())

    assert all(f"{one.name} " in head and one.description in head for one in DISTURBANCES)

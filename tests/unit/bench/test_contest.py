"""One policy in one place."""

import pytest

from autoscaler.baselines import BASELINES, BaselineSimulation
from autoscaler.simulator.workload import Arrival
from bench.contest import (
    CLAIRVOYANT,
    OURS,
    Contestant,
    contestants,
    knobs_of,
    run,
    simulation_of,
)
from bench.ground import Ground, Place
from bench.scenes import Knobs

ARRIVALS = tuple(Arrival(float(at), 30.0 + 30 * at) for at in range(4))
GROUND = Ground(Place("some"), ARRIVALS)


@pytest.mark.parametrize(
    "contestant",
    [Contestant("ours", Knobs()), Contestant("keda-per-slot"), Contestant(CLAIRVOYANT)],
)
def test_a_run_is_held_against_its_bound(contestant: Contestant) -> None:
    result = run(contestant, GROUND)

    assert result.report.finished_count == 4
    assert result.sound
    assert result.servable
    assert result.late_percent == 0.0
    assert result.ratio >= 1
    assert result.ratio == result.report.node_seconds / GROUND.bound_seconds


def test_a_child_that_waits_too_long_is_late() -> None:
    place = Place("some", boot_seconds=400.0)
    result = run(Contestant("ours", Knobs(boot_jitter=0.0)), Ground(place, ARRIVALS))

    assert result.late_percent == 100.0


def test_the_places_machines_are_the_same_for_all() -> None:
    place = Place("some", slots=4, boot_seconds=60.0, seed=3, nodes_max=7)
    knobs = knobs_of(Knobs(target_wait_seconds=0.0), place)
    theirs = simulation_of(Contestant("keda"), Ground(place, ARRIVALS))
    ours = simulation_of(Contestant("ours", Knobs()), Ground(place, ARRIVALS))

    assert (knobs.slots, knobs.boot_seconds, knobs.seed, knobs.nodes_max) == (4, 60.0, 3, 7)
    assert knobs.target_wait_seconds == 0.0
    assert isinstance(theirs, BaselineSimulation)
    assert theirs.scene.groups == ours.scene.groups
    assert theirs.scene.seed == ours.scene.seed == 3


def test_all_are_ours_and_every_baseline() -> None:
    names = [one.name for one in contestants(("all",))]

    assert names == [*OURS, *BASELINES, CLAIRVOYANT]


def test_a_name_that_is_none_is_told() -> None:
    with pytest.raises(SystemExit, match="no policy cron"):
        contestants(("ours", "cron"))

"""The peers' formulas by hand, and in the same pool."""

from dataclasses import replace

import pytest

from autoscaler.simulator.run import Runner
from autoscaler.simulator.workload import Arrival
from bench.peers import FORMULAS, Dask, Keda, PassThrough, PeerSimulation, TargetTracking, View
from bench.scenes import Knobs, scene

VIEW = View(
    now_seconds=0.0,
    pending_count=0,
    running_count=0,
    nodes=0,
    in_service=0,
    slots=2,
    mean_service_seconds=100.0,
)


def test_pass_through_wants_a_slot_for_each_child_once_a_minute() -> None:
    formula = PassThrough()
    first = formula.wanted(replace(VIEW, pending_count=5))
    soon = formula.wanted(replace(VIEW, pending_count=9, nodes=3, now_seconds=59.0))
    later = formula.wanted(replace(VIEW, pending_count=9, nodes=3, now_seconds=60.0))

    assert (first, soon, later) == (3, 3, 5)


def test_keda_grows_by_steps_and_goes_by_the_highest_of_the_last_five_minutes() -> None:
    formula = Keda()
    busy = replace(VIEW, pending_count=40)
    counts = [formula.wanted(busy), formula.wanted(replace(busy, nodes=4, now_seconds=15.0))]
    less = replace(VIEW, running_count=4, nodes=8)
    counts += [formula.wanted(replace(less, now_seconds=at)) for at in (100.0, 316.0, 390.0)]
    quiet = replace(VIEW, nodes=2)
    counts += [formula.wanted(replace(quiet, now_seconds=at)) for at in (400.0, 700.0)]

    assert counts == [4, 8, 8, 2, 2, 2, 0]


def test_keda_tolerates_a_tenth() -> None:
    assert Keda().wanted(replace(VIEW, pending_count=21, nodes=10)) == 10


def test_target_tracking_goes_out_after_three_points_and_in_after_fifteen() -> None:
    formula = TargetTracking()
    # In 300 s a node serves 2 x 300 / 100 = 6 children.
    assert formula.wanted(replace(VIEW, pending_count=13)) == 3
    busy = replace(VIEW, pending_count=24, nodes=2, in_service=2)
    out = [formula.wanted(replace(busy, now_seconds=60.0 * minute)) for minute in (1, 2, 3)]
    idle = replace(VIEW, nodes=4, in_service=4)
    low = [formula.wanted(replace(idle, now_seconds=60.0 * minute)) for minute in range(4, 19)]

    assert out == [2, 2, 4]
    assert low[:14] == [4] * 14
    assert low[14] == 2


def test_dask_spreads_the_work_over_its_target_and_lets_go_at_the_third_look() -> None:
    formula = Dask()
    # 40 x 100 s over 200 s are 20 slots; one child is one slot.
    assert formula.wanted(replace(VIEW, pending_count=40)) == 10
    assert formula.wanted(replace(VIEW, pending_count=1)) == 1
    looks = [formula.wanted(replace(VIEW, nodes=3)) for _ in range(3)]

    assert looks == [3, 3, 0]


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_each_serves_every_child_and_ends_none(name: str) -> None:
    simulation = PeerSimulation(scene(Knobs(boot_jitter=0.0)), FORMULAS[name](), 2, 60.0)
    report = Runner(simulation, [Arrival(at * 20.0, 60.0) for at in range(40)]).run()

    assert (report.finished_count, report.killed_count) == (40, 0)
    assert report.launched_count > 0
    assert simulation.aws.present_count() == 0

"""The metrics of elasticity by hand, and the supply that they are taken of."""

import pytest

from autoscaler.simulator.run import Runner, Simulation
from autoscaler.simulator.workload import Arrival
from bench.elasticity import Elasticity, Supply, elasticity
from bench.scenes import Knobs, scene

#: Of ten minutes: 2 in demand for four, 4 for four, none for two.
DEMAND = [(0.0, 2), (240.0, 4), (480.0, 0), (600.0, 0)]


def test_what_follows_the_demand_is_neither_under_nor_over() -> None:
    assert elasticity(DEMAND, DEMAND) == Elasticity(0, 0, 0, 0, 0)


def test_lacking_nodes_count_by_the_share_of_the_demand_that_they_are() -> None:
    """One of 2 for four minutes of ten, three of 4 for four more."""
    found = elasticity([(0.0, 1), (480.0, 0)], DEMAND)

    assert found.accuracy_under == pytest.approx(0.4 * 0.5 + 0.4 * 0.75)
    assert found.timeshare_under == pytest.approx(0.8)
    assert (found.accuracy_over, found.timeshare_over) == (0, 0)


def test_nodes_too_many_count_by_the_demand_and_of_none_by_themselves() -> None:
    """Six for all the time: 4 over 2, 2 over 4, and 6."""
    found = elasticity([(-100.0, 6)], DEMAND)

    assert found.accuracy_over == pytest.approx(0.4 * 2 + 0.4 * 0.5 + 0.2 * 6)
    assert found.timeshare_over == pytest.approx(1.0)
    assert (found.accuracy_under, found.timeshare_under) == (0, 0)


def test_supply_that_moves_where_demand_does_not_is_unstable() -> None:
    """At 100 s up, alone; at 230 s up, with the demand; at 490 s up, against it."""
    supply = [(0.0, 2), (100.0, 3), (230.0, 4), (490.0, 5)]

    assert elasticity(supply, DEMAND).instability == pytest.approx(2 / 10)


def test_of_no_demand_there_is_nothing_to_follow() -> None:
    assert elasticity([(0.0, 3)], []) == Elasticity(0, 0, 0, 0, 0)


def test_the_supply_is_of_nodes_that_have_booted_until_they_end() -> None:
    simulation = Simulation(scene(Knobs(boot_jitter=0.0, target_wait_seconds=0.0)))
    supply = Supply(simulation)
    Runner(simulation, [Arrival(0.0, 200.0)] * 3).run()
    counts = [count for _, count in supply.steps]

    # Bought at the first cycle after the dispatch; ready 120 s later, before the cycle then.
    assert counts[0] == 0
    assert max(counts) == 2
    assert supply.steps[counts.index(2)][0] == pytest.approx(120.0, abs=10.0)
    assert counts[-1] == 0

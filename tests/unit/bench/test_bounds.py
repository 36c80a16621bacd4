"""No plan costs less than a bound, and by hand the bounds are what they should be."""

import random
from dataclasses import replace

import pytest

from autoscaler.core.settings import Strategy
from autoscaler.simulator.run import simulate
from autoscaler.simulator.workload import Arrival
from bench.bounds import chain_bound, lower_bound, stretches, work_bound
from bench.burst import fewest_nodes
from bench.fluid import fluid_bound
from bench.scenes import Knobs, scene
from bench.terms import Terms, Work

TERMS = Terms(slots=2, boot_seconds=120.0, wait_seconds=300.0)


def test_the_work_bound_is_full_nodes_and_a_boot() -> None:
    assert work_bound([Work(0, 100), Work(0, 300)], TERMS) == 200 + 120


def test_a_lone_child_takes_a_boot_and_its_work() -> None:
    assert chain_bound([Work(50, 80)], TERMS) == 120 + 80


def test_across_a_short_gap_a_node_stays_up_and_across_a_long_one_it_is_booted_again() -> None:
    # The first may end at 400 at the latest.
    near = [Work(0, 100), Work(450, 100)]
    far = [Work(0, 100), Work(9000, 100)]

    assert chain_bound(near, TERMS) == 120 + 100 + 50 + 100
    assert chain_bound(far, TERMS) == 120 + 100 + 120 + 100


def test_children_that_can_share_a_node_are_no_chain() -> None:
    together = [Work(0, 100), Work(10, 100), Work(20, 90)]

    assert chain_bound(together, TERMS) == 120 + 100


def test_the_chain_prefers_what_costs_more() -> None:
    """One long child in the midst of three short ones that are disjoint."""
    work = [Work(0, 50), Work(100, 5000), Work(500, 50), Work(1000, 50)]

    assert chain_bound(work, TERMS) == 120 + 5000


def test_work_is_cut_where_nothing_can_run_for_a_boot() -> None:
    work = [Work(0, 100), Work(519, 10), Work(949, 10), Work(800, 1)]

    # The first may run until 400, the second until 829, the fourth until 1101.
    assert [len(stretch) for stretch in stretches(work, TERMS)] == [4]
    assert [len(one) for one in stretches([Work(0, 100), Work(520, 10)], TERMS)] == [1, 1]
    assert list(stretches([], TERMS)) == []


def test_the_fluid_bound_needs_whole_nodes_for_what_surely_runs() -> None:
    """A child of 1,300 s runs from 300 s to 1,300 s whatever the plan: a whole node for it."""
    lone = fluid_bound([Work(0, 1300)], TERMS)

    assert 1119 <= lone <= 1420


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("strategy", ["backlog", "per_node"])
def test_no_run_that_keeps_the_wait_costs_less_than_the_bound(
    seed: int, strategy: Strategy
) -> None:
    rng = random.Random(seed)
    at_seconds = 0.0
    arrivals = []
    for _ in range(60):
        at_seconds += rng.expovariate(1 / rng.choice((5.0, 600.0)))
        arrivals.append(Arrival(at_seconds, rng.lognormvariate(4, 1)))
    knobs = Knobs(strategy=strategy, boot_jitter=0.0, idle_after_seconds=0.0, on_change=True)
    report = simulate(scene(knobs), arrivals)
    work = [Work(one.at_seconds, one.service_seconds) for one in arrivals]

    # By the wait that it really kept: a run may be a few seconds late and a little cheaper for it.
    kept = replace(TERMS, wait_seconds=max(TERMS.wait_seconds, report.wait(1)))
    assert report.late_share(300) <= 0.02
    assert report.node_seconds >= lower_bound(work, kept)


def test_the_fewest_nodes_of_a_burst_by_hand() -> None:
    # Slots open at 120 s; in 180 s more each starts at 120, 170, 220 and 270 s.
    assert fewest_nodes([50.0] * 1000, slots=2, boot=120.0, wait=300.0) == 125
    # All at once where a boot takes as long as they may wait.
    assert fewest_nodes([50.0] * 1000, slots=2, boot=120.0, wait=120.0) == 500
    assert fewest_nodes([50.0], slots=4, boot=120.0, wait=300.0) == 1


def test_the_fewest_nodes_of_a_burst_do_and_one_fewer_would_not() -> None:
    rng = random.Random(1)
    services = [rng.lognormvariate(4, 1) for _ in range(200)]
    fewest = fewest_nodes(services, slots=1, boot=60.0, wait=300.0)

    def last_start(slots: int) -> float:
        free_at = [60.0] * slots
        started = 0.0
        for service in services:
            started = min(free_at)
            free_at[free_at.index(started)] = started + service
        return started

    assert last_start(fewest) <= 300 < last_start(fewest - 1)

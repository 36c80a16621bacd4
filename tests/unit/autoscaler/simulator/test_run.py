"""A run is repeatable, serves what arrives, and queues as queueing theory says."""

import itertools
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.settings import Schedule, Size
from autoscaler.ports import CycleReport
from autoscaler.simulator.faults import FaultRates
from autoscaler.simulator.run import Cadence, Runner, Simulation, simulate
from autoscaler.simulator.workload import Arrival, burst, poisson
from autoscaler.simulator.world import Latency
from tests.builders import some_settings
from tests.unit.autoscaler.simulator.worlds import a_scene, a_spec

CHAOS = FaultRates(
    part_unreadable=0.05,
    system_stale=0.05,
    action_struck=0.1,
    strike_crashes=0.3,
    memory_lost=0.5,
    launch_fails=0.1,
    never_joins=0.05,
    boots_slowly=0.1,
)


def _arrivals(seed: int) -> tuple[Arrival, ...]:
    return poisson(random.Random(seed), count=200, per_second=0.2, mean_service_seconds=60.0)


def test_a_burst_is_served_and_the_pool_goes_back_to_nothing() -> None:
    report = simulate(a_scene(), burst([30.0] * 10))

    assert (report.finished_count, report.unserved_count, report.killed_count) == (10, 0, 0)
    assert report.launched_count == report.peak_count == 5
    assert report.wait(0) == report.wait(1) == 60.0  # Bought at once, and a minute's boot.
    # A minute's boot, half a minute's work, and five minutes idle before they go.
    assert report.node_seconds == pytest.approx(5 * (60 + 30 + 300 + 10), abs=60)


def test_equal_seeds_give_equal_reports_and_others_do_not() -> None:
    scene = a_scene(rates=CHAOS, latency=Latency(0.1, 0.2), groups=(a_spec(boot_jitter=0.3),))
    first, again, other = (simulate(replace(scene, seed=seed), _arrivals(1)) for seed in (1, 1, 2))

    assert first == again
    assert first != other
    assert first.crash_count > 0
    assert first.killed_count == first.unserved_count == 0


def test_children_wait_as_long_as_erlang_says() -> None:
    """Four servers at 80 %: C = 0.5964, so that the mean wait is C / (4 / 100 - 0.032) s."""
    settings = replace(some_settings(), size=Size(min=2, max=2))
    scene = a_scene(settings=settings, cadence=Cadence(interval_seconds=3600, on_change=False))
    arrivals = poisson(random.Random(6), count=40_000, per_second=0.032, mean_service_seconds=100.0)
    report = simulate(scene, arrivals)

    assert report.mean_wait == pytest.approx(0.5964 / 0.008, rel=0.08)
    assert report.launched_count == 2


def test_a_change_brings_a_cycle_at_once_and_many_changes_bring_one() -> None:
    seen: list[float] = []
    simulation = Simulation(a_scene(cadence=Cadence(rest_seconds=0.5)))
    simulation.watchers.append(lambda report: seen.append(simulation.clock.seconds))
    Runner(simulation, [Arrival(14.0 + step / 100, 5.0) for step in range(20)]).run()

    assert [at for at in seen if 10.5 < at < 16] == [14.0, 14.5]


def test_without_changes_cycles_come_at_each_interval() -> None:
    seen: list[float] = []
    cadence = Cadence(interval_seconds=7.0, on_change=False, look_again=False)
    simulation = Simulation(a_scene(cadence=cadence))
    simulation.watchers.append(lambda report: seen.append(simulation.clock.seconds))
    Runner(simulation, [Arrival(1.0, 5.0)]).run()

    assert seen[:4] == [0.0, 7.0, 14.0, 21.0]


def test_the_idle_time_of_an_empty_pool_is_left_out_up_to_the_cycle_before_an_arrival() -> None:
    seen: list[float] = []
    simulation = Simulation(a_scene(cadence=Cadence(on_change=False)))
    simulation.watchers.append(lambda report: seen.append(simulation.clock.seconds))
    Runner(simulation, [Arrival(86_405.0, 5.0)]).run()

    assert seen[0] == 0.0
    assert 86_400.0 in seen
    assert len(seen) < 100


def test_no_cycle_is_left_out_where_a_schedule_may_begin() -> None:
    schedule = Schedule(cron="0 13 * * *", duration=timedelta(hours=1), min=1)
    scene = a_scene(
        settings=replace(some_settings(), schedules=(schedule,)), cadence=Cadence(on_change=False)
    )
    report = simulate(scene, [Arrival(2 * 3600.0, 5.0)])

    assert report.cycle_count > 720
    assert report.waits == (0.0,)  # The node that was bought at 13:00 is there still.


def test_after_failed_cycles_the_daemon_backs_off() -> None:
    seen: list[float] = []
    scene = a_scene(
        rates=FaultRates(part_unreadable=1.0),
        cadence=Cadence(on_change=False),
        patience_seconds=400.0,
    )
    simulation = Simulation(scene)
    simulation.watchers.append(lambda report: seen.append(simulation.clock.seconds))
    Runner(simulation, [Arrival(0.0, 5.0)]).run()
    gaps = [after - before for before, after in itertools.pairwise(seen)]

    assert gaps[0] <= 10
    assert all(45 <= gap <= 60 for gap in gaps[4:])


def test_a_crash_is_told_of_and_the_memory_may_be_lost() -> None:
    rates = FaultRates(action_struck=1.0, strike_crashes=1.0, memory_lost=1.0)
    simulation = Simulation(a_scene(rates=rates))
    told: list[CycleReport | None] = []
    simulation.watchers.append(told.append)
    simulation.cluster.dispatch(Arrival(0.0, 5.0))
    simulation.clock.advance(1)
    simulation.cycle()

    assert told == [None]
    assert simulation.crash_count == 1
    assert not simulation.memory.dispatched

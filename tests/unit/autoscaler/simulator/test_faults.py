"""Faults come as often as was asked for, and histories replay from their seed."""

import random

from autoscaler.core.model import FailureKind
from autoscaler.simulator.chance import generator
from autoscaler.simulator.faults import FaultRates, NoFaults, Outage, RandomFaults, Strike
from autoscaler.simulator.history import ArmedFaults
from autoscaler.simulator.play import play
from autoscaler.simulator.unrest import endure


def test_without_rates_nothing_goes_wrong() -> None:
    faults = RandomFaults(FaultRates(), random.Random(1))

    for one in (faults, NoFaults()):
        assert one.unreadable(("nodes", "group")) == one.stale() == frozenset()
        assert one.strike() is Strike.NOTHING
        assert one.launch("g", 0.0) is None
        assert one.boot("g") == 1.0
        assert not one.memory_lost()


def test_rates_are_kept() -> None:
    rates = FaultRates(action_struck=0.2, strike_crashes=0.5, launch_fails=0.3, never_joins=0.1)
    faults = RandomFaults(rates, random.Random(1))
    strikes = [faults.strike() for _ in range(5000)]
    struck = [one for one in strikes if one is not Strike.NOTHING]
    crashes = [one for one in struck if one.value.startswith("crash")]
    launches = [faults.launch("g", 0.0) for _ in range(5000)]
    boots = [faults.boot("g") for _ in range(5000)]

    assert 900 < len(struck) < 1100
    assert 0.4 < len(crashes) / len(struck) < 0.6
    assert 1400 < sum(1 for one in launches if one is not None) < 1600
    assert 420 < boots.count(None) < 580


def test_in_an_outage_nothing_launches_in_its_group() -> None:
    outage = Outage("spot", 100.0, 200.0, FailureKind.SPOT)
    faults = RandomFaults(FaultRates(outages=(outage,)), random.Random(1))

    assert faults.launch("spot", 99.0) is None
    assert faults.launch("spot", 100.0) is FailureKind.SPOT
    assert faults.launch("on-demand", 150.0) is None
    assert faults.launch("spot", 200.0) is None


def test_armed_faults_strike_once_and_are_disarmed() -> None:
    faults = ArmedFaults()
    faults.parts = frozenset({"nodes"})
    faults.strikes.append(Strike.REFUSED)
    first = (faults.unreadable(("nodes", "group")), faults.strike())
    second = (faults.unreadable(("nodes", "group")), faults.strike())
    faults.boots.append(None)
    faults.loses_memory = True
    faults.disarm()

    assert first == (frozenset({"nodes"}), Strike.REFUSED)
    assert second == (frozenset(), Strike.NOTHING)
    assert (faults.boot("g"), faults.memory_lost()) == (1.0, False)


def test_sides_draw_apart_and_the_same_each_time() -> None:
    assert generator(1, "aws").random() == generator(1, "aws").random()
    assert generator(1, "aws").random() != generator(1, "scheduler").random()


def test_a_history_replays_from_its_seed() -> None:
    first, again = play(3, events_count=10), play(3, events_count=10)

    assert list(first.told) == list(again.told)
    assert first.simulation.report() == again.simulation.report()


def test_a_pool_under_unrest_serves_every_child() -> None:
    report = endure(1, children_count=200).simulation.report()

    assert report.finished_count == 200
    assert report.killed_count == 0
    assert report.cycle_count > 100

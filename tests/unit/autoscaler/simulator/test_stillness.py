"""Cycles that may be left out, and a run that is the same without them."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.pause import Pause
from autoscaler.core.settings import ScaleIn
from autoscaler.simulator.run import Cadence, Runner, Simulation
from autoscaler.simulator.stillness import is_still
from autoscaler.simulator.workload import Arrival, burst, poisson
from autoscaler.simulator.world import Latency
from tests.builders import some_settings
from tests.unit.autoscaler.simulator.worlds import a_scene, a_spec

TICKS = Cadence(interval_seconds=10, on_change=False)


@pytest.fixture
def patient(monkeypatch):
    """Call it, and from then on no cycle of a pool at work is left out."""
    return lambda: monkeypatch.setattr("autoscaler.simulator.run.is_still", lambda _: False)


def settings(*, pack_tail=True):
    """The backlog strategy; idle nodes go after a minute."""
    plain = some_settings(strategy="backlog")
    scale_in = ScaleIn(idle_after=timedelta(minutes=1), pack_tail=pack_tail)
    scaling = replace(plain.scaling, target_wait=timedelta(minutes=5), scale_in=scale_in)
    return replace(plain, scaling=scaling)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("pack_tail", [True, False])
def test_a_run_is_the_same_without_the_cycles_that_are_left_out(seed, pack_tail, patient):
    scene = a_scene(
        settings=settings(pack_tail=pack_tail),
        cadence=TICKS,
        groups=(a_spec(boot_jitter=0.3),),
        seed=seed,
    )
    arrivals = poisson(random.Random(seed), count=60, per_second=0.004, mean_service_seconds=900.0)
    brief, whole = Simulation(scene), Simulation(scene)

    quick = Runner(brief, arrivals).run()
    patient()
    slow = Runner(whole, arrivals).run()

    assert replace(quick, cycle_count=slow.cycle_count) == slow
    assert quick.cycle_count < 0.9 * slow.cycle_count
    assert brief.memory == whole.memory


def reports(arrivals, **changes):
    """Of each cycle of a run, none left out."""
    simulation = Simulation(a_scene(settings=settings(), cadence=TICKS, **changes))
    found = []
    simulation.watchers.append(found.append)
    Runner(simulation, arrivals).run()
    return found


def test_a_pool_is_still_while_all_is_at_work_and_nothing_waits(patient):
    patient()
    found = reports(burst([1000.0] * 2))

    still = [one for one in found if is_still(one)]
    assert len(still) >= 90
    assert all(one.decision.counts.busy == 1 for one in still)


def test_it_is_not_while_something_waits_boots_idles_or_goes(patient):
    patient()
    for one in reports(burst([300.0] * 6)):
        counts = one.decision.counts
        if one.observation.pending_count or counts.idle or counts.in_flight or counts.cordoned:
            assert not is_still(one)


def test_it_is_not_while_stragglers_could_be_gathered(patient):
    """Two nodes, each half used: one may be taken out of use when its child is nearly done."""
    patient()
    found = reports([*burst([100.0, 4000.0]), *burst([100.0, 4000.0], at_seconds=1.0)])

    half_used = [one for one in found if one.observation.running_count == 2]
    assert half_used
    assert not any(is_still(one) for one in half_used if one.decision.counts.busy > 1)


def test_it_is_not_while_it_is_paused(patient):
    """The pause ends, and then there may be something to do."""
    patient()
    still = next(one for one in reports(burst([1000.0] * 2)) if is_still(one))
    pause = Pause(still.now, None, "why", "ann")

    assert not is_still(replace(still, observation=replace(still.observation, pause=pause)))


def test_where_reads_take_time_no_cycle_of_a_busy_pool_is_left_out(patient):
    scene = a_scene(settings=settings(), cadence=TICKS, latency=Latency(read_seconds=1.0))
    arrivals = [Arrival(0.0, 1000.0)]

    count = Runner(Simulation(scene), arrivals).run().cycle_count

    patient()
    assert Runner(Simulation(scene), arrivals).run().cycle_count == count

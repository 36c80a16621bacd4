"""No simulated run costs less than the bound."""

import random
from dataclasses import replace

import pytest

from autoscaler.bounds import Terms, Work, lower_bound
from autoscaler.core.settings import Strategy
from autoscaler.simulator.run import simulate
from autoscaler.simulator.workload import Arrival
from bench.scenes import Knobs, scene

TERMS = Terms(slots=2, boot_seconds=120.0, wait_seconds=300.0)


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

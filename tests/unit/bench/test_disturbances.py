"""The world through a disturbance."""

from datetime import timedelta

import pytest

from autoscaler.core.decision import NodeRef
from autoscaler.core.plan import Cordon, SetDesiredCapacity
from autoscaler.errors import ActionError
from autoscaler.simulator.clock import instant
from autoscaler.simulator.run import Runner
from autoscaler.simulator.workload import Arrival
from bench.disturbances import (
    DISTURBANCES,
    Disturbance,
    DisturbedSimulation,
    DisturbedWorld,
    skewed,
)
from bench.scenes import Knobs, scene
from tests.unit.autoscaler.simulator.worlds import Parts


def through(parts: Parts, **goes_wrong: float) -> DisturbedWorld:
    """What the daemon sees and reaches."""
    disturbance = Disturbance(name="some", description="", **goes_wrong)  # type: ignore[arg-type]
    return DisturbedWorld(parts.world, disturbance, lambda: parts.clock.seconds)


def set_desired(world: DisturbedWorld, current: int, desired: int) -> None:
    """As many of the first group."""
    world.apply(SetDesiredCapacity("nomad-clients", current, desired))


def test_after_a_cycle_that_changed_the_group_the_next_changes_wait() -> None:
    parts = Parts()
    world = through(parts, change_every_seconds=60.0)
    set_desired(world, 0, 1)
    set_desired(world, 1, 2)
    parts.clock.advance(59)
    with pytest.raises(ActionError, match="throttled"):
        set_desired(world, 2, 3)
    parts.clock.advance(1)
    set_desired(world, 2, 3)

    assert parts.aws.desired_count == 3


def test_a_cordon_is_no_change_of_the_group() -> None:
    parts = Parts()
    world = through(parts, change_every_seconds=600.0)
    set_desired(world, 0, 1)
    parts.clock.advance(70)
    (node,) = parts.cluster.nodes.values()
    world.apply(Cordon(NodeRef(node.node_id, "n1", node.instance_id), parts.clock.now()))

    assert not node.eligible


def test_the_queue_is_as_old_as_it_is_said_to_be_and_nodes_are_current() -> None:
    parts = Parts()
    world = through(parts, stale_seconds=60.0)
    counts = []
    for _ in range(9):
        parts.dispatch()
        seen = world.observe(parts.clock.now())
        counts.append(seen.pending_count)
        parts.clock.advance(10)
    parts.node()
    seen = world.observe(parts.clock.now())

    assert counts == [1, 1, 1, 1, 1, 1, 1, 2, 3]
    assert len(seen.nodes or ()) == 1


def test_each_child_that_finished_is_told_once_though_the_queue_is_old() -> None:
    parts = Parts()
    parts.node()
    world = through(parts, stale_seconds=20.0)
    told = []
    for second in range(0, 100, 10):
        if second in (10, 30):
            parts.dispatch(5.0)
        told += [
            one.seconds
            for queue in world.observe(parts.clock.now()).queues
            for one in queue.finished
        ]
        parts.clock.advance(10)

    assert told == [5.0, 5.0]


def test_by_a_clock_that_is_ahead_all_of_nomads_instants_are_later() -> None:
    parts = Parts()
    parts.node()
    for _ in range(3):
        parts.dispatch(1000.0)
    parts.clock.advance(5)
    seen = skewed(parts.world.observe(parts.clock.now()), timedelta(seconds=60))
    (queue,), (node,) = seen.queues, seen.nodes or ()

    assert queue.oldest_pending_at == instant(60)
    assert [one.started_at for one in node.running] == [instant(60)] * 2


def test_boots_are_slow_for_as_long_as_it_lasts() -> None:
    slow = Disturbance(name="slow", description="", boot_factor=3.0, boots_slow_seconds=100.0)
    pool = scene(Knobs(boot_seconds=60.0, boot_jitter=0.0, target_wait_seconds=0.0, slots=1))
    simulation = DisturbedSimulation(pool, slow, 1000.0)
    arrivals = [Arrival(at, 10.0) for at in (0.0, 1050.0, 3000.0)]
    report = Runner(simulation, arrivals).run()

    assert report.waits == pytest.approx((60.0, 60.0, 180.0), abs=10.0)


def test_the_restart_comes_in_the_burst_and_forgets_what_was_learned() -> None:
    (restart,) = [one for one in DISTURBANCES if one.restarts]
    simulation = DisturbedSimulation(scene(Knobs()), restart, 1000.0)
    learned: list[tuple[float, int]] = []
    simulation.watchers.append(
        lambda _: learned.append((simulation.clock.seconds, len(simulation.memory.boot_seconds)))
    )
    Runner(simulation, [Arrival(at, 700.0) for at in (0.0, 900.0, 2000.0)]).run()
    counts = dict(learned)

    assert simulation.crash_count == 1
    assert counts[990.0] > 0
    assert counts[1000.0] == 0

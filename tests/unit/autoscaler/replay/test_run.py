"""One subject, one workload: figures that can be reckoned by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from autoscaler.core.settings import NodeShape, ScaleIn, Schedule
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.run import interval_of, price_of, replay
from autoscaler.simulator.clock import seconds_at
from autoscaler.simulator.generators import generated
from autoscaler.simulator.run import Simulation
from tests.builders import some_settings
from tests.unit.autoscaler.replay.replays import STILL, a_subject, children

#: Idle nodes go at the first cycle that sees them idle, and no last look is waited for.
AT_ONCE = some_settings(
    scale_in=ScaleIn(idle_after=timedelta(0), settle=timedelta(0), max_step=100)
)


def test_two_children_of_one_node_wait_for_its_boot_and_cost_it() -> None:
    """Bought at 0, there at 100, done at 400; cordoned and let go in the two cycles after."""
    outcome = replay(a_subject(settings=AT_ONCE), STILL, children(300.0, 300.0))

    assert (outcome.waits.mean, outcome.waits.p99, outcome.waits.longest) == (100.0, 100.0, 100.0)
    assert (outcome.launches, outcome.peak_nodes, outcome.started) == (1, 1, 2)
    assert 400 / 3600 <= outcome.node_hours <= 420 / 3600
    assert outcome.sound


def test_a_third_child_needs_a_second_node() -> None:
    outcome = replay(a_subject(), STILL, children(300.0, 300.0, 300.0))

    assert (outcome.launches, outcome.peak_nodes) == (2, 2)


def test_late_is_what_waits_longer_than_the_limit() -> None:
    conditions = replace(STILL, late_seconds=99.0)

    assert replay(a_subject(), conditions, children(300.0)).late_share == 1.0
    assert replay(a_subject(), STILL, children(300.0)).late_share == 0.0


def test_what_can_never_be_served_is_left_and_said_so() -> None:
    conditions = replace(STILL, patience_seconds=600.0)

    outcome = replay(a_subject(settings=some_settings(size_max=0)), conditions, children(60.0))

    assert (outcome.unserved, outcome.started, outcome.late_share) == (1, 0, 1.0)
    assert not outcome.sound


def test_the_cost_is_that_of_the_node_hours() -> None:
    outcome = replay(a_subject(), replace(STILL, price=0.5), children(300.0))

    assert outcome.cost == pytest.approx(outcome.node_hours * 0.5)


def test_the_conditions_price_comes_before_the_settings() -> None:
    settings = replace(some_settings(), node=NodeShape(cpu=2000, memory=2000, price=0.2))

    assert price_of(settings, Conditions()) == 0.2
    assert price_of(settings, Conditions(price=0.0)) == 0.0
    assert price_of(some_settings(), Conditions()) is None


def test_a_baseline_decides_in_our_place_at_its_own_pace() -> None:
    subject = a_subject("keda", baseline="keda-per-slot", interval_seconds=10.0)

    outcome = replay(subject, STILL, children(300.0, 300.0, 300.0))

    assert (outcome.name, outcome.baseline) == ("keda", "keda-per-slot")
    assert (outcome.launches, outcome.unserved, outcome.killed) == (2, 0, 0)
    assert interval_of(subject, STILL) == 15.0


def test_a_schedule_is_kept_by_the_calendar_that_second_0_has() -> None:
    """From eight o'clock three nodes are there: with a start at seven, one hour after it."""
    window = Schedule(cron="0 8 * * *", duration=timedelta(hours=1), min=3)
    settings = replace(some_settings(), schedules=(window,))
    seven = replace(STILL, start=datetime(2026, 7, 1, 7, tzinfo=UTC))
    ten = replace(STILL, start=datetime(2026, 7, 1, 10, tzinfo=UTC))
    work = children(10.0, 10.0, every=5000.0)

    assert replay(a_subject(settings=settings), seven, work).peak_nodes == 3
    assert replay(a_subject(settings=settings), ten, work).peak_nodes == 1


def test_launches_that_fail_are_tried_again_and_nothing_is_lost() -> None:
    conditions = replace(STILL, launch_failures=0.5, seed=3)
    seen: list[int] = []

    def watch(simulation: Simulation) -> None:
        group = next(iter(simulation.aws.groups.values()))
        simulation.watchers.append(lambda _: seen.append(len(group.failures)))

    outcome = replay(a_subject(), conditions, children(*[300.0] * 8), watch=watch)

    assert max(seen) > 0
    assert outcome.sound


def test_equal_arguments_give_equal_outcomes_and_seeds_differ() -> None:
    arrivals = generated("poisson:rate=60/h,for=2h,service=3m,job=transcode", seed=1)

    def run(seed: int) -> object:
        conditions = replace(STILL, boot_jitter=0.2, seed=seed)
        return replay(a_subject(), conditions, arrivals, timeline=True)

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_the_observation_holds_nothing_of_the_future() -> None:
    """A child that comes after the boot was decided on changes nothing before it."""
    told: list[list[tuple[float, int | None]]] = []

    def watch(simulation: Simulation) -> None:
        seen: list[tuple[float, int | None]] = []
        told.append(seen)
        simulation.watchers.append(
            lambda report: seen.append(
                (simulation.clock.seconds, report.decision.desired if report else None)
            )
        )

    now, later = children(300.0, 300.0), children(300.0, 300.0, 900.0, every=250.0)
    alike = now[:1] + later[1:2]
    replay(a_subject(), STILL, alike, watch=watch)
    replay(a_subject(), STILL, (*alike, later[2]), watch=watch)
    until = seconds_at(STILL.start) + later[2].at_seconds

    before = [[one for one in seen if one[0] < until] for seen in told]
    assert before[0] == before[1]
    assert len(before[0]) > 10


def test_a_child_that_works_for_longer_than_the_patience_is_waited_for() -> None:
    outcome = replay(a_subject(), replace(STILL, patience_seconds=600.0), children(5000.0))

    assert outcome.sound
    assert outcome.node_hours > 5000 / 3600

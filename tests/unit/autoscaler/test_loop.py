"""One cycle: what is done, in which order, and where it ends."""

from dataclasses import replace
from datetime import timedelta

from structlog.testing import capture_logs

from autoscaler.adapters.dry_run import DryRunWorld
from autoscaler.core.decision import Rule
from autoscaler.core.memory import Memory
from autoscaler.core.plan import Cordon, SetDesiredCapacity, Terminate, TerminateUnjoined, Uncordon
from autoscaler.core.settings import Schedule
from autoscaler.loop import run_cycle
from tests.builders import (
    LONG_WATCHED,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    idle_since,
    some_settings,
)
from tests.fakes import FakeClock, FakeWorld, RecordingReporter, kinds


def run(world, *, memory=None, seconds=0.0, settings=None, stopping=lambda: False):
    """One cycle so many seconds after the epoch; returns its report."""
    clock, reporter = FakeClock(), RecordingReporter()
    clock.advance(seconds)
    report = run_cycle(
        world,
        [reporter],
        settings or some_settings(),
        memory or LONG_WATCHED,
        clock,
        cycle_id="c-1",
        stopping=stopping,
    )
    assert reporter.reports == [report]
    return report


def settled():
    """Two idle nodes, cordoned by us at 0."""
    nodes = (a_node(1, eligible=False), a_node(2, eligible=False))
    marks = {"i-1": at(0), "i-2": at(0)}
    return an_observation(*nodes, group=a_group(an_instance(1), an_instance(2), marks=marks))


def test_demand_sets_the_desired_capacity_and_starts_the_cooldown():
    world = FakeWorld(an_observation(queue=a_queue(3)))

    report = run(world)

    assert world.applied == [SetDesiredCapacity("nomad-clients", 0, 2)]
    assert report.memory.last_scale_out_at == at(0)
    assert report.outcome == "applied"


def test_nothing_to_do_applies_nothing_and_starts_no_cooldown():
    world = FakeWorld(an_observation())

    report = run(world)

    assert world.applied == []
    assert report.outcome == "no_op"
    assert report.memory.last_scale_out_at is None


def test_a_settled_node_is_looked_at_again_and_terminated():
    world = FakeWorld(settled())

    report = run(world, seconds=60)

    assert kinds(world.applied) == ["Terminate", "Terminate"]
    assert report.memory.last_scale_in_at == at(60)


def test_work_found_at_the_last_look_takes_the_node_back_and_lets_the_others_go():
    world = FakeWorld(settled())
    world.busy.add("node-1")

    report = run(world, seconds=60)

    assert [(type(one), one.node.name) for one in world.applied] == [
        (Uncordon, "n1"),
        (Terminate, "n2"),
    ]
    assert [one.outcome for one in report.actions] == ["given_up", "applied"]


def test_a_failed_action_ends_the_plan_and_starts_no_cooldown():
    group = a_group(an_instance(1), an_instance(2), marks={"i-1": at(0)})
    observed = an_observation(
        a_node(1, eligible=False), a_node(2, live=2), queue=a_queue(5, 2), group=group
    )
    world = FakeWorld(observed, refuses=SetDesiredCapacity)

    report = run(world, seconds=60)

    assert kinds(world.applied) == ["Uncordon"]
    assert report.outcome == "failed"
    assert report.actions[-1].detail == "refused by the test"
    assert report.memory.last_scale_out_at is None


def test_told_to_stop_it_begins_no_further_action():
    world = FakeWorld(settled())
    asked = iter([False, True])

    report = run(world, seconds=60, stopping=lambda: next(asked))

    assert kinds(world.applied) == ["Terminate"]
    assert len(report.actions) == 1


def test_a_dry_run_decides_as_the_live_one_and_writes_nothing():
    memory = idle_since(-9999, 1, 2)
    for observed in (
        an_observation(queue=a_queue(9)),
        an_observation(a_node(1), a_node(2)),
        settled(),
    ):
        live, shown = FakeWorld(observed), FakeWorld(observed)

        acted = run(live, memory=memory, seconds=60)
        said = run(DryRunWorld(shown), memory=memory, seconds=60)

        assert live.applied
        assert shown.applied == []
        assert said.decision == acted.decision
        assert [one.action for one in said.actions] == [one.action for one in acted.actions]


def test_cordons_carry_the_time_of_the_cycle():
    world = FakeWorld(an_observation(a_node(1)))

    run(world, memory=idle_since(-9999, 1), seconds=7)

    assert isinstance(world.applied[0], Cordon)
    assert world.applied[0].at == at(7)


def test_a_schedule_in_force_is_observed_and_keeps_nodes_there():
    """The tests' epoch is a Sunday noon."""
    noon = Schedule(cron="0 12 * * sun", duration=timedelta(hours=1), min=2)
    settings = replace(some_settings(), schedules=(noon,))

    during = run(FakeWorld(an_observation()), settings=settings)
    after = run(FakeWorld(an_observation()), settings=settings, seconds=3600)

    assert [one.size_min for one in during.observation.windows] == [2]
    assert during.decision.desired == 2
    assert Rule.SCHEDULE in [reason.rule for reason in during.decision.reasons]
    assert after.decision.desired == 0


def test_a_reporter_that_breaks_takes_neither_the_memory_nor_the_other_reporters_along():
    class Broken:
        def report(self, report: object) -> None:
            raise ValueError("a defect")

    world, sound = FakeWorld(an_observation(queue=a_queue(2))), RecordingReporter()

    with capture_logs() as logged:
        report = run_cycle(
            world,
            [Broken(), sound],
            some_settings(),
            Memory(),
            FakeClock(),
            cycle_id="c-1",
        )

    assert sound.reports == [report]
    assert report.memory.last_scale_out_at is not None
    assert [line["event"] for line in logged] == ["report.failed"]


def test_an_instance_that_joined_since_it_was_given_up_is_left_alone():
    launched = an_instance(1, launched_at=at(-3600))
    world = FakeWorld(an_observation(group=a_group(launched)))
    world.joined.add("i-1")

    report = run(world)

    assert [(type(one.action), one.outcome) for one in report.actions] == [
        (TerminateUnjoined, "given_up")
    ]
    assert world.applied == []
    assert report.memory.never_joined_count == 0

"""The dry run's world: real until it would be changed, then what would have become of it."""

from dataclasses import replace
from datetime import timedelta

from autoscaler.adapters.dry_run import DryRunWorld
from autoscaler.core.memory import Memory
from autoscaler.core.model import (
    Cohort,
    Lifecycle,
    Missing,
    NodeStatus,
    Notice,
    NoticeKind,
    Observation,
    Running,
)
from autoscaler.core.plan import Cordon
from autoscaler.core.settings import PoolSettings
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport
from autoscaler.shadow.world import ShadowWorld
from tests.builders import (
    SHAPE,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    idle_since,
    some_settings,
)
from tests.fakes import FakeClock, FakeWorld, kinds

#: Children take half an hour, boots a minute and a half.
LEARNED = Memory(
    service_seconds={"transcode": {"": (1800.0,) * 40}}, boot_seconds=(90.0, 90.0, 90.0)
)


class Rehearsal:
    """A dry run, cycle by cycle; ``real`` is what the next ones find."""

    def __init__(
        self, real: Observation, memory: Memory = LEARNED, settings: PoolSettings | None = None
    ) -> None:
        self.real = real
        self.settings = settings or some_settings()
        self.behind = FakeWorld(real)
        self.world = ShadowWorld(DryRunWorld(self.behind), self.settings, memory)
        self.clock = FakeClock()
        self.memory = memory

    def cycle(self, after_seconds: float = 0.0, real: Observation | None = None) -> CycleReport:
        """Some time later, one cycle."""
        self.clock.advance(after_seconds)
        self.real = real or self.real
        self.behind._observations.clear()
        self.behind._observations.append(self.real)
        report = run_cycle(
            self.world, [self.world], self.settings, self.memory, self.clock, cycle_id="c"
        )
        self.memory = report.memory
        assert self.behind.applied == []
        return report


def done(report: CycleReport) -> list[str]:
    """What would have been done, by kind."""
    return kinds(one.action for one in report.actions if one.outcome == "applied")


def test_what_is_real_is_shown_as_it_is_until_something_would_change_it() -> None:
    real = an_observation(a_node(1, live=2), queue=a_queue(0, 2))
    rehearsal = Rehearsal(real)

    assert rehearsal.cycle().observation == real
    assert rehearsal.cycle(60).observation == real
    assert rehearsal.world.beside() is None


def test_nodes_that_would_have_been_bought_boot_and_take_the_work_that_waits() -> None:
    rehearsal = Rehearsal(an_observation(queue=a_queue(3)))

    bought, booting, booted = rehearsal.cycle(), rehearsal.cycle(60), rehearsal.cycle(35)

    assert done(bought) == ["SetDesiredCapacity"]
    assert done(booting) == []
    assert (booting.decision.counts.in_flight, booting.observation.pending_count) == (2, 3)
    assert (booted.decision.counts.busy, booted.decision.counts.in_flight) == (2, 0)
    assert (booted.observation.pending_count, booted.observation.running_count) == (0, 3)
    assert rehearsal.world.beside() == rehearsal.real


def test_children_that_would_have_started_end_after_as_long_as_was_learned() -> None:
    rehearsal = Rehearsal(an_observation(queue=a_queue(3)))
    for _ in range(2):
        rehearsal.cycle(100)

    assert rehearsal.cycle(1700).observation.running_count == 3
    assert rehearsal.cycle(120).observation.running_count == 0


def test_nodes_that_would_have_been_released_are_gone() -> None:
    rehearsal = Rehearsal(
        an_observation(a_node(1)), replace(LEARNED, idle_since={"node-1": at(-999)})
    )

    actions = [done(rehearsal.cycle(10)) for _ in range(4)]
    gone = rehearsal.cycle(60)

    assert actions == [["Cordon"], ["Terminate"], [], []]
    assert (gone.decision.current, gone.decision.counts.idle) == (0, 0)
    assert all(node.status is NodeStatus.DOWN for node in gone.observation.nodes or ())


def test_children_that_really_come_come_to_the_shadow_too() -> None:
    rehearsal = Rehearsal(an_observation(queue=a_queue(1, dispatched_count=1)))
    rehearsal.cycle()
    waiting = (Cohort(at(0), 1), Cohort(at(95), 2))
    more = an_observation(queue=a_queue(3, dispatched_count=3, waiting=waiting))

    report = rehearsal.cycle(100, more)

    # One node was bought, and has room for two of the three.
    assert (report.observation.pending_count, report.observation.running_count) == (1, 2)
    assert report.observation.queues[0].oldest_pending_at == at(95)


def test_what_cannot_be_read_is_unknown_in_the_shadow_too() -> None:
    rehearsal = Rehearsal(an_observation(queue=a_queue(3)))
    rehearsal.cycle()
    missing = (Missing("aws", "group", "throttled"),)

    report = rehearsal.cycle(10, replace(rehearsal.real, groups=None, missing=missing))

    assert report.observation.groups is None
    assert report.observation.missing == missing
    assert report.decision.desired is None


def test_only_children_that_really_ended_teach_how_long_they_take() -> None:
    rehearsal = Rehearsal(an_observation(queue=a_queue(2)))
    for _ in range(30):
        report = rehearsal.cycle(100)

    assert report.memory.service_seconds == LEARNED.service_seconds


def test_work_that_runs_at_the_start_goes_on_in_the_shadow() -> None:
    real = an_observation(a_node(1, live=2), queue=a_queue(2, 2))
    rehearsal = Rehearsal(real)
    rehearsal.cycle()

    report = rehearsal.cycle(10)

    node = next(one for one in report.observation.nodes or () if one.node_id == "node-1")
    assert (node.live_count, node.allocated, node.name) == (2, SHAPE - node.free, "n1")
    assert report.observation.running_count == 2


def test_work_of_other_jobs_ends_when_it_really_does() -> None:
    stranger = Running("backup", started_at=at(-60))
    node = a_node(1, allocated=replace(SHAPE, disk_mib=300), running=(stranger,))
    rehearsal = Rehearsal(an_observation(node, queue=a_queue(1)))
    rehearsal.cycle()
    before = rehearsal.cycle(10).observation

    after = rehearsal.cycle(10, an_observation(a_node(1), queue=a_queue(1))).observation

    # Then the node has room for the child that waits.
    assert [one.job for one in (before.nodes or ())[0].running] == ["backup"]
    assert [one.job for one in (after.nodes or ())[0].running] == ["transcode"]


def test_a_node_that_somebody_else_cordons_is_theirs_in_the_shadow_too() -> None:
    rehearsal = Rehearsal(an_observation(a_node(1, live=1), queue=a_queue(4, 1)))
    rehearsal.cycle()
    cordoned = an_observation(a_node(1, live=1, eligible=False), queue=a_queue(4, 1))

    shown = rehearsal.cycle(10, cordoned).observation
    back = rehearsal.cycle(10, an_observation(a_node(1, live=1), queue=a_queue(4, 1))).observation

    assert [node.eligible for node in shown.nodes or ()] == [False]
    assert [node.eligible for node in back.nodes or ()] == [True]


def test_an_instance_that_spot_takes_is_taken_from_the_shadow() -> None:
    node = a_node(1, live=1)
    rehearsal = Rehearsal(an_observation(node, queue=a_queue(4, 1)))
    rehearsal.cycle()
    notice = Notice(NoticeKind.SPOT_INTERRUPTION, at(10))
    group = a_group(an_instance(1, notice=notice), desired=1)
    warned = an_observation(node, queue=a_queue(4, 1), group=group)

    rehearsal.cycle(10, warned)
    report = rehearsal.cycle(130)

    (group_shown,) = report.observation.groups or ()
    leaving = {
        one.instance_id for one in group_shown.instances if one.lifecycle is Lifecycle.LEAVING
    }
    assert leaving == {"i-1"}


def test_a_group_whose_maximum_is_lowered_is_so_in_the_shadow() -> None:
    rehearsal = Rehearsal(an_observation(queue=a_queue(3)))
    rehearsal.cycle()

    report = rehearsal.cycle(10, an_observation(queue=a_queue(3), group=a_group(size_max=1)))

    (group,) = report.observation.groups or ()
    assert (group.size_max, group.desired) == (1, 1)


def test_at_rest_with_the_same_instances_both_are_one_again() -> None:
    rehearsal = Rehearsal(
        an_observation(a_node(1)), replace(LEARNED, idle_since={"node-1": at(-999)})
    )
    for _ in range(3):
        rehearsal.cycle(10)
    apart = rehearsal.world.beside()

    # Somebody released it in truth as well.
    rehearsal.cycle(60, an_observation())

    assert apart is not None
    assert rehearsal.world.beside() is None


def test_an_instance_that_boots_at_the_start_joins_by_the_boots_that_were_learned() -> None:
    group = a_group(an_instance(7, lifecycle=Lifecycle.PENDING, launched_at=at(-30)), desired=1)
    rehearsal = Rehearsal(an_observation(queue=a_queue(4), group=group))
    rehearsal.cycle()

    before = rehearsal.cycle(50).observation
    after = rehearsal.cycle(15).observation

    assert [node.instance_id for node in before.nodes or ()] == []
    assert [node.instance_id for node in after.nodes or ()] == ["i-7"]


def test_where_no_boot_was_seen_yet_nodes_join_within_the_time_that_is_allowed_for_it() -> None:
    settings = replace(some_settings(), boot_timeout=timedelta(seconds=60))
    rehearsal = Rehearsal(an_observation(queue=a_queue(2)), Memory(), settings)
    rehearsal.cycle()

    assert rehearsal.cycle(31).decision.counts.busy == 1


def test_equal_runs_have_equal_shadows() -> None:
    spread = replace(LEARNED, service_seconds={"transcode": {"": (60.0, 600.0, 6000.0) * 20}})

    def course() -> list[int]:
        rehearsal = Rehearsal(an_observation(queue=a_queue(9)), spread)
        return [rehearsal.cycle(30).observation.running_count for _ in range(40)]

    assert course() == course()


def test_the_summary_sets_what_would_have_been_beside_what_was() -> None:
    settings = some_settings()
    settings = replace(settings, node=replace(settings.node, price=2.0))
    rehearsal = Rehearsal(an_observation(queue=a_queue(3)), settings=settings)
    for _ in range(5):
        rehearsal.cycle(90)

    assert rehearsal.world.summary() == (
        "pool transcode: 6 min of dry run; what a live run would have done\n"
        "                          live run      really\n"
        "  peak nodes                     2           0\n"
        "  node-hours                  0.15        0.00\n"
        "  cost                        0.30        0.00\n"
        "  nodes launched                 2           0\n"
        "  nodes ended                    0           0\n"
        "  children started               3           0\n"
        "  children that wait             0           3\n"
        "  wait, median               180 s        none\n"
        "  wait, p95                  180 s        none\n"
        "  wait, longest              180 s        none"
    )


def test_a_late_look_before_an_end_is_taken_at_the_shadow() -> None:
    memory = idle_since(-999, 1)
    rehearsal = Rehearsal(an_observation(a_node(1)), memory)
    rehearsal.behind.busy.add("node-1")  # As it is not cordoned in truth.

    rehearsal.cycle(10)

    assert done(rehearsal.cycle(10)) == ["Terminate"]


def test_a_cordon_would_be_marked_with_its_time() -> None:
    rehearsal = Rehearsal(an_observation(a_node(1)), idle_since(-999, 1))

    (report,) = rehearsal.cycle(10).actions
    shown = rehearsal.cycle(1).observation

    assert isinstance(report.action, Cordon)
    assert (shown.groups or ())[0].marks == {"i-1": at(10)}
    assert rehearsal.clock.now() - at(10) == timedelta(seconds=1)

"""What of the cycles is worth writing down."""

from dataclasses import replace

from autoscaler.adapters.journal_reporter import JournalReporter
from autoscaler.core.memory import Memory
from autoscaler.core.pause import Pause
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport
from tests.builders import a_node, a_queue, an_observation, at, idle_since, some_settings
from tests.fakes import FakeClock, FakeWorld


class FakeJournal:
    """Keeps what it is told, by time."""

    def __init__(self) -> None:
        self.recorded: list[float] = []
        self.noted: list[float] = []
        self.remembered: list[tuple[float, Memory]] = []

    def record(self, report: CycleReport) -> None:
        """Note when."""
        self.recorded.append((report.ended_at - at(0)).total_seconds())

    def note(self, pool, observed, now) -> None:
        """Note when."""
        self.noted.append((now - at(0)).total_seconds())

    def remember(self, pool, memory, now) -> None:
        """Note when, and what."""
        self.remembered.append(((now - at(0)).total_seconds(), memory))


def a_report(seconds, *, pending=0, running=0, memory=None):
    """A cycle at that time that has nothing to do: the one node has work and room."""
    clock = FakeClock()
    clock.advance(seconds)
    world = FakeWorld(an_observation(a_node(1, live=1), queue=a_queue(pending, running)))
    report = run_cycle(world, [], some_settings(), Memory(), clock, cycle_id="c")
    return replace(report, memory=memory or Memory())


def reported(*reports):
    """The journal after these cycles."""
    journal = FakeJournal()
    reporter = JournalReporter(journal)
    for report in reports:
        reporter.report(report)
    return journal


def test_cycles_like_the_last_are_written_down_once_a_minute():
    journal = reported(*(a_report(10 * number, running=1) for number in range(14)))

    assert journal.recorded == [0, 60, 120]


def test_a_clock_that_is_set_back_silences_nothing():
    seconds = (3600, 10, 20, 70)
    told = [a_report(one, running=1, memory=idle_since(one, 1)) for one in seconds]

    journal = reported(*told)

    assert journal.recorded == [3600, 10, 70]
    assert [at for at, _ in journal.remembered] == [3600, 10, 70]


def test_a_storm_in_the_queue_that_changes_no_decision_is_written_down_now_and_then():
    journal = reported(*(a_report(number / 10, running=number) for number in range(100)))

    assert journal.recorded == [0, 5]


def test_another_decision_is_written_down_at_once():
    """A child that waits, and fits on the node that is there."""
    journal = reported(
        a_report(0, running=1), a_report(0.1, pending=1, running=1), a_report(0.2, running=1)
    )

    assert journal.recorded == [0, 0.1, 0.2]


def test_a_cycle_that_acts_is_always_written_down():
    acted = run_cycle(
        FakeWorld(an_observation(queue=a_queue(3))),
        [],
        some_settings(),
        Memory(),
        FakeClock(),
        cycle_id="c",
    )

    journal = reported(acted, acted, acted)

    assert journal.recorded == [0, 0, 0]


def test_what_is_learned_is_remembered_at_once():
    learned = Memory(boot_seconds=(60.0,))

    journal = reported(a_report(0), a_report(1, memory=learned), a_report(2, memory=learned))

    assert journal.remembered == [(1, learned)]


def test_timers_alone_are_remembered_once_a_minute():
    def idle(seconds):
        return a_report(seconds, memory=idle_since(seconds, 1))

    journal = reported(*(idle(10 * number) for number in range(14)))

    assert [seconds for seconds, _ in journal.remembered] == [0, 60, 120]


def test_service_times_alone_are_remembered_every_five_seconds():
    def learned(number):
        times = {"transcode": {"": tuple(float(one) for one in range(number))}}
        return a_report(number, memory=Memory(service_seconds=times))

    journal = reported(*(learned(number) for number in range(1, 13)))

    assert [seconds for seconds, _ in journal.remembered] == [1, 6, 11]


def test_what_is_to_be_done_and_was_not_begun_is_written_down():
    """The daemon was to stop between the decision and its first action."""
    world, clock = FakeWorld(an_observation(queue=a_queue(3))), FakeClock()
    told_to_stop = [
        run_cycle(world, [], some_settings(), Memory(), clock, cycle_id="c", stopping=lambda: True)
        for _ in range(2)
    ]

    assert [report.actions for report in told_to_stop] == [(), ()]
    assert reported(*told_to_stop).recorded == [0, 0]


def test_another_job_whose_children_fit_nowhere_is_written_down_at_once():
    before = a_report(0)
    after = replace(before, decision=replace(before.decision, unplaceable={"huge": 2}))

    assert len(reported(before, after, after).recorded) == 2


def test_children_are_counted_in_every_cycle():
    journal = reported(*(a_report(number / 10) for number in range(10)))

    assert journal.noted == [number / 10 for number in range(10)]


def test_pools_are_looked_at_each_by_itself():
    one, other = a_report(0), replace(a_report(1), pool="other")

    assert reported(one, other, one, other).recorded == [0, 1]


def test_a_paused_pool_that_would_act_is_written_down_like_a_quiet_one_and_a_new_pause_at_once():
    """For hours on end there may be something to do that is not done."""
    reports = []
    for number in range(14):
        clock = FakeClock()
        clock.advance(10 * number)
        pause = Pause(at(0), None, "moving" if number < 8 else "still moving", "ann")
        world = FakeWorld(replace(an_observation(queue=a_queue(3)), pause=pause))
        reports.append(run_cycle(world, [], some_settings(), Memory(), clock, cycle_id="c"))

    assert reported(*reports).recorded == [0, 60, 80]

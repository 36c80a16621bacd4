"""
The daemon's timing, on the real APScheduler with events instead of waits.

An interval of an hour stands for "never by itself": what runs then was woken.
"""

import queue
import random
import threading
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from autoscaler.alarms import Alarms
from autoscaler.clock import SystemClock
from autoscaler.core.model import Missing
from autoscaler.core.settings import ScaleIn
from autoscaler.daemon import Daemon, PoolRunner
from tests.builders import a_node, an_observation, idle_since, some_settings
from tests.fakes import FakeClock, FakeWorld, RecordingReporter, kinds

NEVER = timedelta(hours=1)
DEADLINE_SECONDS = 10


class CountingWorld(FakeWorld):
    """Lets a test wait until so many cycles have begun."""

    def __init__(self, *observations, **kwargs):
        super().__init__(*(observations or (an_observation(),)), **kwargs)
        self._count = 0
        self._changed = threading.Condition()
        self.gate = threading.Event()
        self.gate.set()

    def observe(self, now):
        """Count the cycle, then wait at the gate."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()
        assert self.gate.wait(DEADLINE_SECONDS)
        return super().observe(now)

    def begun(self, count, within_seconds=DEADLINE_SECONDS):
        """Wait for that many cycles; False if they do not come."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count >= count, within_seconds)

    @property
    def count(self):
        """Cycles begun so far."""
        with self._changed:
            return self._count


@pytest.fixture
def started():
    """Starts daemons, and stops them at the end."""
    daemons = []

    def start(*worlds, interval=NEVER, settings=None, clock=None, **told):
        runners = [
            PoolRunner(
                settings=settings or some_settings(),
                world=world,
                reporters=[RecordingReporter()],
                clock=SystemClock(),
            )
            for world in worlds
        ]
        daemon = Daemon(runners, interval, clock or SystemClock(), random.Random(1), **told)
        daemons.append((daemon, worlds))
        daemon.start()
        return daemon

    yield start
    for daemon, worlds in daemons:
        for world in worlds:
            world.gate.set()
        assert daemon.stop(DEADLINE_SECONDS)


def test_the_first_cycle_runs_at_once(started):
    world = CountingWorld()

    started(world)

    assert world.begun(1)


def test_a_change_wakes_a_cycle_long_before_the_interval(started):
    world = CountingWorld()
    daemon = started(world)
    assert world.begun(1)

    daemon.wake("transcode")

    assert world.begun(2)


def test_a_storm_of_changes_during_a_cycle_makes_one_more_not_a_thousand(started):
    world = CountingWorld()
    world.gate.clear()
    daemon = started(world)
    assert world.begun(1)

    for _ in range(1000):
        daemon.wake("transcode")
    world.gate.set()

    assert world.begun(2)
    assert daemon.stop(DEADLINE_SECONDS)
    assert world.count == 2


class SlowCyclesClock(SystemClock):
    """On which each cycle takes an hour, and the rest after it four."""

    def __init__(self, world):
        self._world = world

    def monotonic(self):
        """An hour later for each cycle that has begun."""
        return super().monotonic() + self._world.count * 3600.0


def test_a_change_does_not_put_off_the_cycle_that_the_interval_brings(started):
    world = CountingWorld()
    daemon = started(world, interval=timedelta(seconds=1), clock=SlowCyclesClock(world))
    assert world.begun(1)

    # Again and again: only one that comes after the cycle has ended could put it off.
    came = any(_woken_and_begun(daemon, world) for _ in range(200))

    assert came


def _woken_and_begun(daemon, world):
    daemon.wake("transcode")
    return world.begun(2, within_seconds=0.05)


def test_what_is_due_before_the_interval_is_looked_at_then(started):
    """A node that idles is looked at when its time is up, not at the next interval."""
    in_a_moment = ScaleIn(idle_after=timedelta(milliseconds=100))
    world = CountingWorld(an_observation(a_node(1)))

    started(world, settings=some_settings(scale_in=in_a_moment))

    assert world.begun(2)


def test_a_broken_cycle_ends_neither_the_daemon_nor_the_next_cycle(started):
    world = CountingWorld()
    breaks = iter([True])

    def break_once():
        if next(breaks, False):
            raise RuntimeError("a defect")

    world.on_observe = break_once
    with capture_logs() as logs:
        daemon = started(world)
        assert world.begun(1)

        daemon.wake("transcode")

        assert world.begun(2)
    assert [one["event"] for one in logs][:1] == ["cycle.broken"]


def test_a_broken_cycle_counts_as_ended_and_alarms_until_one_is_whole_again(started):
    world, alarms, ended = CountingWorld(), Alarms(SystemClock().now), queue.SimpleQueue()
    breaks = iter([True])

    def break_once():
        if next(breaks, False):
            raise RuntimeError("a defect")

    world.on_observe = break_once
    standing = []

    def on_cycle(pool):
        standing.append([alarm.code for alarm in alarms.standing()])
        ended.put(pool)

    with capture_logs():
        daemon = started(world, alarms=alarms, on_cycle=on_cycle)
        assert ended.get(timeout=DEADLINE_SECONDS) == "transcode"
        daemon.wake("transcode")
        assert ended.get(timeout=DEADLINE_SECONDS) == "transcode"

    assert standing[:2] == [["cycle.broken"], []]


def test_stopping_waits_for_the_cycle_in_hand(started):
    world = CountingWorld()
    world.gate.clear()
    daemon = started(world)
    assert world.begun(1)

    assert not daemon.stop(0.0)
    world.gate.set()

    assert daemon.stop(DEADLINE_SECONDS)


def test_after_the_stop_nothing_wakes_it(started):
    world = CountingWorld()
    daemon = started(world)
    assert world.begun(1)
    assert daemon.stop(DEADLINE_SECONDS)

    daemon.wake("transcode")

    assert world.count == 1


def test_failures_are_counted_until_one_cycle_goes_well():
    """The count sets the back-off."""
    missing = an_observation(missing=(Missing("nomad", "queue", "no leader"),))
    world = FakeWorld(missing, missing, an_observation())
    runner = PoolRunner(some_settings(), world, [], FakeClock())

    counts = []
    for _ in range(3):
        runner.run()
        counts.append(runner.failed_count)

    assert counts == [1, 2, 0]


def test_a_plan_ends_where_the_lead_is_lost_and_the_slow_reads_go_on():
    """One that stands by learns all that it will need when it takes over."""
    world = FakeWorld(an_observation(a_node(1), a_node(2)))
    answers = [True, False]
    runner = PoolRunner(
        some_settings(),
        world,
        [],
        FakeClock(),
        memory=idle_since(-1000, 1, 2),
        leads=lambda: answers.pop(0),
    )

    report = runner.run()

    assert (len(report.decision.cordon), kinds(world.applied), answers) == (2, ["Cordon"], [])
    assert len(world.recounted) == 1


def test_the_slow_reads_come_after_the_cycle_and_not_while_stopping():
    world = FakeWorld(an_observation())
    runner = PoolRunner(some_settings(), world, [], FakeClock())

    runner.run()
    runner.run(stopping=lambda: True)

    assert len(world.recounted) == 1

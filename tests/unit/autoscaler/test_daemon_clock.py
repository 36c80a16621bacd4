"""
The daemon when somebody sets the wall clock, and when the machine has slept.

Both APScheduler and the daemon see the clock of these tests; what waits does so in real time.
"""

import datetime as dt
import random
import threading
import time
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from autoscaler.clock import SystemClock
from autoscaler.core.memory import Memory
from autoscaler.daemon import Daemon, PoolRunner
from tests.builders import a_node, an_observation, at, idle_since, some_settings
from tests.fakes import FakeClock, FakeWorld

HOUR = timedelta(hours=1)
INTERVAL = timedelta(milliseconds=200)
DEADLINE_SECONDS = 10


class SetClock(SystemClock):
    """The machine's clocks; the wall clock can be set."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> dt.datetime:
        return super().now() + self.by


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """The clock that all of the daemon goes by."""
    clock = SetClock()

    class ClockOfTheScheduler(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return clock.now().astimezone(tz)

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", ClockOfTheScheduler)
    return clock


class CountingWorld(FakeWorld):
    """Counts cycles, for one who waits for them."""

    def __init__(self) -> None:
        super().__init__(an_observation())
        self.count = 0
        self.came = threading.Condition()

    def observe(self, now: dt.datetime):
        with self.came:
            self.count += 1
            self.came.notify_all()
        return super().observe(now)

    def more(self, count: int) -> bool:
        """Whether so many more cycles come in time."""
        with self.came:
            goal = self.count + count
            return self.came.wait_for(lambda: self.count >= goal, DEADLINE_SECONDS)


@pytest.fixture
def running(clock: SetClock):
    """A daemon of one pool, and its world."""
    world = CountingWorld()
    runner = PoolRunner(some_settings(), world, [], clock)
    daemon = Daemon([runner], INTERVAL, clock, random.Random(1))
    daemon.start()
    assert world.more(1)
    yield daemon, world
    assert daemon.stop(DEADLINE_SECONDS)


@pytest.mark.parametrize("by", [-HOUR, HOUR, timedelta(days=-400)], ids=str)
def test_cycles_go_on_at_their_pace_when_the_clock_is_set(running, clock, by) -> None:
    _, world = running

    clock.by = by

    assert world.more(3)
    began, before = time.monotonic(), world.count
    assert world.more(5)
    assert world.count - before <= 2 + (time.monotonic() - began) / INTERVAL.total_seconds()


def test_a_change_wakes_a_cycle_after_the_clock_was_set_back(clock) -> None:
    world = CountingWorld()
    daemon = Daemon([PoolRunner(some_settings(), world, [], clock)], HOUR, clock, random.Random(1))
    daemon.start()
    assert world.more(1) or world.count

    clock.by = -HOUR
    daemon.wake("transcode")

    assert world.count > 1 or world.more(1)
    assert daemon.stop(DEADLINE_SECONDS)


def test_a_clock_that_is_set_again_and_again_makes_no_storm(running, clock) -> None:
    daemon, world = running
    began, before = time.monotonic(), world.count

    for number in range(20):
        clock.by = HOUR * (-1) ** number
        daemon.wake("transcode")
        assert world.more(1)

    # Each was woken once, and rests at least so long between two.
    assert world.count - before <= 20 + (time.monotonic() - began) / 0.05


class Clocks(FakeClock):
    """A wall clock, and a time elapsed that nobody can set."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed_seconds = 0.0

    def pass_time(self, seconds: float) -> None:
        """On both."""
        self.advance(seconds)
        self.elapsed_seconds += seconds

    def elapsed(self) -> float:
        return self.elapsed_seconds


def a_runner(clocks: Clocks, memory: Memory) -> PoolRunner:
    world = FakeWorld(an_observation(a_node(1)))
    return PoolRunner(some_settings(), world, [], clocks, memory, elapsed=clocks.elapsed)


@pytest.mark.parametrize("seconds", [3600, -3600, 10])
def test_what_is_remembered_is_set_along_with_the_clock_and_said(seconds: float) -> None:
    clocks = Clocks()
    runner = a_runner(clocks, idle_since(0, 1))
    runner.run()
    clocks.pass_time(10)

    clocks.advance(seconds)
    with capture_logs() as logs:
        report = runner.run()

    assert runner.memory.idle_since == {"node-1": at(seconds)}
    assert report is not None
    assert not report.actions
    (said,) = [line for line in logs if line["event"] == "clock.set"]
    assert (said["seconds"], said["log_level"]) == (seconds, "warning")


def test_time_that_passes_on_both_clocks_and_a_little_drift_are_no_news() -> None:
    """A machine that slept for an hour is an hour later."""
    clocks = Clocks()
    runner = a_runner(clocks, idle_since(0, 1))
    runner.run()

    with capture_logs() as logs:
        clocks.pass_time(3600)
        runner.run()
        clocks.advance(0.5)
        runner.run()

    assert [line for line in logs if line["event"] == "clock.set"] == []
    assert runner.memory.idle_since == {"node-1": at(0)}

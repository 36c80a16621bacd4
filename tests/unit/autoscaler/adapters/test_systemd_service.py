"""What `systemctl status` shows of the daemon, and how long its cycles may take."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.adapters.systemd_service import SystemdService, longest_silence
from autoscaler.alarms import Alarms
from autoscaler.core.memory import Memory
from autoscaler.core.model import Missing
from autoscaler.core.pause import Pause
from autoscaler.core.plan import SetDesiredCapacity
from autoscaler.loop import run_cycle
from tests.builders import (
    EPOCH,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    some_settings,
)
from tests.fakes import FakeClock, FakeWorld

TEN_SECONDS = timedelta(seconds=10)


class RecordingNotifier:
    """Keeps what systemd would be told."""

    watchdog_seconds = 300.0

    def __init__(self) -> None:
        self.told: list[str] = []
        self.takes_status = True

    def ready(self, status: str, *more: str) -> None:
        self.told.append(f"ready: {status}")

    def reloading(self) -> None:
        self.told.append("reloading")

    def stopping(self) -> None:
        self.told.append("stopping")

    def status(self, text: str) -> bool:
        self.told.append(text)
        return self.takes_status

    def alive(self) -> bool:
        self.told.append("alive")
        return True

    def allow_silence(self, seconds: float) -> None:
        self.told.append(f"silence of {seconds:g} s")


class Told:
    """A service that has begun, and what it told since."""

    def __init__(self, *pools: str) -> None:
        self._notifier = RecordingNotifier()
        self.alarms = Alarms(lambda: EPOCH)
        self.service = SystemdService(self._notifier, self.alarms)
        self.begin(*pools)

    def is_busy(self, busy: bool) -> None:
        self._notifier.takes_status = not busy

    def begin(self, *pools: str) -> None:
        settings = [replace(some_settings(), name=name) for name in pools or ("transcode",)]
        self.service.ready(TEN_SECONDS, TEN_SECONDS, settings)

    def cycle(self, observation, pool="transcode", refuses=None):
        """One cycle of the pool, reported and ended."""
        world = FakeWorld(observation, refuses=refuses)
        settings = replace(some_settings(), name=pool)
        run_cycle(world, [self.service], settings, Memory(), FakeClock(), cycle_id="c")
        self.service.cycle_ended(pool)

    def take(self) -> list[str]:
        told, self._notifier.told = self._notifier.told, []
        return told


def test_it_is_ready_when_the_cycles_run_and_not_when_one_went_well():
    assert Told("a", "b").take()[0] == "ready: a, b: the first cycle is under way"


def test_a_cycle_tells_the_queue_the_nodes_and_that_all_is_well():
    told = Told()
    told.take()

    told.cycle(an_observation(a_node(1), queue=a_queue(0), group=a_group(an_instance(1))))

    assert told.take() == ["alive", "all well | transcode: 0 pending, 0 of 1 nodes busy, 1 desired"]


def test_what_is_as_before_is_not_told_again():
    told = Told()
    for _ in range(3):
        told.cycle(an_observation())

    assert sum("pending" in line for line in told.take()) == 1


def test_a_status_that_systemd_did_not_take_is_told_again():
    told = Told()
    told.is_busy(True)
    told.cycle(an_observation())
    told.is_busy(False)
    told.cycle(an_observation())
    told.cycle(an_observation())

    assert sum("pending" in line for line in told.take()) == 2


def test_what_is_wrong_comes_first_and_what_is_not_known_is_no_zero():
    told = Told()
    told.take()
    missing = (Missing("nomad", "queue", "connection refused"), Missing("nomad", "nodes", "same"))

    told.cycle(replace(an_observation(), queues=(), nodes=None, missing=missing))

    wrong, pool = told.take()[-1].split(" | ")
    assert wrong == "1 wrong: transcode: connection refused"
    assert pool == "transcode: ? pending, ? of ? nodes busy, 0 desired"


def test_an_action_that_failed_and_an_alarm_are_wrong_too():
    told = Told()
    told.alarms.sound("journal.failing", what="the journal cannot be written", mend="")

    told.cycle(an_observation(queue=a_queue(1)), refuses=SetDesiredCapacity)

    assert told.take()[-1].startswith("2 wrong: transcode: refused by the test | transcode: 1 pend")


def test_a_cycle_that_broke_puts_the_watchdog_off_and_its_alarm_is_told():
    told = Told()
    told.take()
    told.alarms.sound("cycle.broken", what="the last cycle broke off", mend="", pool="transcode")

    told.service.cycle_ended("transcode")

    assert told.take() == ["alive", "1 wrong: transcode: the last cycle broke off"]


def test_a_refused_configuration_ends_the_reload_and_is_told_until_one_is_taken():
    told = Told()
    told.cycle(an_observation())
    told.take()

    told.service.reloading()
    told.alarms.sound("config.rejected", what="refused: interval: is below 1s", mend="")
    told.service.rejected()
    told.cycle(an_observation())
    refused = told.take()
    told.alarms.clear("config.rejected")
    told.service.reloading()
    told.begin()

    assert refused[0] == "reloading"
    assert refused[1].startswith("ready: 1 wrong: refused: interval: is below 1s | transcode: 0")
    assert told.take()[1].startswith("ready: all well | transcode: 0 pending")


def test_a_paused_pool_is_told_as_such():
    told = Told()
    pause = Pause(EPOCH, None, why="maintenance", by="ann")

    told.cycle(replace(an_observation(), pause=pause))

    assert told.take()[-1].endswith("0 desired, paused by ann")


def test_a_reload_forgets_pools_that_are_gone():
    told = Told("a", "b")
    told.cycle(an_observation(), pool="a")
    told.cycle(an_observation(), pool="b")
    told.take()

    told.begin("b")

    assert told.take()[0].startswith("ready: all well | b: ")


def test_the_end_is_told_and_no_other_status_after_it():
    """A cycle in hand is finished first, and reported."""
    told = Told()
    told.take()

    told.service.stopping()
    told.cycle(an_observation())

    assert told.take() == ["stopping", "alive"]


@pytest.mark.parametrize(
    ("interval", "timeout", "jobs", "seconds"),
    [
        # A minute of back-off, three reads of two attempts, and a call to AWS; half as much more.
        (10, 10, 1, (60 + 3 * 2 * 10 + 70) * 1.5),
        (600, 10, 1, (600 + 3 * 2 * 10 + 70) * 1.5),
        (10, 30, 4, (60 + 6 * 2 * 30 + 70) * 1.5),
    ],
)
def test_how_long_a_cycle_may_take_to_end_follows_from_the_settings(
    interval, timeout, jobs, seconds
):
    pool = replace(some_settings(), jobs=tuple(f"job-{number}" for number in range(jobs)))

    silence = longest_silence(timedelta(seconds=interval), timedelta(seconds=timeout), [pool])

    assert silence == timedelta(seconds=seconds)


def test_with_the_defaults_the_units_own_watchdog_is_enough():
    assert longest_silence(TEN_SECONDS, TEN_SECONDS, [some_settings()]) < timedelta(minutes=5)


def test_a_daemon_that_stands_by_says_who_leads():
    told = Told()

    told.cycle(replace(an_observation(), standing_by="stands by: there, pid 2 leads"))

    assert told.take()[-1].endswith("0 desired, stands by: there, pid 2 leads")

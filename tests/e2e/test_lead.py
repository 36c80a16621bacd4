"""Two daemons for one pool: one acts, the other stands by and takes over; never do both act."""

import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from devstack.daemon import Daemon, write_config
from devstack.deadline import wait_until
from devstack.faultproxy import Asked, FaultProxy, hanging
from devstack.pools import changed
from tests.e2e.system import QUICK, System, all_done, running, tail

pytestmark = pytest.mark.e2e

TTL = 9.0
BUCKET, KEY = "locks", "leader.json"
#: What a busy machine adds to any step.
SLACK = 3.0


@dataclass
class Member:
    """One of the two."""

    daemon: Daemon
    #: Its own, to AWS.
    way: FaultProxy

    @property
    def scaled(self) -> list[Asked]:
        """The calls that came through and could change groups or instances."""
        return [one for one in self.way.passed if one.writes and one.service != "s3"]

    def cut_off(self, *services: str) -> None:
        """Calls to these vanish from now on, and nothing is answered."""
        self.way.begin(hanging(self.way, lambda asked: asked.service in services))

    @property
    def leads(self) -> bool:
        """By its own log."""
        events = [line["event"] for line in self.daemon.lines()]
        lead = [one for one in events if one in ("lock.taken", "lock.lost", "lock.released")]
        return bool(lead) and lead[-1] == "lock.taken"

    def wait_for(self, event: str, seconds: float, count: int = 1) -> float:
        """When it was seen in the log for so many times."""
        wait_until(
            lambda: len(self.daemon.events(event)) >= count,
            seconds=seconds,
            what=event,
            hint=lambda: tail(self.daemon),
        )
        return time.monotonic()

    def stopped(self) -> None:
        """SIGSTOP: it stands still, wherever it is."""
        os.kill(self.daemon.process.pid, signal.SIGSTOP)

    def woken(self) -> None:
        """SIGCONT."""
        os.kill(self.daemon.process.pid, signal.SIGCONT)


@contextmanager
def a_member(system: System, name: str, **changes: Any) -> Iterator[Member]:
    """A daemon of its own directory, log and way to AWS, at work."""
    stack = system.stack
    with ExitStack() as opened:
        way = opened.enter_context(FaultProxy(stack.aws.endpoint))
        told = changed(changed(stack.daemon_settings(), QUICK), changes)
        told = changed(told, {"aws": {"endpoint_url": way.url}})
        if "state_dir" not in changes:
            told["state_dir"] = str(stack.directory / f"state-{name}")
        config = write_config(stack.directory / f"{name}.yaml", told)
        environment = stack.client_environment
        daemon = Daemon(config, environment, log=stack.directory / f"{name}.log")
        system._daemons.append(daemon)
        member = Member(opened.enter_context(daemon), way)
        try:
            yield member
        finally:
            if daemon.alive:
                member.woken()


@pytest.fixture
def lock(system: System) -> Mapping[str, Any]:
    """The settings of a lock that its last holder has handed over."""
    system.stack.aws.create_bucket(BUCKET)
    lease = {
        "holder": "nobody",
        "id": "none",
        "since": "2026-03-01T12:00:00+00:00",
        "number": 1,
        "ttl_seconds": TTL,
        "released": True,
    }
    s3 = system.stack.aws.client("s3")
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(lease).encode())
    return {"s3": f"s3://{BUCKET}/{KEY}", "ttl": f"{TTL:g}s"}


@pytest.fixture
def pair(system: System, lock: Mapping[str, Any]) -> Iterator[tuple[Member, Member]]:
    """The leader, and one who stands by and knows it."""
    with a_member(system, "first", lock=lock) as first:
        first.wait_for("lock.taken", 15)
        with a_member(system, "second", lock=lock) as second:
            second.wait_for("cycle.finished", 15)
            assert (first.leads, second.leads) == (True, False)
            yield first, second


def never_together(first: Member, second: Member) -> None:
    """Of all that the two did to the groups, each turn is whole."""
    turns = sorted([(one.at, 1) for one in first.scaled] + [(one.at, 2) for one in second.scaled])
    changes = sum(one[1] != other[1] for one, other in pairwise(turns))
    assert changes <= 1, turns


def test_a_leader_that_is_killed_is_followed_within_twice_the_lease(
    system: System, pair: tuple[Member, Member]
) -> None:
    first, second = pair
    system.dispatch(1, 25)
    system.wait(lambda scene: running(scene) >= 1, "work", first.daemon)
    killed_at = time.monotonic()
    first.daemon.kill()
    took = second.wait_for("lock.taken", 2 * TTL + SLACK) - killed_at

    assert took < 2 * TTL
    # What the first bought is there, and nothing is bought again for what runs on it.
    scene = system.wait_for_end(second.daemon, seconds=60)
    assert all_done(scene, 2)
    assert (system.figures.launches, system.figures.killed) == (1, ())
    assert "SetDesiredCapacity" not in [call.what for call in second.way.passed]
    never_together(first, second)


def test_a_leader_that_ends_is_followed_at_once(
    system: System, pair: tuple[Member, Member]
) -> None:
    first, second = pair
    told_at = time.monotonic()
    first.daemon.process.signal(signal.SIGTERM)
    took = second.wait_for("lock.taken", TTL) - told_at

    assert took < TTL / 6 + SLACK
    assert [line["handed_over"] for line in first.daemon.events("lock.released")] == [True]
    system.dispatch(1)
    assert all_done(system.wait_for_end(second.daemon), 1)
    never_together(first, second)


def test_a_leader_that_was_stopped_acts_no_more_when_it_wakes(
    system: System, pair: tuple[Member, Member]
) -> None:
    first, second = pair
    first.stopped()
    # It would buy for these, did it go on where it stood.
    system.dispatch(2, 2, 2)
    taken_at = second.wait_for("lock.taken", 2 * TTL + SLACK)
    first.woken()
    first.wait_for("lock.lost", 10)
    scene = system.wait_for_end(second.daemon)

    assert all_done(scene, 3)
    assert not [one for one in first.scaled if one.at >= taken_at - SLACK]
    assert (system.figures.launches, system.figures.killed) == (2, ())
    never_together(first, second)
    # It stands by now, and follows in its turn.
    second.daemon.process.signal(signal.SIGTERM)
    first.wait_for("lock.taken", TTL, count=2)


def test_a_leader_that_loses_the_lock_stops_before_the_other_begins(
    system: System, pair: tuple[Member, Member]
) -> None:
    """It reaches the groups all the while, and has work to do on them."""
    first, second = pair
    first.cut_off("s3")
    cut_at = time.monotonic()
    seconds = iter(range(1, 100))
    while not second.leads:
        # One more each time, so that who leads has something to buy, or to take back, at any time.
        system.dispatch(1.0 + next(seconds) % 3)
        assert time.monotonic() < cut_at + 2 * TTL + SLACK, tail(second.daemon)
        time.sleep(0.5)
    system.wait_for_end(second.daemon, seconds=90)

    assert first.daemon.events("lock.unavailable")
    assert first.daemon.events("lock.lost")
    assert first.scaled
    assert second.scaled
    never_together(first, second)
    assert system.figures.killed == ()
    first.way.end()
    first.wait_for("lock.available_again", TTL)


def test_a_leader_that_loses_only_the_groups_goes_on_to_lead(
    system: System, pair: tuple[Member, Member]
) -> None:
    """Another could reach them no better, for all that is known; it is loud about it."""
    first, second = pair
    first.cut_off("autoscaling", "ec2")
    first.wait_for("observation.failed", 40)
    system.dispatch(1)
    time.sleep(2 * TTL)
    assert (first.leads, second.leads) == (True, False)
    assert system.look().desired == 0
    first.way.end()

    assert all_done(system.wait_for_end(first.daemon, seconds=60), 1)
    assert second.scaled == []


def test_two_daemons_that_know_nothing_of_each_other_are_told_by_their_marks(
    system: System,
) -> None:
    """No lock, and as if on two machines: told once a node goes, a minute after both began."""
    with a_member(system, "first") as first, a_member(system, "second") as second:
        for member in (first, second):
            member.wait_for("cycle.finished", 15)
        began = time.monotonic()

        def told() -> bool:
            if time.monotonic() - began > 55 and not running(system.look()):
                system.dispatch(0.5)
            return any(member.daemon.events("daemon.another") for member in (first, second))

        wait_until(told, seconds=110, what="daemon.another", hint=lambda: tail(first.daemon))
        assert system.figures.killed == ()


def test_a_second_daemon_on_the_same_state_is_noticed_and_stands_by(system: System) -> None:
    """With no lock at all."""
    shared = str(system.stack.directory / "state")
    with a_member(system, "first", state_dir=shared) as first:
        first.wait_for("cycle.finished", 15)
        with a_member(system, "second", state_dir=shared) as second:
            second.wait_for("daemon.another", 15)
            pid = first.daemon.process.pid
            assert f"pid {pid}" in second.daemon.events("daemon.another")[0]["leader"]
            system.dispatch(1, 1, 1)
            assert all_done(system.wait_for_end(first.daemon), 3)
            assert second.scaled == []
            first.daemon.kill()
            system.dispatch(1)
            scene = system.wait(lambda scene: all_done(scene, 4), "it taking over", second.daemon)

            assert len(scene.children) == 4
            assert second.daemon.events("lock.taken")

"""``autoscaler pause``: the daemon watches, does nothing, and goes on when the pause is over."""

import subprocess
import sys
import time
from typing import Any

import pytest

from devstack.awscalls import AwsCall
from devstack.daemon import Daemon
from devstack.deadline import wait_until
from tests.e2e.system import System, all_done, running, tail

pytestmark = pytest.mark.e2e


def command(system: System, *arguments: str) -> list[str]:
    """What it says; it must end well, and the daemon must have confirmed it."""
    config = str(system.stack.directory / "autoscaler.yaml")
    name, *rest = arguments
    done = subprocess.run(
        [sys.executable, "-m", "autoscaler", name, "--config", config, *rest],
        env=dict(system.stack.client_environment),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert said[-1].startswith("the daemon (pid "), said
    return said


def wait_for_cycles(system: System, daemon: Daemon, count: int = 3) -> None:
    """So many more, whatever they decide."""
    before = system.stack.aws.record.size

    def came() -> bool:
        daemon.require_alive()
        return len(system.calls("DescribeAutoScalingGroups", since=before)) > count

    wait_until(came, seconds=30, what=f"{count} cycles", hint=lambda: tail(daemon))


def last_rules(daemon: Daemon) -> list[str]:
    """The rules of the last decision that was told."""
    told = daemon.events("cycle.finished")
    return list(told[-1]["rules"]) if told else []


def wait_for_demand(daemon: Daemon) -> None:
    """A paused decision that would buy."""
    wait_until(
        lambda: {"paused", "demand"} <= set(last_rules(daemon)),
        seconds=20,
        what="children that wait to be seen",
        hint=lambda: tail(daemon),
    )


def test_what_waits_buys_nothing_until_the_pool_is_resumed_and_then_at_once(system: Any) -> None:
    """A restart in between changes nothing of it."""
    with system.daemon() as daemon:
        wait_for_cycles(system, daemon, 1)
        said = command(system, "pause", "--why", "moving the database")
        assert said[0] == "transcode: paused until resumed"
        before = system.stack.aws.record.size
        system.dispatch(1, 1, 1)
        wait_for_demand(daemon)
        wait_for_cycles(system, daemon)

        daemon.kill()
        daemon.start()
        wait_until(
            lambda: len(daemon.events("pool.paused")) == 2, seconds=20, what="the pause again"
        )
        wait_for_demand(daemon)
        wait_for_cycles(system, daemon)
        assert system.written(before) == []
        assert system.look().desired == 0

        said = command(system, "resume")
        assert said[0].endswith(": moving the database")
        assert bought(system, before), tail(daemon)
        scene = system.wait_for_end(daemon)

        assert all_done(scene, 3)
        assert len(daemon.events("pool.resumed")) == 1


def bought(system: System, since: int) -> list[AwsCall]:
    """The calls that raised the group's desired capacity."""
    calls: list[AwsCall] = system.calls("SetDesiredCapacity", since=since)
    return calls


def test_an_idle_node_stays_until_the_pause_ends_by_itself(system: Any) -> None:
    seconds = 8.0
    with system.daemon() as daemon:
        system.dispatch(3)
        system.wait(lambda scene: running(scene) == 1, "a child at work", daemon)
        began = time.monotonic()
        command(system, "pause", "--for", f"{seconds:g}s", "--why", "INC-4711")
        before = system.stack.aws.record.size
        system.wait(lambda scene: all_done(scene, 1), "the child done", daemon)
        scene = system.wait_for_end(daemon)

        assert all_done(scene, 1)
        calls = system.stack.aws.record.read(since=before)
        first = next(call for call in calls if not call.own and call.writes)
        # The daemon looks again when the pause ends, whenever the next cycle would have been.
        assert began + seconds <= first.arrived_at < began + seconds + 5.0
        assert system.figures.killed == ()
        assert len(daemon.events("pool.resumed")) == 1

"""Nomad that hangs and AWS that throttles: nothing is let go meanwhile, and the end is the same."""

import time

import pytest

from devstack.awsfaults import Fault
from devstack.deadline import wait_until
from tests.e2e.system import System, actions, all_done, running, tail

pytestmark = pytest.mark.e2e


def test_nothing_is_let_go_while_nomad_hangs(system: System) -> None:
    """
    It hangs when an idle node has just been cordoned, for longer than that needs to settle.

    The other node is at work all the time.
    """
    with system.daemon(nomad={"timeout": "1s"}) as daemon:
        system.dispatch(12)
        system.wait(lambda scene: running(scene) == 1, "the long child at work", daemon)
        system.dispatch(0.5, 0.5, 0.5)
        system.wait_for_call("CreateTags", daemon)
        with system.frozen_nomad():
            before = system.stack.aws.record.size
            wait_until(
                lambda: bool(daemon.events("observation.failed")),
                seconds=10,
                what="the outage told",
                hint=lambda: tail(daemon),
            )
            time.sleep(4)
            written = system.written(before)
            told = daemon.events("observation.failed")
        scene = system.wait_for_end(daemon)

        # A mark that was being written when it froze, at most.
        assert set(written) <= {"CreateTags"}
        assert [line["stage"] for line in told] == ["nomad"]
        assert len(daemon.events("observation.recovered")) == 1
        assert all_done(scene, 4)
        assert (system.figures.launches, system.figures.killed) == (2, ())


def test_throttled_aws_delays_and_changes_nothing(system: System) -> None:
    """Each call in turn is throttled for longer than its retries last, looks for two cycles."""
    with system.daemon() as daemon:
        throttle(system, "SetDesiredCapacity")
        system.dispatch(1, 1, 1)
        wait_until(
            lambda: bool(actions(daemon, "set_desired_capacity")),
            seconds=30,
            what="a request that came through",
            hint=lambda: tail(daemon),
        )
        throttle(system, "TerminateInstanceInAutoScalingGroup")
        throttle(system, "DescribeAutoScalingGroups", cycles=2)
        scene = system.wait_for_end(daemon, seconds=60)

        assert all_done(scene, 3)
        assert (system.figures.launches, system.figures.killed) == (2, ())
        failed = [line["action"] for line in daemon.events("action.failed")]
        assert failed == ["set_desired_capacity", "terminate"]
        (told,) = daemon.events("observation.failed")
        assert "AWS throttles DescribeAutoScalingGroups" in told["error"]
        assert len(daemon.events("observation.recovered")) == 1


def throttle(system: System, operation: str, cycles: int = 1) -> None:
    """For so many of the daemon's attempts with all their retries, and the first call after."""
    system.control.fault_calls(operation, 4 * cycles + 1, Fault.THROTTLED)

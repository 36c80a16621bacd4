"""``--dry-run`` decides on the real world and writes nothing to it."""

from typing import Any

import pytest

from devstack.deadline import wait_until
from devstack.demo.scene import NodeState
from devstack.stack import GROUP

pytestmark = pytest.mark.e2e


def test_a_dry_run_tells_what_it_would_buy_and_buys_nothing(system: Any) -> None:
    system.dispatch(1, 1, 1)
    with system.daemon("--dry-run") as daemon:
        wait_until(
            lambda: len(system.stack.aws.calls()) >= 6 and "2" in daemon.last_words(),
            seconds=20,
            what="several cycles, and a decision told",
            hint=daemon.last_words,
        )
        scene = system.look()

    assert (scene.desired, scene.nodes) == (0, ())
    assert system.written() == []
    assert system.stack.statsd.received == 0


def test_what_would_have_been_bought_is_in_flight_from_then_on_and_summed_up(system: Any) -> None:
    """Not the same advice each cycle; and at the end what it came to, beside what there was."""
    system.dispatch(1, 1, 1)
    with system.daemon("--dry-run") as daemon:
        wait_until(
            lambda: "2 in flight" in daemon.log.read_text(),
            seconds=20,
            what="the nodes in flight that it would have bought",
            hint=daemon.last_words,
        )
        told = daemon.log.read_text()
    summed_up = daemon.log.read_text()

    assert told.count("would     set the desired capacity") == 1
    assert "peak nodes                     2           0" in summed_up
    assert system.written() == []


def test_a_dry_run_leaves_an_idle_node_as_it_is(system: Any) -> None:
    """An idle node is let go after a second; here it would be, and is not even cordoned."""
    autoscaling = system.stack.aws.client("autoscaling")
    autoscaling.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)
    with system.daemon("--dry-run") as daemon:
        system.wait(
            lambda scene: [node.state for node in scene.nodes] == [NodeState.READY],
            "one node ready",
            daemon,
        )
        wait_until(
            lambda: "cordon" in daemon.log.read_text(),
            seconds=20,
            what="the cordon told that it would make",
            hint=daemon.last_words,
        )
        scene = system.look()

    assert scene.desired == 1
    assert [node.state for node in scene.nodes] == [NodeState.READY]
    assert system.written() == []

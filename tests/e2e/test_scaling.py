"""The daemon sizes the group for the queue, and never at the price of a running child."""

from typing import Any

import pytest

from devstack.demo.scene import ChildState, NodeState

pytestmark = pytest.mark.e2e


def test_the_group_grows_from_zero_for_the_queue_and_returns_to_zero(system: Any) -> None:
    with system.daemon() as daemon:
        system.dispatch(2, 2, 2, 2, 2)
        system.wait(lambda scene: scene.desired == 3, "room for five children", daemon)
        scene = system.wait_for_end(daemon)
        sink = system.stack.statsd

        assert [child.state for child in scene.children] == [ChildState.DONE] * 5
        figures = system.figures
        assert (figures.launches, figures.peak_nodes, figures.killed) == (3, 3, ())
        assert sink.gauge("autoscaler.queue.pending") == 0
        assert max(sum(m.values) for m in sink.metrics("autoscaler.queue.pending")) >= 1
        assert sink.malformed == ()
        assert daemon.process.stop() == 0


def test_a_running_child_outlives_the_scale_in_around_it(system: Any) -> None:
    """Three nodes for six children; five are brief, and the nodes that they leave idle go."""
    with system.daemon() as daemon:
        system.dispatch(16, 1, 1, 1, 1, 1)
        system.wait(lambda scene: scene.desired == 3, "room for six children", daemon)
        shrunk = system.wait(
            lambda scene: (
                scene.count(ChildState.DONE) == 5 and scene.desired == 1 and len(scene.nodes) == 1
            ),
            "one node left for one child",
            daemon,
        )
        assert shrunk.count(ChildState.RUNNING) == 1
        scene = system.wait_for_end(daemon)

        assert [child.state for child in scene.children] == [ChildState.DONE] * 6
        # To its end; Nomad stamps the start a moment after it.
        assert max(child.took_seconds or 0 for child in scene.children) > 15.5
        assert system.figures.killed == ()


def test_work_that_comes_while_the_group_shrinks_is_done(system: Any) -> None:
    """A new child while the last node is being let go is placed there or on a new node."""
    with system.daemon() as daemon:
        system.dispatch(1)
        system.wait(
            lambda scene: any(node.state is NodeState.CORDONED for node in scene.nodes),
            "the idle node cordoned",
            daemon,
        )
        system.dispatch(1, 1, 1)
        scene = system.wait_for_end(daemon)

        assert [child.state for child in scene.children] == [ChildState.DONE] * 4
        assert system.figures.killed == ()


def test_desired_never_leaves_the_bounds_of_the_group(system: Any) -> None:
    """Twelve children ask for six nodes; the group has at most four."""
    with system.daemon() as daemon:
        system.dispatch(*[1] * 12)
        scene = system.wait_for_end(daemon)
        asked = [
            int(call.parameters["DesiredCapacity"])
            for call in system.stack.aws.calls()
            if call.action == "SetDesiredCapacity"
        ]

        assert len(scene.children) == 12
        assert asked
        assert max(asked) == 4
        assert system.figures.peak_nodes == 4
        assert all(call.status == 200 for call in system.stack.aws.calls())

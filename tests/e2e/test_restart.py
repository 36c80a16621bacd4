"""A daemon that is killed at any moment goes on from the world as it finds it."""

from typing import Any

import pytest

from devstack.demo.scene import ChildState, NodeState, Scene

pytestmark = pytest.mark.e2e


def instances_launched(scene: Scene) -> bool:
    return scene.desired > 0 and len(scene.nodes) > 0


def a_node_is_cordoned(scene: Scene) -> bool:
    return any(node.state is NodeState.CORDONED for node in scene.nodes)


@pytest.mark.parametrize("moment", [instances_launched, a_node_is_cordoned])
def test_a_killed_daemon_goes_on_after_its_restart(system: Any, moment: Any) -> None:
    with system.daemon() as daemon:
        system.dispatch(3, 3, 3)
        system.wait(moment, moment.__name__, daemon)
        daemon.kill()
        daemon.start()
        scene = system.wait_for_end(daemon)

        assert [child.state for child in scene.children] == [ChildState.DONE] * 3
        figures = system.figures
        # Nothing is bought twice for what was on its way before the kill.
        assert (figures.launches, figures.killed) == (2, ())

"""The ``backlog`` strategy at work: bursts and trickles, on as few nodes as are in time."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from devstack.pools import Pool
from devstack.stack import StackSettings
from tests.e2e.system import System, actions, all_done, rules

pytestmark = pytest.mark.e2e

Start = Callable[[StackSettings], System]

TARGET_WAIT_SECONDS = 30.0


def backlog(start: Start, scale_in: Mapping[str, Any]) -> System:
    """A system of at most twenty nodes for two children each."""
    scaling = {
        "strategy": "backlog",
        "target_wait": f"{TARGET_WAIT_SECONDS:g}s",
        "scale_in": scale_in,
    }
    return start(StackSettings(pools=(Pool(settings={"scaling": scaling}),), max_size=20))


def test_a_burst_is_drained_with_fewer_nodes_once_its_children_are_known(start: Start) -> None:
    """Of the first burst nothing is known, of the second all."""
    system = backlog(start, {"idle_after": None})
    with system.daemon(pool={"size": {"max": 6}}) as daemon:
        system.dispatch(*[1.5] * 24)
        scene = system.wait_for_end(daemon)

        assert all_done(scene, 24)
        # A boot may take minutes and a child too, so there is as much room as there may be.
        assert system.figures.launches == 6

    # What was learned outlives who learned it.
    with system.daemon() as daemon:
        system.dispatch(*[1.5] * 40)
        scene = system.wait_for_end(daemon)
        figures = system.figures

        assert all_done(scene, 64)
        assert figures.killed == ()
        # Room for all would take twenty; each slot serves several in turn, and all are in time.
        assert figures.launches - 6 <= 10
        assert "backlog" in rules(daemon)
        waited = [child.waited_seconds or 0.0 for child in scene.children[24:]]
        assert max(waited) < TARGET_WAIT_SECONDS
        assert all(call.status == 200 for call in system.stack.aws.calls())


def test_a_trickle_makes_no_flapping(start: Start) -> None:
    """A child each second that runs for half of one: the node idles between any two of them."""
    system = backlog(start, {"idle_after": "4s"})
    with system.daemon() as daemon:
        system.dispatch(0.5)
        system.wait(lambda scene: all_done(scene, 1), "the first child done", daemon)
        for _ in range(10):
            system.dispatch(0.5)
            time.sleep(1)
        cordoned = actions(daemon, "cordon")
        scene = system.wait_for_end(daemon)

        assert all_done(scene, 11)
        assert cordoned == ()
        assert (system.figures.launches, system.figures.killed) == (1, ())

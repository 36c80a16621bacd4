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

TARGET_WAIT_SECONDS = 20.0


def backlog(start: Start, scale_in: Mapping[str, Any]) -> System:
    """A system of at most six nodes for two children each."""
    scaling = {
        "strategy": "backlog",
        "target_wait": f"{TARGET_WAIT_SECONDS:g}s",
        "scale_in": scale_in,
    }
    return start(StackSettings(pools=(Pool(settings={"scaling": scaling}),), max_size=6))


def test_a_burst_is_drained_with_fewer_nodes_once_its_children_are_known(start: Start) -> None:
    """Of the first forty children nothing is known, of the second forty all."""
    system = backlog(start, {"idle_after": None})
    with system.daemon() as daemon:
        system.dispatch(*[0.7] * 40)
        scene = system.wait_for_end(daemon)
        first = system.figures

        assert all_done(scene, 40)
        # A boot may take minutes and a child too, so there is as much room as there may be.
        assert first.launches == 6

        # What was learned outlives who learned it.
        daemon.kill()
        daemon.start()
        system.dispatch(*[0.7] * 40)
        scene = system.wait_for_end(daemon)
        figures = system.figures

        assert all_done(scene, 80)
        assert figures.killed == ()
        # Each slot serves several in turn, and all are in time.
        assert figures.launches - first.launches <= 4
        assert "backlog" in rules(daemon)
        waited = [child.waited_seconds or 0.0 for child in scene.children[40:]]
        assert max(waited) < TARGET_WAIT_SECONDS
        assert all(call.status == 200 for call in system.stack.aws.calls())


def test_a_trickle_makes_no_flapping(start: Start) -> None:
    """A child each second that runs for half of one: a node idles between any two of them."""
    system = backlog(start, {"idle_after": "3s", "pack_tail": False})
    with system.daemon() as daemon:
        for _ in range(10):
            system.dispatch(0.5)
            time.sleep(1)
        bought = system.figures.launches
        scene = system.wait_for_end(daemon)

        assert all_done(scene, 10)
        # Before the first is there, as many as wait; from then on one has room for all.
        assert system.figures.launches == bought <= 3
        assert actions(daemon, "uncordon") == ()
        assert system.figures.killed == ()

"""Instances that come up and never become nodes are replaced, but not for ever."""

from collections.abc import Callable

import pytest

from devstack.deadline import wait_until
from devstack.pools import GROUP, Pool
from devstack.stack import StackSettings
from tests.e2e.system import System, actions, all_done, rules, tail

pytestmark = pytest.mark.e2e

UNJOINED_MAX = 2


def test_instances_that_never_join_are_replaced_until_several_in_a_row_have_not(
    start: Callable[[StackSettings], System],
) -> None:
    settings = {"boot_timeout": "6s", "unjoined_max": UNJOINED_MAX}
    system = start(StackSettings(pools=(Pool(settings=settings),)))
    system.control.never_join(GROUP, UNJOINED_MAX)
    with system.daemon() as daemon:
        system.dispatch(1)
        wait_until(
            lambda: "never_joined" in rules(daemon),
            seconds=30,
            what="a pause",
            hint=lambda: tail(daemon),
        )
        # All that were bought until then have gone, and no other has come in their place.
        system.wait(lambda scene: not scene.nodes and scene.desired == 0, "none left", daemon)
        bought = system.figures.launches
        scene = system.wait_for_end(daemon, seconds=60)

        assert bought == UNJOINED_MAX
        assert len(actions(daemon, "terminate_unjoined")) == UNJOINED_MAX
        # After the pause one is tried; this one joins.
        assert "probe" in rules(daemon)
        assert system.figures.launches == UNJOINED_MAX + 1
        assert all_done(scene, 1)
        assert system.figures.killed == ()

"""Groups in order of preference: the next is used while one cannot launch, and no longer."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from devstack.awsfailures import LaunchFailure
from devstack.daemon import LogLine
from devstack.deadline import wait_until
from devstack.pools import Pool
from devstack.stack import StackSettings
from tests.e2e.system import System, actions, all_done, rules, tail

pytestmark = pytest.mark.e2e

#: A group without capacity is not tried again for so long.
REST = timedelta(seconds=30)


def test_another_group_serves_while_the_preferred_one_cannot_launch(
    start: Callable[[StackSettings], System],
) -> None:
    system = start(StackSettings(pools=(Pool(groups=("spot", "on-demand")),)))
    system.control.fail_launches("spot", LaunchFailure.SPOT)
    with system.daemon() as daemon:
        system.dispatch(*[1] * 5)
        wait_until(
            lambda: bool(actions(daemon, "lower_desired_capacity")),
            seconds=10,
            what="the request taken back",
            hint=lambda: tail(daemon),
        )
        asked, failed_over = actions(daemon, "set_desired_capacity")
        taken_back = actions(daemon, "lower_desired_capacity")
        system.wait_for_end(daemon)

        assert (asked["group"], failed_over["group"]) == ("spot", "on-demand")
        assert cycle(failed_over) - cycle(asked) <= 2
        assert [(line["group"], line["desired"]) for line in taken_back] == [("spot", 0)]
        assert (instances(system, "spot"), instances(system, "on-demand")) == (0, 3)

        # It recovers: when it has rested one instance shows that, and it is the first again.
        system.control.allow_launches("spot")
        rested_at = datetime.fromisoformat(asked["timestamp"]) + REST
        time.sleep(max(0.0, (rested_at - datetime.now(UTC)).total_seconds() + 0.5))
        system.dispatch(2)
        system.wait(lambda scene: len(scene.nodes) == 1, "an instance to try", daemon)
        system.dispatch(*[1] * 4)
        scene = system.wait_for_end(daemon)

        assert all_done(scene, 10)
        assert "probe" in rules(daemon)
        assert (instances(system, "spot"), instances(system, "on-demand")) == (3, 3)
        assert system.figures.killed == ()


def instances(system: System, group: str) -> int:
    """How many it has launched so far."""
    return len(system.stack.lives(group))


def cycle(line: LogLine) -> int:
    """The number of the cycle in which it was logged."""
    return int(line["cycle_id"].removeprefix("c-"))

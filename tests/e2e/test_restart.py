"""A daemon that is killed at any moment goes on from the world as it finds it."""

import contextlib
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from devstack.deadline import wait_until
from devstack.demo.scene import NodeState, Scene
from devstack.errors import DevstackError
from devstack.stack import StackSettings
from tests.e2e.system import System, all_done

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

        assert all_done(scene, 3)
        figures = system.figures
        # Nothing is bought twice for what was on its way before the kill.
        assert (figures.launches, figures.killed) == (2, ())


@pytest.mark.parametrize("seed", [1, 2])
def test_a_daemon_killed_again_and_again_reaches_the_same_end(
    start: Callable[[StackSettings], System], seed: int
) -> None:
    """While children come and go, and with the journal that each leaves to the next."""
    random = Random(seed)
    system = start(StackSettings(min_size=1))
    # In the last rounds nothing more comes, and the group shrinks.
    waves = [random.randint(1, 6) for _ in range(4)] + [0] * 3
    with system.daemon() as daemon:
        for count in waves:
            system.dispatch(*(random.uniform(0.3, 2.0) for _ in range(count)))
            wait_for_a_moment(system, random)
            daemon.kill()
            daemon.start()
        scene = system.wait_for_end(daemon, least=1)

        assert all_done(scene, sum(waves))
        assert system.figures.killed == ()
        # One for the minimum, and at most what each wave would need if it were alone.
        assert system.figures.launches <= 1 + sum(-(-count // 2) for count in waves)
        assert marks(system) == []


def wait_for_a_moment(system: System, random: Random) -> None:
    """Some time, or until it has just written to AWS: in the middle of its actions, mostly."""
    if random.random() < 0.3:
        time.sleep(random.uniform(0.5, 3.0))
        return
    before = system.stack.aws.record.size
    with contextlib.suppress(DevstackError):
        wait_until(lambda: bool(system.written(before)), seconds=3, what="a call that writes")


def marks(system: System) -> list[Any]:
    """What says in EC2 that a node was cordoned by the daemon."""
    by_key = [{"Name": "key", "Values": ["autoscaler:cordoned-at"]}]
    tags = system.stack.aws.client("ec2").describe_tags(Filters=by_key)["Tags"]
    alive = {life.instance for life in system.stack.lives() if life.terminated_at is None}
    return [tag for tag in tags if tag["ResourceId"] in alive]

"""Several pools in one daemon: the trouble of one never delays another."""

import time
from collections.abc import Callable

import pytest

from devstack.daemon import Daemon
from devstack.deadline import wait_until
from devstack.demo.scene import ChildState
from devstack.faultproxy import Asked, FaultProxy, hanging
from devstack.pools import Pool
from devstack.stack import StackSettings
from tests.e2e.system import System, all_done, tail

pytestmark = pytest.mark.e2e

SOUND = Pool()
#: AWS does not answer where its group is concerned.
SLOW = Pool("slow", ("slow-clients",))
GROUPLESS = Pool("groupless", ("groupless-clients",), {"group": "no-such-group"})
JOBLESS = Pool("jobless", ("jobless-clients",), {"jobs": ["no-such-job"]})

#: Far below the interval, the timeouts and the back-off of those that fail.
AT_ONCE_SECONDS = 3.0


def test_a_pool_reacts_at_once_whatever_befalls_the_others(
    start: Callable[[StackSettings], System],
) -> None:
    pools = (SLOW, GROUPLESS, JOBLESS, SOUND)
    system = start(StackSettings(pools=pools, children_per_node=1))
    with FaultProxy(system.stack.aws.endpoint) as aws:
        aws.begin(hanging(aws, of_slow))
        with system.daemon(interval="10s", aws={"endpoint_url": aws.url}) as daemon:
            system.dispatch(1, job=SLOW.name)
            wait_until(
                lambda: (
                    any(map(of_slow, aws.asked()))
                    and failed(daemon) == {GROUPLESS.name, JOBLESS.name}
                ),
                seconds=20,
                what="two pools that fail and one that hangs",
                hint=lambda: tail(daemon),
            )
            reactions = [reaction(system, daemon) for _ in range(4)]
            slow = [child for child in system.look().children if child.id.startswith(SLOW.name)]

            assert max(reactions) < AT_ONCE_SECONDS, reactions
            assert [child.state for child in slow] == [ChildState.PENDING]

            aws.end()
            scene = system.wait_for_end(daemon)

            assert all_done(scene, 5)
            assert (system.figures.launches, system.figures.killed) == (5, ())


def of_slow(asked: Asked) -> bool:
    """Whether it names the slow pool's group."""
    return SLOW.groups[0].encode() in asked.body


def failed(daemon: Daemon) -> set[str]:
    """The pools whose trouble has been told."""
    return {str(line["pool"]) for line in daemon.events("observation.failed")}


def reaction(system: System, daemon: Daemon) -> float:
    """Seconds from the dispatch of a child that finds no room to the request for a node."""
    time.sleep(0.5)  # The pool has rested from the cycle before, as it mostly has.
    before = system.stack.aws.record.size
    dispatched_at = time.monotonic()
    system.dispatch(6)
    wait_until(
        lambda: bool(system.calls("SetDesiredCapacity", since=before)),
        seconds=20,
        what="SetDesiredCapacity",
        hint=lambda: tail(daemon),
    )
    return system.calls("SetDesiredCapacity", since=before)[0].arrived_at - dispatched_at

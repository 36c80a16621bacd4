"""What AWS announces to take is cordoned at once, and its children finish."""

from collections.abc import Callable

import pytest

from devstack.awsevents import EventKind
from devstack.demo.scene import NodeState, Scene
from devstack.pools import GROUP
from devstack.stack import StackSettings
from tests.e2e.system import System, all_done, rules, running

pytestmark = pytest.mark.e2e

#: Far longer than a notice may wait: only the queue can have told in time.
INTERVAL_SECONDS = 15
AT_ONCE_SECONDS = 5


def prepare(system: System) -> str:
    """Spot Instances, a hook that holds each that terminates, and the URL of a queue of events."""
    system.control.launch_spot(GROUP)
    system.stack.aws.client("autoscaling").put_lifecycle_hook(
        LifecycleHookName="finish",
        AutoScalingGroupName=GROUP,
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout=30,
    )
    queue = system.stack.aws.client("sqs").create_queue(QueueName="events")["QueueUrl"]
    system.control.deliver_events(queue)
    return str(queue)


def test_busy_instances_that_aws_takes(start: Callable[[StackSettings], System]) -> None:
    """One is terminated by AWS, one is interrupted, for one AWS advises to leave it."""
    system = start(StackSettings(max_size=8))
    queue = prepare(system)
    with system.daemon(interval=f"{INTERVAL_SECONDS}s", aws={"events_queue": queue}) as daemon:
        system.dispatch(*[9] * 6)
        system.wait(lambda scene: running(scene) == 6, "all at work", daemon)
        terminated, interrupted, advised = (life.instance for life in system.stack.lives())
        system.control.terminate(terminated)
        system.control.interrupt(interrupted, after_seconds=60)
        system.control.send_event(queue, EventKind.REBALANCE, advised)
        taken = {terminated, interrupted, advised}
        scene = system.wait(
            lambda scene: cordoned(scene) == taken,
            "all three cordoned",
            daemon,
            seconds=AT_ONCE_SECONDS,
        )
        # None of them waits for its child to end: all are at work still.
        assert running(scene) == 6

        system.dispatch(1)
        scene = system.wait_for_end(daemon)

        assert all_done(scene, 7)
        assert system.figures.killed == ()
        assert all((child.took_seconds or 0.0) > 8.5 for child in scene.children[:6])
        assert {"notice", "hook"} <= set(rules(daemon))
        held = {
            call.parameters["InstanceId"] for call in system.calls("RecordLifecycleActionHeartbeat")
        }
        assert held == {terminated}
        # The hook holds those that we end as well.
        completed = [
            call.parameters["InstanceId"] for call in system.calls("CompleteLifecycleAction")
        ]
        assert sorted(completed) == sorted(life.instance for life in system.stack.lives())


def cordoned(scene: Scene) -> set[str]:
    return {node.instance for node in scene.nodes if node.state is NodeState.CORDONED}

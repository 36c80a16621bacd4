"""Termination lifecycle hooks hold an instance until they are completed or timed out."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.devstack.conftest import Account

HOOK = "drain"
WAIT = "Terminating:Wait"


@pytest.fixture
def held(account: Account) -> str:
    """The one instance of a group with a hook, which a user has terminated."""
    put(account)
    (instance_id,) = account.launch(1)
    account.terminate(instance_id)
    return instance_id


def put(account: Account, name: str = HOOK, **parameters: Any) -> None:
    account.autoscaling.put_lifecycle_hook(
        LifecycleHookName=name,
        AutoScalingGroupName=account.group,
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        **parameters,
    )


def complete(
    account: Account, instance_id: str, name: str = HOOK, result: str = "CONTINUE"
) -> None:
    account.autoscaling.complete_lifecycle_action(
        LifecycleHookName=name,
        AutoScalingGroupName=account.group,
        LifecycleActionResult=result,
        InstanceId=instance_id,
    )


def refused(call: Any, account: Account, **parameters: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(LifecycleHookName=HOOK, AutoScalingGroupName=account.group, **parameters)
    assert raised.value.response["Error"]["Code"] == "ValidationError"
    return str(raised.value.response["Error"]["Message"])


def test_hooks_are_described_with_their_defaults(account: Account) -> None:
    put(account)
    put(account, "other", HeartbeatTimeout=600, DefaultResult="CONTINUE", NotificationMetadata="x")
    found = account.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=account.group)
    one, other = found["LifecycleHooks"]

    assert one == {
        "LifecycleHookName": HOOK,
        "AutoScalingGroupName": account.group,
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "HeartbeatTimeout": 3600,
        "GlobalTimeout": 172_800,
        "DefaultResult": "ABANDON",
    }
    assert (other["GlobalTimeout"], other["DefaultResult"]) == (60_000, "CONTINUE")
    assert other["NotificationMetadata"] == "x"


def test_hooks_are_found_by_name_changed_and_deleted(account: Account) -> None:
    put(account)
    put(account, "other")
    account.autoscaling.put_lifecycle_hook(
        LifecycleHookName=HOOK, AutoScalingGroupName=account.group, HeartbeatTimeout=60
    )
    account.autoscaling.delete_lifecycle_hook(
        LifecycleHookName="other", AutoScalingGroupName=account.group
    )

    def names(**filters: Any) -> list[tuple[str, int]]:
        found = account.autoscaling.describe_lifecycle_hooks(
            AutoScalingGroupName=account.group, **filters
        )
        return [
            (hook["LifecycleHookName"], hook["HeartbeatTimeout"])
            for hook in found["LifecycleHooks"]
        ]

    assert names() == [(HOOK, 60)]
    assert names(LifecycleHookNames=["other"]) == []


def test_a_terminated_instance_waits_with_its_machine_on(account: Account, held: str) -> None:
    assert account.states() == {held: WAIT}
    assert account.desired() == 0
    assert account.on() == {held}
    (ending,) = [one for one in account.activities() if "Terminating" in one["Description"]]
    assert ending["StatusCode"] == "MidLifecycleAction"


def test_a_completed_action_lets_it_go(account: Account, held: str) -> None:
    account.control.set_pace(terminating_seconds=0.5)
    complete(account, held)
    assert account.states() == {held: "Terminating:Proceed"}
    assert account.on() == frozenset()

    account.wait(lambda: account.states() == {}, "the instance gone")
    assert account.activities("MidLifecycleAction") == []


def test_an_action_is_completed_by_its_token_too(account: Account, held: str) -> None:
    queue = account.sqs.create_queue(QueueName="tokens")["QueueUrl"]
    account.control.deliver_events(queue)
    put(account)
    (second,) = account.launch(1)[-1:]
    account.terminate(second)
    (message,) = account.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    account.autoscaling.complete_lifecycle_action(
        LifecycleHookName=HOOK,
        AutoScalingGroupName=account.group,
        LifecycleActionResult="CONTINUE",
        LifecycleActionToken=json.loads(message["Body"])["detail"]["LifecycleActionToken"],
    )

    account.wait(lambda: list(account.states()) == [held], "the second instance gone")


def test_it_goes_after_the_heartbeat_timeout(account: Account) -> None:
    put(account, HeartbeatTimeout=1)
    (instance_id,) = account.launch(1)
    account.terminate(instance_id)
    assert account.states() == {instance_id: WAIT}

    account.wait(lambda: account.states() == {}, "the instance gone")


def test_a_heartbeat_begins_the_timeout_anew(account: Account) -> None:
    """Two instances leave together; the one without heartbeats is the clock."""
    put(account, HeartbeatTimeout=2)
    beaten, other = account.launch(2)
    account.terminate(beaten)
    account.terminate(other)

    def gone() -> bool:
        account.autoscaling.record_lifecycle_action_heartbeat(
            LifecycleHookName=HOOK, AutoScalingGroupName=account.group, InstanceId=beaten
        )
        return other not in account.states()

    account.wait(gone, "the other gone")
    assert account.states() == {beaten: WAIT}


def test_every_hook_has_to_be_completed_unless_one_abandons(account: Account) -> None:
    put(account)
    put(account, "other")
    first, second = account.launch(2)
    account.terminate(first)
    account.terminate(second)
    complete(account, first)
    complete(account, second, result="ABANDON")
    account.wait(lambda: second not in account.states(), "the abandoned one gone")
    assert account.states() == {first: WAIT}

    complete(account, first, "other")
    account.wait(lambda: account.states() == {}, "the instance gone")


def test_scale_in_and_aws_itself_are_held_too(account: Account) -> None:
    put(account)
    first, second = account.launch(2)
    account.unprotect(first)
    account.set_desired(1)
    account.control.terminate(second)

    states = account.states()
    assert (states.pop(first), states.pop(second)) == (WAIT, WAIT)
    assert list(states.values()) == ["Pending"]


def test_terminating_again_shrinks_the_group_no_further(account: Account) -> None:
    put(account)
    first, _ = account.launch(2)
    activity = account.terminate(first)
    again = account.terminate(first)

    assert account.desired() == 1
    assert again["ActivityId"] == activity["ActivityId"]


def test_without_an_action_there_is_nothing_to_complete(account: Account) -> None:
    put(account)
    (instance_id,) = account.launch(1)
    by_instance = refused(
        account.autoscaling.complete_lifecycle_action,
        account,
        LifecycleActionResult="CONTINUE",
        InstanceId=instance_id,
    )
    token = "f66c3d47-e602-4af0-8edd-d4e4d2fe4620"
    by_token = refused(
        account.autoscaling.record_lifecycle_action_heartbeat, account, LifecycleActionToken=token
    )

    assert by_instance == f"No active Lifecycle Action found with instance ID {instance_id}"
    assert by_token == f"No active Lifecycle Action found with token {token}"


def test_without_hooks_it_is_terminating_for_a_while(account: Account) -> None:
    account.control.set_pace(terminating_seconds=0.5)
    (instance_id,) = account.launch(1)
    account.terminate(instance_id)
    assert account.states() == {instance_id: "Terminating"}

    account.wait(lambda: account.states() == {}, "the instance gone")

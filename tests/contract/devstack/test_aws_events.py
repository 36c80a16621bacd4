"""Events come through a queue as EventBridge sends them, and the queue works as SQS does."""

import json
import threading
import time
from typing import Any

import pytest

from devstack.awsevents import EventKind
from devstack.errors import DevstackError
from tests.contract.devstack.conftest import Account


@pytest.fixture
def queue(account: Account) -> str:
    made = account.sqs.create_queue(QueueName=account.group)
    return str(made["QueueUrl"])


def bodies(account: Account, queue: str, seconds: int = 0) -> list[dict[str, Any]]:
    answer = account.sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=seconds
    )
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def put_hook(account: Account, **parameters: Any) -> None:
    account.autoscaling.put_lifecycle_hook(
        LifecycleHookName="drain",
        AutoScalingGroupName=account.group,
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        **parameters,
    )


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        (EventKind.INTERRUPTION, {"instance-action": "terminate"}),
        (EventKind.REBALANCE, {}),
    ],
)
def test_an_event_of_ec2(
    account: Account, queue: str, kind: EventKind, detail: dict[str, str]
) -> None:
    (instance_id,) = account.launch(1)
    account.control.send_event(queue, kind, instance_id)
    (event,) = bodies(account, queue)

    assert len(event.pop("id")) == 36
    assert time.strptime(event.pop("time"), "%Y-%m-%dT%H:%M:%SZ")
    assert event == {
        "version": "0",
        "detail-type": kind.value,
        "source": "aws.ec2",
        "account": "123456789012",
        "region": "us-east-1",
        "resources": [f"arn:aws:ec2:us-east-1a:instance/{instance_id}"],
        "detail": {"instance-id": instance_id, **detail},
    }


def test_the_event_of_a_lifecycle_action(account: Account, queue: str) -> None:
    put_hook(account, NotificationMetadata="more")
    (instance_id,) = account.launch(1)
    account.terminate(instance_id)
    account.control.send_event(queue, EventKind.TERMINATE, instance_id)
    (event,) = bodies(account, queue)

    assert event["detail-type"] == "EC2 Instance-terminate Lifecycle Action"
    assert event["source"] == "aws.autoscaling"
    assert event["resources"][0].endswith(f":autoScalingGroupName/{account.group}")
    token = event["detail"].pop("LifecycleActionToken")
    assert event["detail"] == {
        "AutoScalingGroupName": account.group,
        "LifecycleHookName": "drain",
        "EC2InstanceId": instance_id,
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "NotificationMetadata": "more",
        "Origin": "AutoScalingGroup",
        "Destination": "EC2",
    }
    account.autoscaling.complete_lifecycle_action(
        LifecycleHookName="drain",
        AutoScalingGroupName=account.group,
        LifecycleActionResult="CONTINUE",
        LifecycleActionToken=token,
    )
    account.wait(lambda: account.states() == {}, "the instance gone")


def test_without_a_lifecycle_action_there_is_no_event_of_one(account: Account, queue: str) -> None:
    (instance_id,) = account.launch(1)

    with pytest.raises(DevstackError, match="does not wait for any lifecycle hook"):
        account.control.send_event(queue, EventKind.TERMINATE, instance_id)


def test_a_queue_that_is_not_there_is_named(account: Account) -> None:
    (instance_id,) = account.launch(1)

    with pytest.raises(DevstackError, match="nowhere"):
        account.control.send_event("http://x/1/nowhere", EventKind.REBALANCE, instance_id)


def test_events_come_by_themselves_once_they_are_delivered(account: Account, queue: str) -> None:
    account.control.deliver_events(queue)
    account.control.launch_spot(account.group)
    put_hook(account)
    (victim,) = account.launch(1)
    account.control.interrupt(victim, after_seconds=0.2)
    kinds: list[str] = []
    account.wait(
        lambda: len(kinds.extend(e["detail-type"] for e in bodies(account, queue)) or kinds) == 2,
        "two events",
    )

    assert kinds == [EventKind.INTERRUPTION.value, EventKind.TERMINATE.value]


def test_a_long_poll_ends_when_a_message_comes_and_holds_up_nobody(
    account: Account, queue: str
) -> None:
    (instance_id,) = account.launch(1)
    received: list[dict[str, Any]] = []
    poll = threading.Thread(target=lambda: received.extend(bodies(account, queue, seconds=20)))
    began = time.monotonic()
    poll.start()
    assert list(account.states()) == [instance_id]
    account.control.send_event(queue, EventKind.REBALANCE, instance_id)
    poll.join(15)

    assert [event["detail"]["instance-id"] for event in received] == [instance_id]
    assert time.monotonic() - began < 10


def test_deleted_messages_come_no_more(account: Account, queue: str) -> None:
    (instance_id,) = account.launch(1)
    for _ in range(3):
        account.control.send_event(queue, EventKind.REBALANCE, instance_id)
    received = account.sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0
    )["Messages"]
    deleted = account.sqs.delete_message_batch(
        QueueUrl=queue,
        Entries=[
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
            for number, message in enumerate(received[:2])
        ],
    )

    assert len(received) == 3
    assert [one["Id"] for one in deleted["Successful"]] == ["0", "1"]
    assert len(bodies(account, queue)) == 1


def test_calls_of_the_queue_are_recorded_by_name(account: Account, queue: str) -> None:
    before = account.aws.record.size
    bodies(account, queue)
    (call,) = account.aws.record.read(since=before)

    assert (call.service, call.action, call.status) == ("sqs", "ReceiveMessage", 200)

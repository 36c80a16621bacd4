"""What the local AWS announces of Spot Instances: shown on their requests, and sent to a queue."""

import random
import threading
from collections.abc import Iterator

import pytest

from autoscaler.adapters.notices import WAIT_SECONDS, NoticeWatcher
from autoscaler.core.model import Lifecycle, NoticeKind
from devstack.awsevents import EventKind
from devstack.awsfaults import Fault
from tests.contract.autoscaler.aws_account import PATIENCE_SECONDS, Account, now, wait


class Watched:
    """A queue of events with a watcher on it, and what the watcher told."""

    def __init__(self, account: Account) -> None:
        self._sqs = account.aws.client("sqs")
        self.url = self._sqs.create_queue(QueueName=account.name)["QueueUrl"]
        self.told: list[str] = []
        self._changed = threading.Condition()
        sqs = account.connection.client("sqs", waits_seconds=WAIT_SECONDS)
        rng = random.Random(1)
        self.watcher = NoticeWatcher(sqs, self.url, account.board, self._tell, rng)

    def until_told(self, *instance_ids: str) -> None:
        """Wait until the watcher has told of these, in this order."""
        with self._changed:
            assert self._changed.wait_for(
                lambda: self.told == list(instance_ids), PATIENCE_SECONDS
            ), self.told

    def send(self, body: str) -> None:
        """Put anything in the queue."""
        self._sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def close(self) -> None:
        """Stop the watcher, and end the poll that it may be waiting in."""
        self.watcher.stop()
        self.send("the end")

    def left(self) -> int:
        """Messages that are in the queue, or received and not deleted."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return sum(int(count) for count in found["Attributes"].values())

    def _tell(self, instance_id: str) -> None:
        with self._changed:
            self.told.append(instance_id)
            self._changed.notify_all()


@pytest.fixture
def watched(account: Account) -> Iterator[Watched]:
    one = Watched(account)
    yield one
    one.close()


@pytest.fixture
def spot_instance(account: Account) -> str:
    """The one instance of the account's group."""
    account.control.launch_spot(account.name)
    (instance_id,) = account.launch(1)
    return instance_id


def test_an_interruption_shows_at_its_instance(account: Account, spot_instance: str) -> None:
    """At the latest when requests are polled the next time."""
    account.control.interrupt(spot_instance)

    (instance,) = account.see(later_seconds=10).instances

    assert instance.notice is not None
    assert instance.notice.kind is NoticeKind.SPOT_INTERRUPTION
    assert abs((now() - instance.notice.at).total_seconds()) < 60


def test_an_instance_on_demand_is_never_asked_for_notices(account: Account) -> None:
    def asked() -> int:
        return sum(call.action == "DescribeSpotInstanceRequests" for call in account.aws.calls())

    before = asked()
    account.launch(1)
    account.see()

    assert asked() == before


def test_of_each_instance_ec2_is_asked_once(account: Account) -> None:
    def asked(instance_id: str) -> int:
        return sum(
            call.action == "DescribeInstances" and instance_id in call.parameters.values()
            for call in account.aws.calls()
        )

    (instance_id,) = account.launch(1)
    for _ in range(3):
        account.see()

    assert asked(instance_id) == 1


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (EventKind.INTERRUPTION, NoticeKind.SPOT_INTERRUPTION),
        (EventKind.REBALANCE, NoticeKind.REBALANCE),
    ],
)
def test_an_event_wakes_and_stands_at_its_instance(
    account: Account, spot_instance: str, watched: Watched, event: EventKind, kind: NoticeKind
) -> None:
    watched.watcher.start()
    account.control.send_event(watched.url, event, spot_instance)

    watched.until_told(spot_instance)

    instance = account.instance(spot_instance)
    assert instance is not None
    assert instance.notice is not None
    assert instance.notice.kind is kind
    wait(lambda: watched.left() == 0, "the message deleted")


def test_a_termination_that_a_hook_holds_wakes_too(account: Account, watched: Watched) -> None:
    account.hook()
    (instance_id,) = account.launch(1)
    account.control.deliver_events(watched.url)
    watched.watcher.start()

    account.groups.terminate(account.name, instance_id)
    watched.until_told(instance_id)

    instance = account.instance(instance_id)
    assert instance is not None
    assert instance.lifecycle is Lifecycle.HELD
    assert instance.notice is None


def test_what_cannot_be_understood_is_deleted_and_what_follows_comes(
    account: Account, spot_instance: str, watched: Watched
) -> None:
    watched.send("no event")
    account.control.send_event(watched.url, EventKind.INTERRUPTION, spot_instance)
    watched.watcher.start()

    watched.until_told(spot_instance)
    wait(lambda: watched.left() == 0, "both messages deleted")


def test_a_queue_that_fails_for_a_while_is_waited_for(
    account: Account, spot_instance: str, watched: Watched
) -> None:
    account.control.fault_calls("ReceiveMessage", 2, Fault.DENIED)
    account.control.send_event(watched.url, EventKind.INTERRUPTION, spot_instance)
    watched.watcher.start()

    watched.until_told(spot_instance)

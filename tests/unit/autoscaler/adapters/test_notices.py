"""Events of EventBridge, the board that keeps them, and the thread that waits for them."""

import json
import random
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from structlog.testing import capture_logs

from autoscaler.adapters.notices import Event, NoticeBoard, NoticeWatcher, event_of, graver
from autoscaler.core.model import Notice, NoticeKind
from tests.builders import EPOCH, at

INTERRUPTION = Notice(NoticeKind.SPOT_INTERRUPTION, EPOCH)
REBALANCE = Notice(NoticeKind.REBALANCE, EPOCH)
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/events"
#: Far above what any step here takes.
PATIENCE_SECONDS = 10


def an_event(
    kind: str = "EC2 Spot Instance Interruption Warning",
    time: str = "2026-03-01T12:00:00Z",
    **detail: object,
) -> str:
    """As EventBridge delivers it; of instance i-1 unless said."""
    return json.dumps(
        {
            "version": "0",
            "id": "12345678-1234-1234-1234-123456789012",
            "detail-type": kind,
            "source": "aws.ec2",
            "account": "123456789012",
            "time": time,
            "region": "us-east-1",
            "resources": ["arn:aws:ec2:us-east-1b:instance/i-1"],
            "detail": detail or {"instance-id": "i-1", "instance-action": "terminate"},
        }
    )


@pytest.mark.parametrize(
    ("body", "event"),
    [
        (an_event(), Event("i-1", INTERRUPTION)),
        (an_event("EC2 Instance Rebalance Recommendation"), Event("i-1", REBALANCE)),
        (an_event(time="2026-03-01T12:00:00"), Event("i-1", INTERRUPTION)),
        (
            an_event("EC2 Instance-terminate Lifecycle Action", EC2InstanceId="i-2"),
            Event("i-2"),
        ),
        (an_event("EC2 Instance State-change Notification"), None),
    ],
    ids=["interruption", "rebalance", "without a zone", "termination", "of no concern"],
)
def test_an_event_tells_its_instance_and_its_notice(body: str, event: Event | None) -> None:
    assert event_of(body) == event


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        "[]",
        "null",
        "{}",
        '{"Event": "autoscaling:TEST_NOTIFICATION"}',
        an_event(time="yesterday"),
        an_event(other="i-1"),
        an_event(**{"instance-id": ["i-1"]}),
        an_event().replace('"detail": {', '"detail": null, "other": {'),
    ],
)
def test_what_is_no_event_says_so(body: str) -> None:
    with pytest.raises(ValueError, match="no event of EventBridge"):
        event_of(body)


def test_an_interruption_is_graver_than_advice_and_of_equals_the_earlier_counts() -> None:
    later = Notice(NoticeKind.SPOT_INTERRUPTION, at(5))

    assert graver(None, REBALANCE) == REBALANCE
    assert graver(INTERRUPTION, REBALANCE) == INTERRUPTION
    assert graver(REBALANCE, later) == later
    assert graver(later, INTERRUPTION) == INTERRUPTION


def test_the_board_keeps_the_graver_notice_for_an_hour() -> None:
    board = NoticeBoard()
    board.put("i-1", INTERRUPTION)
    board.put("i-1", REBALANCE)
    board.put("i-2", Notice(NoticeKind.REBALANCE, at(1)))

    assert board.read(at(3599))["i-1"] == INTERRUPTION
    assert set(board.read(at(3600))) == {"i-2"}
    assert board.read(at(3601)) == {}


class FakeQueue:
    """SQS with one queue: hands out what a test puts in, and waits for more where there is none."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[str | Exception] = deque()
        self.deleted: list[str] = []
        self.polls = 0
        self.closed = False

    def send(self, *bodies: str | Exception) -> None:
        """Put messages in, or what the next call fails with."""
        with self._changed:
            self._waiting.extend(bodies)
            self._changed.notify_all()

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        """Everything that waits, to the batch's size."""
        assert (asked["QueueUrl"], asked["WaitTimeSeconds"]) == (URL, 20)
        with self._changed:
            self.polls += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self.closed, PATIENCE_SECONDS)
            if self._waiting and isinstance(self._waiting[0], Exception):
                raise self._waiting.popleft()
            count = min(len(self._waiting), asked["MaxNumberOfMessages"])
            bodies = [self._waiting.popleft() for _ in range(count)]
        messages = [{"Body": body, "ReceiptHandle": f"handle of {body}"} for body in bodies]
        return {"Messages": messages} if messages else {}

    def delete_message_batch(self, **asked: Any) -> dict[str, Any]:
        """For good."""
        with self._changed:
            handles = [one["ReceiptHandle"] for one in asked["Entries"]]
            self.deleted += [handle.removeprefix("handle of ") for handle in handles]
            self._changed.notify_all()
        return {}

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for it."""
        with self._changed:
            assert self._changed.wait_for(is_so, PATIENCE_SECONDS)

    def close(self) -> None:
        """Let whoever waits go."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()


@pytest.fixture
def queue() -> Iterator[FakeQueue]:
    fake = FakeQueue()
    yield fake
    fake.close()


@pytest.fixture
def board() -> NoticeBoard:
    return NoticeBoard()


@pytest.fixture
def noticed() -> list[str]:
    return []


@pytest.fixture
def watcher(queue: FakeQueue, board: NoticeBoard, noticed: list[str]) -> Iterator[NoticeWatcher]:
    watcher = NoticeWatcher(queue, URL, board, noticed.append, random.Random(1))
    yield watcher
    watcher.stop()


def test_a_notice_is_on_the_board_when_it_is_told_and_its_message_deleted(
    queue: FakeQueue, board: NoticeBoard
) -> None:
    shown: list[Notice | None] = []
    watcher = NoticeWatcher(
        queue, URL, board, lambda one: shown.append(board.read(EPOCH).get(one)), random.Random(1)
    )
    queue.send(an_event())
    watcher.start()
    queue.until(lambda: len(queue.deleted) == 1)
    watcher.stop()

    assert shown == [INTERRUPTION]


def test_a_termination_only_tells_and_what_is_of_no_concern_does_neither(
    queue: FakeQueue, board: NoticeBoard, noticed: list[str], watcher: NoticeWatcher
) -> None:
    queue.send(
        an_event("EC2 Instance-terminate Lifecycle Action", EC2InstanceId="i-2"),
        an_event("EC2 Instance State-change Notification"),
    )
    watcher.start()
    queue.until(lambda: len(queue.deleted) == 2)

    assert noticed == ["i-2"]
    assert board.read(EPOCH) == {}


def test_what_cannot_be_understood_is_logged_once_and_deleted_and_the_rest_goes_on(
    queue: FakeQueue, noticed: list[str], watcher: NoticeWatcher
) -> None:
    with capture_logs() as logs:
        queue.send("no JSON" + "x" * 1000, an_event())
        watcher.start()
        queue.until(lambda: len(queue.deleted) == 2)

    assert noticed == ["i-1"]
    assert [log["event"] for log in logs] == ["notices.malformed"]
    assert len(logs[0]["message"]) == 256


def test_more_than_a_batch_comes_in_several(
    queue: FakeQueue, noticed: list[str], watcher: NoticeWatcher
) -> None:
    queue.send(*[an_event()] * 25)
    watcher.start()
    queue.until(lambda: len(queue.deleted) == 25)

    assert len(noticed) == 25
    assert queue.polls >= 3


def test_errors_are_warned_of_once_in_a_row_and_outlived(
    queue: FakeQueue, noticed: list[str], watcher: NoticeWatcher
) -> None:
    missing = {"Code": "AWS.SimpleQueueService.NonExistentQueue", "Message": "does not exist"}
    error = ClientError({"Error": missing}, "ReceiveMessage")
    with capture_logs() as logs:
        queue.send(error, error, an_event())
        watcher.start()
        # The poll after the one that was answered: by then its end is told.
        queue.until(lambda: queue.polls == 4)

    assert (noticed, len(queue.deleted)) == (["i-1"], 1)
    assert [(log["event"], log["log_level"]) for log in logs] == [
        ("notices.failed", "warning"),
        ("notices.failed", "debug"),
        ("notices.recovered", "info"),
    ]
    assert "ReceiveMessage" in logs[0]["error"]


def test_one_that_does_not_lead_leaves_the_messages_to_the_leader(
    queue: FakeQueue, board: NoticeBoard, noticed: list[str]
) -> None:
    """Until it leads itself; and what came just as it lost the lead is not deleted."""
    asked, leads = threading.Event(), [False]

    def told() -> bool:
        asked.set()
        return leads[0]

    watcher = NoticeWatcher(queue, URL, board, noticed.append, random.Random(1), leads=told)
    queue.send(an_event())
    watcher.start()
    assert asked.wait(PATIENCE_SECONDS)
    assert queue.polls == 0
    leads[0] = True
    queue.until(lambda: len(queue.deleted) == 1)
    queue.until(lambda: queue.polls == 2)
    leads[0] = False
    asked.clear()
    queue.send(an_event())
    assert asked.wait(PATIENCE_SECONDS)
    watcher.stop()
    watcher._thread.join(PATIENCE_SECONDS)

    assert (noticed, len(queue.deleted)) == (["i-1"], 1)


def test_stopped_in_the_middle_of_a_poll_it_takes_nothing_from_whoever_comes_next(
    queue: FakeQueue, noticed: list[str], watcher: NoticeWatcher
) -> None:
    watcher.start()
    queue.until(lambda: queue.polls == 1)

    watcher.stop()
    queue.send(an_event())
    watcher._thread.join(PATIENCE_SECONDS)

    assert not watcher._thread.is_alive()
    assert (noticed, queue.deleted) == ([], [])

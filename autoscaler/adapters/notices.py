"""
Notices that AWS sends through EventBridge to an SQS queue, and the thread that waits for them.

A favour beside what the cycle reads: without a queue, interruptions still show on Spot requests,
some seconds later.  Imports structlog, core.model, errors and the connection to AWS beside it.
"""

import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from autoscaler.adapters.aws import read, understanding
from autoscaler.core.model import Notice, NoticeKind
from autoscaler.errors import ObservationError

#: SQS answers after this long even when nothing comes; longer is not allowed.
WAIT_SECONDS = 20
_BATCH_MAX = 10
_KEPT_FOR = timedelta(hours=1)
#: Who does not lead looks so often whether it does by now.
_LOOK_SECONDS = 1.0
_BACKOFF_MIN_SECONDS, _BACKOFF_MAX_SECONDS = 0.5, 30.0
_SHOWN_CHARACTERS_MAX = 256

_NOTICES = {
    "EC2 Spot Instance Interruption Warning": NoticeKind.SPOT_INTERRUPTION,
    "EC2 Instance Rebalance Recommendation": NoticeKind.REBALANCE,
}
_TERMINATION = "EC2 Instance-terminate Lifecycle Action"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Event:
    """What a message tells: of which instance, and the notice where it is one."""

    instance_id: str
    notice: Notice | None = None


def event_of(body: str) -> Event | None:
    """
    An event as EventBridge delivers it; None for one that is of no concern to us.

    Raises ``ValueError`` for what is no event of EventBridge.
    """
    try:
        said = json.loads(body)
        kind, detail = said["detail-type"], said["detail"]
        at = datetime.fromisoformat(said["time"])
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if kind in _NOTICES:
            return Event(_text(detail["instance-id"]), Notice(_NOTICES[kind], at))
        # What the hook holds shows in the group itself: this one only says that it is time to look.
        return Event(_text(detail["EC2InstanceId"])) if kind == _TERMINATION else None
    except (KeyError, TypeError, ValueError) as error:
        message = f"no event of EventBridge: {error!r}"
        raise ValueError(message) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        message = f"{value!r} is no instance id"
        raise TypeError(message)
    return value


class NoticeBoard:
    """The notices of the last hour, by instance: written by one thread, read by many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notices: dict[str, Notice] = {}

    def put(self, instance_id: str, notice: Notice) -> None:
        """Keep a notice; an interruption is never hidden by what only advises."""
        with self._lock:
            self._notices[instance_id] = graver(self._notices.get(instance_id), notice)

    def read(self, now: datetime) -> Mapping[str, Notice]:
        """Those of the last hour, by instance id."""
        with self._lock:
            self._notices = {
                one: notice for one, notice in self._notices.items() if now - notice.at < _KEPT_FOR
            }
            return dict(self._notices)


def graver(one: Notice | None, other: Notice) -> Notice:
    """Of two notices on an instance that which says more: an interruption, else the earlier."""
    if one is None:
        return other
    if one.kind is not other.kind:
        return one if one.kind is NoticeKind.SPOT_INTERRUPTION else other
    return min(one, other, key=lambda notice: notice.at)


class NoticeWatcher:
    """A thread that waits on the queue; it ends with the process, or when told."""

    def __init__(
        self,
        sqs: Any,
        queue_url: str,
        board: NoticeBoard,
        noticed: Callable[[str], None],
        rng: random.Random,
        *,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        """
        ``sqs`` must wait for an answer longer than SQS waits for a message.

        While it does not ``lead`` the messages are left to the daemon that does.

        ``noticed`` is told the instance of each event that there is, once it is on the board.
        """
        self._sqs = sqs
        self._queue_url = queue_url
        self._board = board
        self._noticed = noticed
        self._rng = rng
        self._leads = leads
        self._stopped = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="watch-notices", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """
        Tell nobody of anything any more; a call under way is left to end by itself.

        What it may still receive is not deleted: SQS gives it to the next who asks.
        """
        self._stopped.set()

    def _run(self) -> None:
        backoff = _BACKOFF_MIN_SECONDS
        while not self._stopped.is_set():
            if not self._leads():
                self._stopped.wait(_LOOK_SECONDS)
                continue
            try:
                self._receive()
            except ObservationError as error:
                tell = _log.debug if self._failing else _log.warning
                tell("notices.failed", queue=self._queue_url, error=str(error))
                self._failing = True
                self._stopped.wait(backoff * self._rng.uniform(0.5, 1.0))
                backoff = min(backoff * 2, _BACKOFF_MAX_SECONDS)
            else:
                if self._failing:
                    _log.info("notices.recovered", queue=self._queue_url)
                self._failing, backoff = False, _BACKOFF_MIN_SECONDS

    def _receive(self) -> None:
        """One long poll, and what came of it."""
        answer = read(
            "ReceiveMessage",
            lambda: self._sqs.receive_message(
                QueueUrl=self._queue_url,
                WaitTimeSeconds=WAIT_SECONDS,
                MaxNumberOfMessages=_BATCH_MAX,
            ),
        )
        with understanding("ReceiveMessage"):
            received = [(one["Body"], one["ReceiptHandle"]) for one in answer.get("Messages", [])]
        if not received or self._stopped.is_set() or not self._leads():
            return
        for body, _ in received:
            self._take(body)
        # One that cannot be deleted comes again, and says nothing new.
        read(
            "DeleteMessage",
            lambda: self._sqs.delete_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": handle}
                    for number, (_, handle) in enumerate(received)
                ],
            ),
        )

    def _take(self, body: str) -> None:
        try:
            event = event_of(body)
        except ValueError as error:
            # Deleted all the same: it would come back for ever, and be no better.
            shown = body[:_SHOWN_CHARACTERS_MAX]
            _log.warning("notices.malformed", error=str(error), message=shown)
            return
        if event is None:
            return
        if event.notice is not None:
            self._board.put(event.instance_id, event.notice)
        self._noticed(event.instance_id)

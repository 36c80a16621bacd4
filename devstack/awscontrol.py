"""
The controls by which a test tells the local AWS what to do: fail, interrupt, throttle.

What is told holds from the moment that the method returns.  May import ``devstack.awscalls``,
``devstack.awsevents``, ``devstack.awsfailures``, ``devstack.awsfaults``, ``devstack.errors`` and
the standard library.
"""

import contextlib
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from devstack.awscalls import CONTROL_PATH
from devstack.awsevents import EventKind
from devstack.awsfailures import LaunchFailure
from devstack.awsfaults import Fault
from devstack.errors import DevstackError


class AwsControl:
    """The controls of one local AWS; each raises DevstackError for what it cannot obey."""

    def __init__(self, endpoint: str) -> None:
        self._address = urlsplit(endpoint).netloc

    def fail_launches(
        self, group: str, kind: LaunchFailure, *, attempts: int | None = None
    ) -> None:
        """
        Let launches in the group fail: the next ``attempts``, or all until ``allow_launches``.

        One attempt is one failed activity, however many instances are missing.
        """
        self._order("fail_launches", group=group, kind=kind.value, attempts=attempts)

    def allow_launches(self, group: str) -> None:
        """Lift what ``fail_launches`` said; AWS launches at its next attempt."""
        self._order("allow_launches", group=group)

    def set_pace(
        self, *, retry_seconds: float | None = None, terminating_seconds: float | None = None
    ) -> None:
        """
        Set how long things take; None leaves it as it is.

        ``retry_seconds``: from a failed launch to the next attempt, 60 unless set.
        ``terminating_seconds``: how long an ending instance stays in its group, 0.5 unless set.
        """
        self._order(
            "set_pace", retry_seconds=retry_seconds, terminating_seconds=terminating_seconds
        )

    def never_join(self, group: str, count: int) -> None:
        """Let the next ``count`` instances of the group come up and never become nodes."""
        self._order("never_join", group=group, count=count)

    def terminate(self, instance_id: str) -> None:
        """Let AWS end an instance of a group on its own, protected or not, and replace it."""
        self._order("terminate", instance_id=instance_id)

    def launch_spot(self, group: str, *, spot: bool = True) -> None:
        """Let the group's instances be Spot Instances from now on, whatever its template says."""
        self._order("launch_spot", group=group, spot=spot)

    def interrupt(self, instance_id: str, *, after_seconds: float = 120.0) -> None:
        """Give a Spot Instance its notice, and take it back ``after_seconds`` later."""
        self._order("interrupt", instance_id=instance_id, after_seconds=after_seconds)

    def send_event(self, queue_url: str, kind: EventKind, instance_id: str) -> None:
        """
        Send an event of an instance to an SQS queue, as EventBridge delivers it.

        A TERMINATE event needs an instance in ``Terminating:Wait``; there is one for each hook.
        """
        self._order("send_event", queue_url=queue_url, kind=kind.value, instance_id=instance_id)

    def deliver_events(self, queue_url: str) -> None:
        """Send every event to the queue from now on, by itself, when AWS would."""
        self._order("deliver_events", queue_url=queue_url)

    def fault_calls(self, operation: str, count: int, fault: Fault = Fault.THROTTLED) -> None:
        """
        Let the next ``count`` calls of an operation, ``SetDesiredCapacity`` say, fail.

        Those of the devstack's own clients neither fail nor count.
        """
        self._order("fault_calls", operation=operation, count=count, fault=fault.value)

    def _order(self, name: str, **arguments: Any) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=10)
        with contextlib.closing(connection):
            connection.request("PUT", CONTROL_PATH + name, json.dumps(arguments))
            response = connection.getresponse()
            said = response.read().decode()
        if response.status != 204:
            raise DevstackError(f"local AWS refuses {name} of {arguments}: {said}")

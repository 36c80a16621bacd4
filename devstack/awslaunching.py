"""
How instances come into a group: launched, or not, and tried again; every attempt is an activity.

Knows no clock: every instant is handed in.  May import other ``devstack.aws*`` modules that serve
a part of it, and the standard library.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from devstack.awsactivities import Activity, ActivityLog
from devstack.awsfailures import (
    FAILED,
    LaunchFailures,
    LaunchRefused,
    Wanted,
    status_message,
)
from devstack.awsleaving import Pace


class Foundry(Protocol):
    """What launches machines; groups and members are moto's."""

    def wanted(self, group: Any) -> Wanted: ...
    def place(self, group: Any) -> Mapping[str, str]: ...
    def launch(self, group: Any) -> Any: ...


class Launches:
    """The launches of all groups: those under way, and when the next attempt is due."""

    def __init__(
        self,
        foundry: Foundry,
        log: ActivityLog,
        failures: LaunchFailures,
        pace: Pace,
        launched: Callable[[Any, Any, datetime], None],
    ) -> None:
        """``launched`` is told group, member and instant of each launch."""
        self._foundry = foundry
        self._log = log
        self._failures = failures
        self._pace = pace
        self._launched = launched
        self._under_way: dict[str, Activity] = {}
        self._retries: dict[str, datetime] = {}

    def due(self, group: Any, now: datetime) -> bool:
        """Whether AWS tries to launch in the group, rather than waits after a failure."""
        retry_at = self._retries.get(group.name)
        return retry_at is None or retry_at <= now

    def hurry(self, group: Any) -> None:
        """Let the next attempt be due at once."""
        self._retries.pop(group.name, None)

    def attempt(self, group: Any, missing: int, why: str, now: datetime) -> None:
        """One attempt to launch what is missing; a failure ends it and puts off the next."""
        self.hurry(group)
        kind = self._failures.attempt(group.name)
        if kind is not None:
            self._fail(group, status_message(kind, self._foundry.wanted(group)), why, now)
            return
        for _ in range(missing):
            place = self._foundry.place(group)
            try:
                member = self._foundry.launch(group)
            except LaunchRefused as refusal:
                self._fail(group, f"{refusal} {FAILED}", why, now)
                return
            what = f"Launching a new EC2 instance: {member.instance_id}"
            activity = self._log.add(Activity(group.name, group.arn, what, why, now, place))
            activity.move("PreInService", 30)
            self._under_way[member.instance_id] = activity
            self._launched(group, member, now)

    def succeed(self, instance_id: str, now: datetime) -> None:
        """An instance is in service."""
        self._under_way.pop(instance_id).end("Successful", now)

    def cut_short(self, instance_id: str, now: datetime) -> None:
        """An instance ends; nothing if it was in service."""
        activity = self._under_way.pop(instance_id, None)
        if activity is not None:
            message = f"Instance {instance_id} was terminated while Pending."
            activity.end("Cancelled", now, message)

    def _fail(self, group: Any, message: str, why: str, now: datetime) -> None:
        what = f"Launching a new EC2 instance.  Status Reason: {message}"
        place = self._foundry.place(group)
        self._log.add(Activity(group.name, group.arn, what, why, now, place)).end(
            "Failed", now, message
        )
        self._retries[group.name] = now + timedelta(seconds=self._pace.retry_seconds)

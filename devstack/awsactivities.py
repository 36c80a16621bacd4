"""
The scaling activities of the groups: what AWS did, is doing, or could not do.

Knows no clock: every instant is handed in, aware and in UTC.  May import the standard library only.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: AWS gives at most so many a page.
PAGE_MOST = 100

_OVER = frozenset({"Successful", "Failed", "Cancelled"})


class UnknownToken(Exception):
    """No page ends where the token says that one did."""


@dataclass(slots=True)
class Activity:
    """One activity; it changes until it is over."""

    group: str
    group_arn: str
    description: str
    cause: str
    started_at: datetime
    details: Mapping[str, str] = field(default_factory=dict)
    status: str = "InProgress"
    progress: int = 0
    message: str | None = None
    ended_at: datetime | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def over(self) -> bool:
        return self.status in _OVER

    def move(self, status: str, progress: int) -> None:
        """Go on to another state that is not the end."""
        self.status, self.progress = status, progress

    def end(self, status: str, now: datetime, message: str | None = None) -> None:
        """End as ``Successful``, ``Failed`` or ``Cancelled``; nothing if it is over already."""
        if not self.over:
            self.status, self.progress, self.ended_at, self.message = status, 100, now, message

    def answer(self) -> dict[str, Any]:
        """The members of AWS's Activity; those that have no value yet are left out."""
        members = {
            "ActivityId": self.id,
            "AutoScalingGroupName": self.group,
            "AutoScalingGroupARN": self.group_arn,
            "Description": self.description,
            "Cause": self.cause,
            "StartTime": self.started_at,
            # AWS gives the end in whole seconds.
            "EndTime": self.ended_at and self.ended_at.replace(microsecond=0),
            "StatusCode": self.status,
            "StatusMessage": self.message,
            "Progress": self.progress,
            "Details": json.dumps(dict(self.details), separators=(",", ":")),
        }
        return {name: value for name, value in members.items() if value is not None}


class ActivityLog:
    """All activities of all groups, those of deleted groups too."""

    def __init__(self) -> None:
        self._activities: list[Activity] = []

    def add(self, activity: Activity) -> Activity:
        self._activities.append(activity)
        return activity

    def page(
        self,
        *,
        group: str | None,
        ids: Iterable[str] = (),
        most: int = PAGE_MOST,
        token: str | None = None,
    ) -> tuple[list[Activity], str | None]:
        """
        The activities after ``token``, and the next token, or None at the end.

        Those in progress come first, then the newest, as AWS has it.  Raises UnknownToken.
        """
        wanted = set(ids)
        found = [
            activity
            for activity in reversed(self._activities)
            if group in {None, activity.group} and (not wanted or activity.id in wanted)
        ]
        found.sort(key=lambda activity: activity.over)
        start = 0 if token is None else _after(found, token)
        page = found[start : start + most]
        more = start + most < len(found)
        return page, page[-1].id if more else None


def _after(activities: list[Activity], token: str) -> int:
    for number, activity in enumerate(activities):
        if activity.id == token:
            return number + 1
    raise UnknownToken(token)

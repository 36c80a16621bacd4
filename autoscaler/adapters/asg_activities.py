"""
Read the failed launches of a group from its scaling activities, when these may tell something.

AWS takes any desired capacity that is within bounds; that it cannot launch shows here alone.
Imports core.model and the parts of AWS beside it.
"""

from datetime import datetime, timedelta
from typing import Any

from autoscaler.adapters.asg_replies import failure_of, is_over, started_at
from autoscaler.adapters.aws import read, understanding
from autoscaler.core.model import Group, LaunchFailure

#: Failures are listed while they are no older.
_YOUNG = timedelta(minutes=30)
#: After a failure, and after we asked for more, activities are read for so long whatever is there.
_AFTER_FAILURE = timedelta(minutes=15)
_AFTER_REQUEST = timedelta(minutes=3)
_PAGE = 100
#: A group that cannot launch makes an activity each minute or so: far fewer than these hold.
_PAGES_MAX = 3

_CALL = "DescribeScalingActivities"


class Activities:
    """The failed launches of several groups; remembers when it is worth looking."""

    def __init__(self, autoscaling: Any) -> None:
        self._autoscaling = autoscaling
        #: When each group's last failed launch began; None where it had none.
        self._failed_at: dict[str, datetime | None] = {}
        self._asked_at: dict[str, datetime] = {}
        self._asked: set[str] = set()

    def asked(self, group: str) -> None:
        """More instances were asked of that group just now."""
        self._asked.add(group)

    def failures(self, group: Group, now: datetime) -> tuple[LaunchFailure, ...]:
        """
        The failed launches of the last half hour, oldest first; none where none can be new.

        Raises ``ObservationError``.
        """
        if group.name in self._asked:
            self._asked.discard(group.name)
            self._asked_at[group.name] = now
        if not self._may_tell(group, now):
            return ()
        found = self._read(group.name, now)
        self._failed_at[group.name] = found[-1].at if found else None
        return found

    def _may_tell(self, group: Group, now: datetime) -> bool:
        # At the start, nothing is known of what went before.
        if group.desired > group.present_count or group.name not in self._failed_at:
            return True
        return _within(_AFTER_FAILURE, self._failed_at[group.name], now) or _within(
            _AFTER_REQUEST, self._asked_at.get(group.name), now
        )

    def _read(self, group: str, now: datetime) -> tuple[LaunchFailure, ...]:
        """AWS lists activities in progress first, then the newest."""
        failures: list[LaunchFailure] = []
        more: dict[str, str] = {}
        for _ in range(_PAGES_MAX):
            page = self._page(group, more)
            with understanding(_CALL):
                old = [one for one in page["Activities"] if now - started_at(one) > _YOUNG]
                young = [one for one in page["Activities"] if one not in old]
                failures.extend(one for one in map(failure_of, young) if one is not None)
                ends_here = any(is_over(one) for one in old) or not page.get("NextToken")
            if ends_here:
                break
            more = {"NextToken": page["NextToken"]}
        return tuple(sorted(failures, key=lambda failure: failure.at))

    def _page(self, group: str, more: dict[str, str]) -> Any:
        return read(
            _CALL,
            lambda: self._autoscaling.describe_scaling_activities(
                AutoScalingGroupName=group, MaxRecords=_PAGE, **more
            ),
        )


def _within(time: timedelta, since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since <= time

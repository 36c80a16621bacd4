"""
A pool's last day, minute by minute.

Pure but for the ring, which is one thread's at a time.  Imports ports and status.documents.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from autoscaler.ports import CycleReport
from autoscaler.status.documents import NodesStatus, Point, QueueStatus

_Number = TypeVar("_Number", int, float)

STEP = timedelta(minutes=1)
#: So long is it kept.
KEPT = timedelta(hours=24)


def minute_of(at: datetime) -> datetime:
    """The beginning of the minute."""
    return at.replace(second=0, microsecond=0)


def point_of(report: CycleReport, queue: QueueStatus, nodes: NodesStatus) -> Point:
    """What one cycle adds to its minute."""
    return Point(
        at=minute_of(report.ended_at),
        pending=queue.pending,
        running=queue.running,
        oldest_seconds=queue.oldest_seconds,
        busy=nodes.busy,
        idle=nodes.idle,
        cordoned=nodes.cordoned,
        in_flight=nodes.in_flight,
        desired=report.decision.desired,
    )


def merged(before: Point, after: Point) -> Point:
    """
    Two cycles' views of one minute: the most that waited, and of the rest what was seen last.

    What the later one could not read is as the earlier one saw it.
    """
    return replace(
        after,
        pending=_most(before.pending, after.pending),
        oldest_seconds=_most(before.oldest_seconds, after.oldest_seconds),
        running=_last(before.running, after.running),
        busy=_last(before.busy, after.busy),
        idle=_last(before.idle, after.idle),
        cordoned=_last(before.cordoned, after.cordoned),
        in_flight=_last(before.in_flight, after.in_flight),
        desired=_last(before.desired, after.desired),
    )


def _most(before: _Number | None, after: _Number | None) -> _Number | None:
    if before is None or after is None:
        return before if after is None else after
    return max(before, after)


def _last(before: int | None, after: int | None) -> int | None:
    return before if after is None else after


class Ring:
    """The minutes of one pool, oldest first, the last of them under way."""

    def __init__(self, points: Iterable[Point] = ()) -> None:
        """``points`` are those of an earlier run, oldest first."""
        self._points = deque(points, maxlen=KEPT // STEP)

    def add(self, point: Point) -> Point | None:
        """Take in one cycle's; returns the minute that is over with it, if one is."""
        if not self._points:
            self._points.append(point)
            return None
        last = self._points[-1]
        if point.at > last.at:
            self._points.append(point)
            return last
        # The clock was set back: what is told belongs to the minute under way.
        self._points[-1] = merged(last, replace(point, at=last.at))
        return None

    @property
    def under_way(self) -> Point | None:
        """The minute that is not over."""
        return self._points[-1] if self._points else None

    def since(self, at: datetime) -> tuple[Point, ...]:
        """The minutes from the one in which that instant is."""
        first = minute_of(at)
        return tuple(point for point in self._points if point.at >= first)

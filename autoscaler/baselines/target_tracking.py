"""
AWS target tracking on the backlog per instance.

The recipe (awsdocs/amazon-ec2-auto-scaling-user-guide @0987d76, ``as-using-sqs-queue.md`` and
``as-scaling-target-tracking.md``): the metric is visible messages over instances in service, by the
minute; its target is the acceptable latency over the time for one message.  1500 messages on 10
instances with 10 s / 0.1 s = 100 to each: 5 instances more.

- The high alarm takes 3 points above the target, the low one 15 points below 90 % of it; one that
  stays acts again each minute.
- Out to ``n x metric / target``, rounded up; what warms up counts already.
- In by what is over, rounded down, and more gradually than out: by half at most at a time.  None
  goes while one warms up.
- From no instances the recipe divides by zero; here it starts with what the backlog asks for.

Imports the standard library, baselines.known and baselines.view.
"""

import math
from collections import deque

from autoscaler.baselines.known import Known
from autoscaler.baselines.view import Every, View

_HIGH_POINTS = 3
_LOW_POINTS = 15
#: Of the target: below it the low alarm counts a point.
_LOW_SHARE = 0.9


class TargetTracking:
    """Keeps the backlog per instance at what it can serve in time."""

    def __init__(self, target: float) -> None:
        self._target = target
        self._minute = Every(60.0)
        #: Metric over target, the newest last.
        self._points: deque[float] = deque(maxlen=_LOW_POINTS)

    def wanted(self, view: View) -> int:
        """Once a minute, by the alarms."""
        if not self._minute.due(view.now_seconds):
            return view.nodes
        if not view.nodes:
            self._points.clear()
            return math.ceil(view.pending_count / self._target)
        instances = max(1, view.in_service_count)
        ratio = view.pending_count / instances / self._target
        self._points.append(ratio)
        points = list(self._points)
        if len(points) >= _HIGH_POINTS and min(points[-_HIGH_POINTS:]) > 1:
            return max(view.nodes, math.ceil(instances * ratio))
        if len(points) == _LOW_POINTS and max(points) < _LOW_SHARE and not view.warming_count:
            over = math.floor(view.nodes * (1 - max(ratio, 0.5)))
            return view.nodes - max(1, over)
        return view.nodes


def target_tracking(known: Known) -> TargetTracking:
    """For the whole of what a child may wait."""
    return TargetTracking(backlog_target(known, known.wait_seconds))


def target_tracking_half(known: Known) -> TargetTracking:
    """For half of it."""
    return TargetTracking(backlog_target(known, known.wait_seconds / 2))


def backlog_target(known: Known, latency_seconds: float) -> float:
    """Children that one instance can serve in that time."""
    return latency_seconds * known.slots / known.mean_service_seconds

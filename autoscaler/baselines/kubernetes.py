"""
Kubernetes' Horizontal Pod Autoscaler on an external metric, and KEDA's queue trigger on top of it.

One node is one replica.

- HPA (kubernetes ``pkg/controller/podautoscaler/replica_calculator.go`` @0006726,
  ``pkg/apis/autoscaling/v2/defaults.go`` @1adaa75, ``podautoscaler/config/v1alpha1/defaults.go``
  @85643c0): every 15 s ``ceil(value / average value)``, or as many as there are while
  ``abs(1 - value / (average value x n))`` is within the tolerance of 0.1; the highest of the last
  300 s when scaling in; out by at most 4 or 100 % in 15 s, whichever is more.  Never below 1.
- KEDA (kedacore/keda @8b4f083 ``pkg/scalers/aws_sqs_queue_scaler.go``,
  ``pkg/scaling/executor/scale_scaledobjects.go``): the value is messages visible and in flight
  (``scaleOnInFlight``) to ``queueLength`` 5; polls every 30 s; from nothing to one replica once
  there is any, to nothing after 300 s without (``cooldownPeriod``); between them, the HPA decides.

Imports the standard library, baselines.known and baselines.view.
"""

import math
from collections import deque

from autoscaler.baselines.known import Known
from autoscaler.baselines.view import Every, View

SYNC_SECONDS = 15.0
_TOLERANCE = 0.1
_STABILISATION_SECONDS = 300.0
_UP_PODS = 4
_POLLING_SECONDS = 30.0
_COOLDOWN_SECONDS = 300.0
_QUEUE_LENGTH = 5
#: The average value in Kubernetes' own walkthrough for an external queue.
_WALKTHROUGH_VALUE = 30


class Hpa:
    """At least one replica, asked at each sync."""

    def __init__(self, average_value: float, *, running_too: bool = True) -> None:
        self._average_value = average_value
        self._running_too = running_too
        self._seen: deque[tuple[float, int]] = deque()

    def wanted(self, view: View) -> int:
        """The recommendation, stabilised and limited."""
        replicas = max(1, view.nodes)
        if view.nodes == 0:
            return replicas  # Of none it would be disabled.
        value = view.children_count if self._running_too else view.pending_count
        count = self._recommended(value, replicas)
        now = view.now_seconds
        self._seen.append((now, count))
        while self._seen[0][0] < now - _STABILISATION_SECONDS:
            self._seen.popleft()
        if count > replicas:
            return min(count, replicas + max(_UP_PODS, replicas))
        return min(replicas, max(one for _, one in self._seen))

    def _recommended(self, value: float, replicas: int) -> int:
        if abs(1 - value / (self._average_value * replicas)) <= _TOLERANCE:
            return replicas
        return max(1, math.ceil(value / self._average_value))


class Keda:
    """From and to nothing by itself, in between by the HPA."""

    def __init__(self, queue_length: float = _QUEUE_LENGTH) -> None:
        self._hpa = Hpa(queue_length)
        self._poll = Every(_POLLING_SECONDS)
        self._active_at = -math.inf

    def wanted(self, view: View) -> int:
        """The operator polls first; while there are replicas, the HPA syncs."""
        if self._poll.due(view.now_seconds):
            if view.children_count:
                self._active_at = view.now_seconds
                if not view.nodes:
                    return 1
            elif view.now_seconds - self._active_at >= _COOLDOWN_SECONDS:
                return 0
        return self._hpa.wanted(view) if view.nodes else 0


def hpa_per_slot(known: Known) -> Hpa:
    """A replica for so many children, waiting and at work, as it has slots."""
    return Hpa(known.slots)


def hpa_walkthrough(_: Known) -> Hpa:
    """A replica for 30 messages that wait."""
    return Hpa(_WALKTHROUGH_VALUE, running_too=False)


def keda_default(_: Known) -> Keda:
    """A replica for five children."""
    return Keda()


def keda_per_slot(known: Known) -> Keda:
    """A replica for so many children as it has slots."""
    return Keda(known.slots)

"""
dask's Adaptive: all the work over a target duration.

The rule (dask/distributed @40fcd99 ``scheduler.py`` ``adaptive_target``,
``deploy/adaptive_core.py``, ``distributed.yaml``): CPUs are ``ceil((occupancy + queued x mean
duration) / target_duration)``, never more than tasks; workers are those over the threads of one.
Looked at every second; target_duration 5 s; a task of unknown duration counts 0.5 s.  What was
proposed for closing ``wait_count`` = 3 times in a row is closed: workers that have not arrived
first, then idle ones.

Imports the standard library, baselines.known and baselines.view.
"""

import math

from autoscaler.baselines.known import Known
from autoscaler.baselines.view import View

INTERVAL_SECONDS = 1.0
_WAIT_COUNT = 3
_UNKNOWN_SECONDS = 0.5
_TARGET_SECONDS = 5.0


class Dask:
    """As many workers as do the work in the target duration."""

    def __init__(self, known: Known, target_seconds: float = _TARGET_SECONDS) -> None:
        self._slots = known.slots
        self._mean_seconds = known.mean_service_seconds
        self._target_seconds = target_seconds
        self._proposed_count = 0

    def wanted(self, view: View) -> int:
        """More at once, fewer at the third look."""
        count = self._target(view)
        self._proposed_count = self._proposed_count + 1 if count < view.nodes else 0
        return view.nodes if 0 < self._proposed_count < _WAIT_COUNT else count

    def _target(self, view: View) -> int:
        tasks = view.children_count
        # Durations are known once one has been seen; the mean is the true one then.
        each = self._mean_seconds if view.finished_count else _UNKNOWN_SECONDS
        cpus = min(math.ceil(tasks * each / self._target_seconds), tasks)
        return math.ceil(cpus / self._slots)


def dask_default(known: Known) -> Dask:
    """In 5 s: a slot for every child, but of the shortest."""
    return Dask(known)


def dask_200s(known: Known) -> Dask:
    """Tuned: in 200 s."""
    return Dask(known, 200.0)


def dask_at_limit(known: Known) -> Dask:
    """Tuned: in what a child may wait."""
    return Dask(known, known.wait_seconds)

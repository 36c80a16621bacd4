"""
Which children came between two observations of a real pool, and when.

Imports ``autoscaler.core``.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from autoscaler.core.model import JobQueue, Observation


class Dispatched(NamedTuple):
    """A child that was dispatched."""

    at: datetime
    job: str


class Arrivals:
    """Looks at each observation of a pool in turn."""

    def __init__(self) -> None:
        self._queues: dict[str, JobQueue] = {}
        self._looked_at: dict[str, datetime] = {}

    def since_last(self, observed: Observation, now: datetime) -> tuple[Dispatched, ...]:
        """
        Those since each job's queue was last read, oldest first; none at its first reading.

        When one came is known of those that wait still; of one that was placed at once only that it
        came since, so that it counts from now.
        """
        found: list[Dispatched] = []
        for queue in observed.queues:
            before = self._queues.get(queue.job)
            if before is not None:
                since = self._looked_at[queue.job]
                instants = _instants(queue, _count(before, queue), since, now)
                found.extend(Dispatched(at, queue.job) for at in instants)
            self._queues[queue.job] = queue
            self._looked_at[queue.job] = now
        return tuple(sorted(found))


def waiting(queue: JobQueue, now: datetime) -> tuple[datetime, ...]:
    """When each child that waits was dispatched, oldest first; from now where it is not known."""
    known = [cohort.dispatched_at for cohort in queue.waiting for _ in range(cohort.count)]
    known = known[: queue.pending_count]
    return (*known, *(now for _ in range(queue.pending_count - len(known))))


def _count(before: JobQueue, queue: JobQueue) -> int:
    if before.dispatched_count is not None and queue.dispatched_count is not None:
        # Nomad forgets children that ended long ago: the count can shrink.
        return max(0, queue.dispatched_count - before.dispatched_count)
    present = queue.pending_count + queue.running_count + len(queue.finished)
    return max(0, present - before.pending_count - before.running_count)


def _instants(queue: JobQueue, count: int, since: datetime, now: datetime) -> Sequence[datetime]:
    fresh = [
        cohort.dispatched_at
        for cohort in queue.waiting
        for _ in range(cohort.count)
        if cohort.dispatched_at > since
    ]
    fresh = fresh[-count:] if count else []
    return [*fresh, *(now for _ in range(count - len(fresh)))]

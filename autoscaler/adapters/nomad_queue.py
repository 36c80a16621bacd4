"""
The queue of one parameterized job: its dispatched children, counted, with their ages.

Translates; decides nothing.  Imports core, errors and the Nomad modules beside it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from autoscaler.adapters import nomad_cohorts
from autoscaler.adapters.nomad_asks import JobAsk, job_ask
from autoscaler.adapters.nomad_client import NomadClient, NotFound, decoded, listed
from autoscaler.adapters.nomad_counting import Count
from autoscaler.adapters.nomad_replies import (
    ChildCounts,
    Children,
    PendingChild,
    child_counts,
    children_of,
    children_prefix,
    read,
)
from autoscaler.core.model import JobQueue
from autoscaler.errors import JobMissing

#: How often the children are listed and counted one by one: as a rule, and at most.
RECOUNT_INTERVAL = timedelta(seconds=60)
RECOUNT_INTERVAL_MIN = timedelta(seconds=15)

_PAGES_MAX = 1000
#: Of the children that waited longest at the last recount, so many are asked for in one cycle, and
#: so many are remembered.
_OLDEST_TRIES = 3
_OLDEST_MAX = 1000


class NomadQueue:
    """The dispatched children of one parameterized job."""

    def __init__(self, client: NomadClient, job: str) -> None:
        self._client = client
        self._job = job
        self._count = Count()
        self._recounted_at: datetime | None = None
        self._cohorts: nomad_cohorts.Cohorts = ()
        self._oldest: list[PendingChild] = []
        #: What each child asks for; None until the first observation.
        self.ask: JobAsk | None = None

    @property
    def oldest(self) -> tuple[PendingChild, ...]:
        """The children that waited longest when they were last listed, less those that started."""
        return tuple(self._oldest[:_OLDEST_TRIES])

    @property
    def waits(self) -> bool:
        """Whether anything was pending at the last observation."""
        return self._count.pending_count > 0

    def observe(self, now: datetime) -> JobQueue:
        """
        The counts of the job's summary, set right by the last recount.

        Raises ``ObservationError``.
        """
        arrived = self._count.see(self._summary())
        ask = self.ask = self._read_ask()
        pending = self._count.pending_count
        self._cohorts = nomad_cohorts.advanced(self._cohorts, arrived, pending, now)
        if pending:
            self._look_at_oldest()
        return JobQueue(
            job=self._job,
            pending_count=pending,
            running_count=self._count.running_count,
            groups=ask.groups,
            priority=ask.priority,
            waiting=self._cohorts,
            drift_count=self._count.pending_drift,
            dispatched_count=self._count.dispatched_count,
        )

    def recount(self, now: datetime) -> Children | None:
        """
        List the children and count them one by one, where that is due; None where it is not.

        The summary is a counter that Nomad keeps on the side, and is known to drift
        (hashicorp/nomad#10222).  It is read before and after, so that children that move meanwhile
        are not taken for drift.  Raises ``ObservationError``.
        """
        if not self._recount_is_due(now):
            return None
        before = self._summary()
        stubs = list(self._list())
        found = read("job list", lambda: children_of(stubs, self._job))
        self._count.set_right(before, found, self._summary())
        self._oldest = list(found.pending[:_OLDEST_MAX])
        self._cohorts = nomad_cohorts.of_times(child.dispatched_at for child in found.pending)
        self._recounted_at = now
        return found

    def _recount_is_due(self, now: datetime) -> bool:
        """By what the last observation saw: to ask again would cost a call in every cycle."""
        if self._recounted_at is None or not self._count.seen:
            return True
        elapsed = now - self._recounted_at
        if elapsed < timedelta(0):
            return True  # A clock that was set back must not put it off.
        if elapsed < RECOUNT_INTERVAL_MIN:
            return False
        if self._count.looks_impossible:
            return True
        if not self._count.pending_count and not self._count.pending_drift:
            return False  # Nothing waits: there is no age to tell, and little to be wrong about.
        return elapsed >= RECOUNT_INTERVAL or not self._oldest

    def _summary(self) -> ChildCounts:
        return read("job summary", lambda: child_counts(self._get("summary")))

    def _read_ask(self) -> JobAsk:
        job = self._get()
        return read("job", lambda: job_ask(job))

    def _get(self, *path: str) -> Any:
        endpoint = self._client.nomad.job
        try:
            return decoded(self._client.get(endpoint, self._job, *path), "job")
        except NotFound as error:
            raise JobMissing(
                f"Nomad at {self._client.address} has no job {self._job!r}; register it "
                "(nomad job run nomad/transcode.nomad.hcl), or mend the pool's `jobs` or the "
                "namespace"
            ) from error

    def _list(self) -> Iterator[dict[str, Any]]:
        params = {
            "prefix": children_prefix(self._job),
            "filter": 'Status != "dead"',
            "meta": "true",
        }
        endpoint = self._client.nomad.jobs
        return listed(self._client, endpoint, "job list", params, pages_max=_PAGES_MAX)

    def _look_at_oldest(self) -> None:
        """Ask for the oldest child alone: the whole list would be too much for each cycle."""
        for _ in range(_OLDEST_TRIES):
            if not self._oldest:
                return
            if self._waits(self._oldest[0].job):
                self._cohorts = nomad_cohorts.with_oldest(
                    self._cohorts, self._oldest[0].dispatched_at
                )
                return
            del self._oldest[0]
        if self._oldest:
            # Whether it waits is not known, but nothing that waits is older.
            self._cohorts = nomad_cohorts.not_before(self._cohorts, self._oldest[0].dispatched_at)

    def _waits(self, child: str) -> bool:
        try:
            job = decoded(self._client.get(self._client.nomad.job, child), "job")
        except NotFound:
            return False
        return read("job", lambda: bool(job["Status"] == "pending"))

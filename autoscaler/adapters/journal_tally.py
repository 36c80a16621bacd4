"""
Children that came and that finished, as one observation after another tells of them.

What Nomad counts tells of every child that came, and when to the cycle; one that finished is known
by its id, with the second of its dispatch.  Pure; imports ``autoscaler.core.model`` only.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from autoscaler.core.model import Finished, Observation

#: So much is kept of what could not be written, should the disk be full for long.
_KEPT_MAX = 100_000
#: Where nothing comes, that nothing came is written down so often.
_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many children of a job had been dispatched by then, as far as Nomad knew."""

    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Came:
    """So many children of a job came after ``since``, and by ``at``."""

    job: str
    #: None: they waited already when the job was first looked at.
    since: datetime | None
    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Done:
    """A child of a job finished, and was seen to have by then."""

    job: str
    child: Finished
    at: datetime


class Tally:
    """One pool's; what was not written down yet is in ``came`` and ``done``."""

    def __init__(self, counted: Mapping[str, Counted]) -> None:
        #: The last count of each job; handed in: what an earlier run counted last.
        self.counted = dict(counted)
        self.came: deque[Came] = deque(maxlen=_KEPT_MAX)
        self.done: deque[Done] = deque(maxlen=_KEPT_MAX)
        self._written_at: datetime | None = None

    def see(self, observed: Observation, now: datetime) -> None:
        """Take in what it adds."""
        for queue in observed.queues:
            self.done.extend(Done(queue.job, one, now) for one in queue.finished)
            if queue.dispatched_count is None:
                continue
            before = self.counted.get(queue.job)
            self.counted[queue.job] = Counted(queue.dispatched_count, now)
            if before is None:
                grown, since = queue.pending_count, None
            else:
                # Nomad forgets children that ended long ago: the count can shrink.
                grown, since = queue.dispatched_count - before.count, before.at
            if grown > 0:
                self.came.append(Came(queue.job, since, now, grown))

    @property
    def has_news(self) -> bool:
        """Whether anything came or finished that was not written down."""
        return bool(self.came or self.done)

    def is_due(self, now: datetime) -> bool:
        """Whether there is something to write down."""
        # A clock that was set back must not put it off.
        old = self._written_at is None or not timedelta(0) <= now - self._written_at < _EVERY
        return self.has_news or (old and bool(self.counted))

    def written(self, now: datetime) -> None:
        """All of it was written down."""
        self.came.clear()
        self.done.clear()
        self._written_at = now

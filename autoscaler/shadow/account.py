"""
What a pool cost and how long its children waited, by what was observed of it from time to time.

The same account is kept of the real pool and of its shadow, so that the two can be compared.
Imports ``autoscaler.core``, and shadow.arrivals.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from autoscaler.core.model import Lifecycle, Observation
from autoscaler.shadow.arrivals import Dispatched, waiting

#: Lifecycles of an instance that is paid for.
_PAID = (Lifecycle.PENDING, Lifecycle.IN_SERVICE, Lifecycle.HELD, Lifecycle.ASIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """An account's figures."""

    #: From the first look to the last.
    seconds: float
    node_seconds: float
    peak_nodes: int
    launched_count: int
    ended_count: int
    #: Seconds from dispatch to start of the children that started, sorted.
    waits: tuple[float, ...]
    pending_count: int


class Account:
    """Is shown a pool each cycle."""

    def __init__(self) -> None:
        self._began_at: datetime | None = None
        self._seen_at: datetime | None = None
        self._paid: frozenset[str] = frozenset()
        self._node_seconds = 0.0
        self._peak = 0
        self._launched = 0
        self._ended = 0
        self._waiting: dict[str, deque[datetime]] = {}
        self._waits: list[float] = []

    def watch(self, observed: Observation, arrived: Iterable[Dispatched], now: datetime) -> None:
        """The pool as it is now, and which children came since it was last shown."""
        self._pay(observed, now)
        for one in arrived:
            # The queue of a job that is seen for the first time holds them already.
            if one.job in self._waiting:
                self._waiting[one.job].append(one.at)
        for queue in observed.queues:
            known = self._waiting.get(queue.job)
            if known is None:
                self._waiting[queue.job] = deque(waiting(queue, now))
                continue
            # First come, first served: which of them started is not told.
            while len(known) > queue.pending_count:
                self._waits.append(max(0.0, (now - known.popleft()).total_seconds()))
            # What waits again was lost with its node.
            known.extend(now for _ in range(queue.pending_count - len(known)))

    def balance(self) -> Balance:
        """The figures up to the last look."""
        return Balance(
            seconds=(
                (self._seen_at - self._began_at).total_seconds()
                if self._seen_at and self._began_at
                else 0.0
            ),
            node_seconds=self._node_seconds,
            peak_nodes=self._peak,
            launched_count=self._launched,
            ended_count=self._ended,
            waits=tuple(sorted(self._waits)),
            pending_count=sum(len(queue) for queue in self._waiting.values()),
        )

    def _pay(self, observed: Observation, now: datetime) -> None:
        if self._seen_at is not None:
            self._node_seconds += len(self._paid) * (now - self._seen_at).total_seconds()
        first, self._seen_at = self._seen_at is None, now
        self._began_at = self._began_at or now
        if observed.groups is None:
            return  # Unknown is not zero: what was there is taken to be there.
        paid = frozenset(
            one.instance_id
            for group in observed.groups
            for one in group.instances
            if one.lifecycle in _PAID
        )
        if not first:
            self._launched += len(paid - self._paid)
            self._ended += len(self._paid - paid)
        self._paid = paid
        self._peak = max(self._peak, len(paid))

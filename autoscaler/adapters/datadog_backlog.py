"""
What waits to be sent to Datadog's API: gathered over an interval, then kept until it is taken.

Bounded: what comes beyond pushes out the oldest, and is counted.  No I/O and no clock.
Imports metrics and the standard library only.
"""

import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from autoscaler.metrics.catalogue import METRICS
from autoscaler.metrics.measured import Check, Event, Measured, Tags

#: What goes to an endpoint of its own.
Lane = Literal["series", "distributions", "events", "checks"]
LANES: tuple[Lane, ...] = ("series", "distributions", "events", "checks")


@dataclass(frozen=True, slots=True)
class Point:
    """A metric with its tags in one interval."""

    name: str
    tags: Tags
    #: Seconds of the epoch.
    at: int
    #: One of a gauge or a count; all that there were of a distribution.
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """An event and when it was, in seconds of the epoch."""

    event: Event
    at: int


@dataclass(frozen=True, slots=True)
class DatedCheck:
    """A service check and when it was made, in seconds of the epoch."""

    check: Check
    at: int


Item = Point | DatedEvent | DatedCheck
_Key = tuple[str, Tags]


@dataclass(slots=True)
class _Interval:
    """What has come since the last was sealed."""

    gauges: dict[_Key, Point] = field(default_factory=dict)
    counts: dict[_Key, float] = field(default_factory=dict)
    distributions: dict[_Key, list[float]] = field(default_factory=dict)
    events: list[DatedEvent] = field(default_factory=list)
    checks: dict[_Key, DatedCheck] = field(default_factory=dict)

    def add(self, measured: Measured) -> None:
        at = int(measured.at.timestamp())
        for sample in measured.samples:
            key = (sample.name, sample.tags)
            match METRICS[sample.name].kind:
                case "gauge":
                    self.gauges[key] = Point(sample.name, sample.tags, at, (sample.value,))
                case "count":
                    self.counts[key] = self.counts.get(key, 0.0) + sample.value
                case "distribution":
                    self.distributions.setdefault(key, []).append(sample.value)
        self.events.extend(DatedEvent(event, at) for event in measured.events)
        self.checks.update(((one.name, one.tags), DatedCheck(one, at)) for one in measured.checks)

    def sealed(self, at: int) -> Mapping[Lane, Sequence[Item]]:
        counts = [Point(*key, at, (value,)) for key, value in self.counts.items()]
        spread = [Point(*key, at, tuple(values)) for key, values in self.distributions.items()]
        return {
            "series": [*self.gauges.values(), *counts],
            "distributions": spread,
            "events": self.events,
            "checks": list(self.checks.values()),
        }


class Backlog:
    """In the order in which it came, lane by lane.  For any thread."""

    def __init__(self, values_max: int) -> None:
        """At most so many values, events and checks wait."""
        self._values_max = values_max
        self._lock = threading.Lock()
        self._open = _Interval()
        self._lanes: dict[Lane, deque[Item]] = {lane: deque() for lane in LANES}
        self._weight = 0
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Values, events and checks that were given up."""
        with self._lock:
            return self._dropped

    @property
    def waiting(self) -> int:
        """Values, events and checks that are sealed and not sent."""
        with self._lock:
            return self._weight

    def add(self, measured: Measured) -> None:
        """Take one cycle into the interval that is open."""
        with self._lock:
            self._open.add(measured)

    def seal(self, at: int) -> None:
        """End the interval: what is in it can be taken."""
        with self._lock:
            interval, self._open = self._open, _Interval()
            for lane, items in interval.sealed(at).items():
                if lane == "checks":
                    self._supersede(items)
                self._append(lane, items)
            self._trim()

    def take(self, lane: Lane, count: int) -> tuple[Item, ...]:
        """The oldest, no more than so many, to be sent."""
        with self._lock:
            waiting = self._lanes[lane]
            taken = tuple(waiting.popleft() for _ in range(min(count, len(waiting))))
            self._weight -= sum(map(_weight, taken))
            return taken

    def put_back(self, lane: Lane, items: Sequence[Item]) -> None:
        """They could not be sent now: they are first in line again."""
        with self._lock:
            self._lanes[lane].extendleft(reversed(items))
            self._weight += sum(map(_weight, items))
            self._trim()

    def give_up(self, items: Iterable[Item]) -> None:
        """Count what was taken and can never be sent."""
        with self._lock:
            self._dropped += sum(map(_weight, items))

    def expire(self, before: int) -> None:
        """Give up the figures of an earlier time: Datadog would not take them any more."""
        with self._lock:
            for lane in ("series", "distributions"):
                waiting = self._lanes[lane]
                while waiting and waiting[0].at < before:
                    self._drop(waiting)

    def _append(self, lane: Lane, items: Sequence[Item]) -> None:
        self._lanes[lane].extend(items)
        self._weight += sum(map(_weight, items))

    def _supersede(self, checks: Sequence[Item]) -> None:
        """Of a service check only the last word matters: one that was not sent yet gives way."""
        newer = {_check_key(one) for one in checks}
        kept = deque(one for one in self._lanes["checks"] if _check_key(one) not in newer)
        self._weight -= len(self._lanes["checks"]) - len(kept)
        self._lanes["checks"] = kept

    def _trim(self) -> None:
        while self._weight > self._values_max:
            oldest = min(filter(None, self._lanes.values()), key=lambda waiting: waiting[0].at)
            self._drop(oldest)

    def _drop(self, waiting: deque[Item]) -> None:
        weight = _weight(waiting.popleft())
        self._weight -= weight
        self._dropped += weight


def _weight(item: Item) -> int:
    return len(item.values) if isinstance(item, Point) else 1


def _check_key(item: Item) -> _Key | None:
    return (item.check.name, item.check.tags) if isinstance(item, DatedCheck) else None

"""
What a scrape needs: gauges as they are now, counts and distributions as running totals.

Imports the modules beside it, core and ports.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from autoscaler.core.memory import Memory
from autoscaler.metrics.catalogue import METRICS, Metric
from autoscaler.metrics.measured import Check, Measured, Sample, Tags
from autoscaler.metrics.measuring import Before, at_start, measure
from autoscaler.ports import CycleReport

#: A pool whose cycles do not end any more shows nothing rather than what once was.
_STALE_AFTER = timedelta(minutes=5)
_STALE_INTERVALS = 3
_COUNTS_OF_POOLS = tuple(
    one.name for one in METRICS.values() if one.kind == "count" and one.tags == ("pool",)
)


@dataclass(frozen=True, slots=True)
class Series:
    """One metric with one set of tags."""

    tags: Tags
    #: A gauge's last value, a count's running total, or the sum of a distribution's values.
    value: float
    #: How many values a distribution has had; 0 of others.
    count: int = 0


@dataclass(frozen=True, slots=True)
class Family:
    """A metric with all its series; there is at least one."""

    metric: Metric
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class _Pool:
    """What a pool's last cycle left: gauges and checks that the next one replaces."""

    at: datetime
    gauges: tuple[Sample, ...]
    checks: tuple[Check, ...]


class LatestSamples:
    """A reporter that keeps the figures of every pool.  For any thread."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._stale_after = _STALE_AFTER
        self._lock = threading.Lock()
        self._before: dict[str, Before] = {}
        self._pools: dict[str, _Pool] = {}
        self._totals: dict[tuple[str, Tags], Series] = {}

    def configure(self, memories: Mapping[str, Memory], interval: timedelta) -> None:
        """
        Take in the pools of the configuration in force, and forget all others.

        ``memories`` are those that the pools begin with: what they have counted is no news.
        """
        with self._lock:
            self._stale_after = max(_STALE_AFTER, _STALE_INTERVALS * interval)
            begun = at_start(memories)
            self._before = {name: self._before.get(name, begun[name]) for name in begun}
            self._pools = {name: one for name, one in self._pools.items() if name in begun}
            self._totals = {
                (name, tags): series
                for (name, tags), series in self._totals.items()
                if dict(tags).get("pool", "") in ("", *begun)
            }

    def report(self, report: CycleReport) -> None:
        """Take one cycle in."""
        with self._lock:
            first = report.pool not in self._pools
            before = self._before.get(report.pool, Before())
            measured, self._before[report.pool] = measure(report, before)
            if first:
                self._begin(report.pool)
            self._take(measured)

    def add(self, sample: Sample) -> None:
        """Take in what is counted beside the cycles, such as ``datadog.dropped``."""
        with self._lock:
            self._add(sample)

    def families(self) -> tuple[Family, ...]:
        """Everything there is to show now, in the catalogue's order."""
        with self._lock:
            now = self._now()
            found: dict[str, list[Series]] = {}
            for pool, latest in self._pools.items():
                self._show(pool, latest, now, found)
            for (name, _), series in self._totals.items():
                found.setdefault(name, []).append(series)
        return tuple(
            Family(metric, tuple(found[name])) for name, metric in METRICS.items() if name in found
        )

    def checks(self) -> tuple[Check, ...]:
        """Each pool's service checks, as of its last cycle; of a pool that went silent none."""
        with self._lock:
            now = self._now()
            return tuple(
                check
                for latest in self._pools.values()
                if not self._stale(latest, now)
                for check in latest.checks
            )

    def _begin(self, pool: str) -> None:
        # A counter that appears with its first increase hides it: Prometheus needs the zero before.
        tags = (("pool", pool),)
        for name in _COUNTS_OF_POOLS:
            self._totals.setdefault((name, tags), Series(tags, 0.0))

    def _take(self, measured: Measured) -> None:
        gauges = []
        for sample in measured.samples:
            if METRICS[sample.name].kind == "gauge":
                gauges.append(sample)
            else:
                self._add(sample)
        self._pools[measured.pool] = _Pool(measured.at, tuple(gauges), measured.checks)

    def _add(self, sample: Sample) -> None:
        key = (sample.name, sample.tags)
        before = self._totals.get(key, Series(sample.tags, 0.0))
        counted = METRICS[sample.name].kind == "distribution"
        self._totals[key] = Series(sample.tags, before.value + sample.value, before.count + counted)

    def _stale(self, latest: _Pool, now: datetime) -> bool:
        return now - latest.at > self._stale_after

    def _show(
        self, pool: str, latest: _Pool, now: datetime, found: dict[str, list[Series]]
    ) -> None:
        stale = self._stale(latest, now)
        for sample in latest.gauges:
            if sample.name == "seconds_since_success":
                # As of now: where no cycle ends, this is what must go on rising.
                value = (now - (self._before[pool].succeeded_at or latest.at)).total_seconds()
                found.setdefault(sample.name, []).append(Series(sample.tags, max(0.0, value)))
            elif not stale:
                found.setdefault(sample.name, []).append(Series(sample.tags, sample.value))

"""
What is shown of the daemon: told by the cycles, asked by the page, the API and the command line.

A cycle hands its report in and goes on; documents are made for who asks, once for each revision.
Imports core, ports, alarms, clock and the modules of status.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from autoscaler import __version__
from autoscaler.alarms import Alarms
from autoscaler.clock import Clock
from autoscaler.core.settings import PoolSettings
from autoscaler.ports import CycleReport
from autoscaler.status.chronicle import Chronicle
from autoscaler.status.documents import (
    ALONE,
    Decisions,
    History,
    Leadership,
    Nodes,
    NodeStatusDocument,
    PoolHistory,
    Status,
)
from autoscaler.status.history import KEPT, STEP, Ring, point_of
from autoscaler.status.nodes import node_documents
from autoscaler.status.past import Past
from autoscaler.status.picture import nodes_status, pool_status, queue_status
from autoscaler.status.pulse import Health, Pulse
from autoscaler.status.states import Entry, Sightings, entries_of
from autoscaler.status.wrongs import Wrongs

#: Who waits for news looks so often for what comes without a cycle: alarms, and silence.
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the board knows of the configuration in force."""

    pools: tuple[PoolSettings, ...]
    interval: timedelta
    dry_run: bool = False
    #: Is asked whenever something is shown.
    leadership: Callable[[], Leadership] = lambda: ALONE


@dataclass(slots=True)
class _Seen:
    """A pool's last cycle."""

    report: CycleReport
    #: None where the nodes or the groups were not read.
    entries: tuple[Entry, ...] | None
    sightings: Sightings


class StatusBoard:
    """
    A reporter that keeps what is shown.  For any thread; it outlives reloads of the configuration.

    ``configure`` comes before anything is reported or asked.
    """

    def __init__(self, clock: Clock, alarms: Alarms) -> None:
        self._clock = clock
        self._alarms = alarms
        self._started_at = clock.now()
        self._facts = Facts((), timedelta(seconds=10))
        self._past: Past | None = None
        # Entered by one that holds it already: a document's making looks at what else is new.
        self._lock = threading.RLock()
        self._news = threading.Condition(self._lock)
        self._revision = 1
        self._seen: dict[str, _Seen] = {}
        self._succeeded_at: dict[str, datetime] = {}
        self._rings: dict[str, Ring] = {}
        self._chronicle = Chronicle()
        self._wrongs = Wrongs()
        self._pulse = Pulse(clock)
        self._beside: object = ((), (), ALONE)
        self._status: Status | None = None
        self._nodes: Nodes | None = None

    def configure(self, facts: Facts, past: Past | None = None) -> None:
        """
        Take in the configuration that is now in force.

        ``past``: where history is kept; None: nowhere, and there is none of an earlier run.
        """
        names = [pool.name for pool in facts.pools]
        fresh = [name for name in names if name not in self._rings]
        since = self._clock.now() - KEPT
        # Read before the lock is taken: a slow disk holds nobody up.
        minutes = {name: past.minutes(name, since) for name in fresh} if past is not None else {}
        cycles = [one for name in fresh for one in past.past_cycles(name)] if past else []
        with self._news:
            self._facts, self._past = facts, past
            self._seen = {name: self._seen[name] for name in names if name in self._seen}
            self._rings = {
                name: self._rings.get(name) or Ring(minutes.get(name, ())) for name in names
            }
            self._chronicle.recall(cycles)
            self._wrongs.forget_all_but(names)
            self._pulse.watch(names, facts.interval)
            self._changed()

    def report(self, report: CycleReport) -> None:
        """Keep it in place of the pool's last."""
        entries = entries_of(report)
        point = point_of(report, queue_status(report, report.settings), nodes_status(entries))
        with self._news:
            before = self._seen.get(report.pool)
            sightings = _sightings(before, entries, report.now)
            self._seen[report.pool] = _Seen(report, entries, sightings)
            if report.outcome != "failed":
                self._succeeded_at[report.pool] = report.ended_at
            over = self._rings.setdefault(report.pool, Ring()).add(point)
            self._chronicle.add(report)
            self._wrongs.see(report, entries)
            self._pulse.reported(report.pool, well=report.outcome != "failed")
            self._changed()
            past = self._past
        if over is not None and past is not None:
            past.keep_minute(report.pool, over)

    def cycle_ended(self, pool: str) -> None:
        """A cycle of the pool has ended, whether it was reported or broke off."""
        with self._news:
            if self._pulse.ended(pool):
                self._changed()

    def flush(self) -> None:
        """Write down the minutes under way, as the daemon stops or reloads."""
        with self._lock:
            past = self._past
            under_way = {pool: ring.under_way for pool, ring in self._rings.items()}
        for pool, point in under_way.items():
            if past is not None and point is not None:
                past.keep_minute(pool, point)

    @property
    def revision(self) -> int:
        """Grows with whatever changes in the documents."""
        with self._lock:
            self._look_beside()
            return self._revision

    def wait_beyond(self, revision: int, timeout: float) -> int:
        """Block until there is a later revision, or so many seconds are over; the newest."""
        ends = self._clock.monotonic() + timeout
        with self._news:
            while True:
                self._look_beside()
                left = ends - self._clock.monotonic()
                if self._revision > revision or left <= 0:
                    return self._revision
                self._news.wait(min(left, _LOOK_SECONDS))

    def status(self) -> Status:
        """Everything at a glance."""
        with self._lock:
            self._look_beside()
            if self._status is None or self._status.revision != self._revision:
                self._status = self._made_status()
            return self._status

    def nodes(self) -> Nodes:
        """Every node of every pool."""
        with self._lock:
            self._look_beside()
            if self._nodes is None or self._nodes.revision != self._revision:
                self._nodes = self._made_nodes()
            return self._nodes

    def decisions(self, pool: str | None, last: int) -> Decisions:
        """The last so many that were news, of one pool or of all; newest first."""
        with self._lock:
            return Decisions(self._chronicle.news(pool, last))

    def history(self, hours: float) -> History:
        """The last hours, at most a day, minute by minute."""
        since = self._clock.now() - min(KEPT, timedelta(hours=max(0.0, hours)))
        with self._lock:
            pools = [PoolHistory(name, ring.since(since)) for name, ring in self._rings.items()]
        return History(round(STEP.total_seconds()), tuple(pools))

    def health(self) -> Health:
        """Whether cycles end, and end well."""
        with self._lock:
            return self._pulse.health()

    def _made_status(self) -> Status:
        facts = self._facts
        return Status(
            at=self._clock.now(),
            version=__version__,
            pid=os.getpid(),
            started_at=self._started_at,
            dry_run=facts.dry_run,
            leadership=facts.leadership(),
            interval_seconds=facts.interval.total_seconds(),
            revision=self._revision,
            pools=tuple(
                pool_status(
                    settings,
                    seen.report if seen is not None else None,
                    seen.entries if seen is not None else None,
                    self._succeeded_at.get(settings.name),
                )
                for settings in facts.pools
                for seen in [self._seen.get(settings.name)]
            ),
            changes=self._chronicle.changes,
            wrongs=self._wrongs.listed(
                self._alarms.standing(), self._pulse.silent(), [one.name for one in facts.pools]
            ),
        )

    def _made_nodes(self) -> Nodes:
        listed: list[NodeStatusDocument] = []
        unread = []
        for settings in self._facts.pools:
            seen = self._seen.get(settings.name)
            if seen is None or seen.entries is None:
                unread.append(settings.name)
            else:
                listed.extend(node_documents(seen.report, seen.entries, seen.sightings))
        return Nodes(self._clock.now(), self._revision, tuple(listed), tuple(unread))

    def _look_beside(self) -> None:
        """What comes without a cycle is news as well."""
        leadership = self._facts.leadership()
        beside = (self._alarms.standing(), self._pulse.silent_pools(), leadership)
        if beside != self._beside:
            self._beside = beside
            self._changed()

    def _changed(self) -> None:
        self._revision += 1
        self._news.notify_all()


def _sightings(before: _Seen | None, entries: tuple[Entry, ...] | None, now: datetime) -> Sightings:
    if entries is None:
        return before.sightings if before is not None else Sightings({})
    if before is None:
        return Sightings.first(entries)
    return before.sightings.after(entries, now)

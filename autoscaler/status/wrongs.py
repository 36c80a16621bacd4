"""
What people should look at, and since when: what the cycles say, the alarms, and silence.

For one thread at a time.  Imports alarms, ports, status.documents and the modules of status that
find things.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from autoscaler.alarms import Alarm
from autoscaler.ports import CycleReport
from autoscaler.status.documents import Wrong
from autoscaler.status.finding import Finding
from autoscaler.status.hazards import hazards
from autoscaler.status.states import Entry
from autoscaler.status.troubles import troubles

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Standing:
    finding: Finding
    since: datetime


class Wrongs:
    """What stands, by pool."""

    def __init__(self) -> None:
        self._standing: dict[str, dict[_Key, _Standing]] = {}

    def see(self, report: CycleReport, entries: Sequence[Entry] | None) -> None:
        """Take in a cycle; what it could not look at stands as it was."""
        before = self._standing.get(report.pool, {})
        kept = {key: one for key, one in before.items() if not _looked_at(one.finding, report)}
        for finding in (*troubles(report), *hazards(report, entries)):
            key = (finding.code, finding.subject)
            since = finding.since or (before[key].since if key in before else report.ended_at)
            kept[key] = _Standing(finding, since)
        self._standing[report.pool] = kept

    def forget_all_but(self, pools: Iterable[str]) -> None:
        """These are no longer served."""
        names = set(pools)
        self._standing = {pool: one for pool, one in self._standing.items() if pool in names}

    def listed(
        self, alarms: Iterable[Alarm], silent: Iterable[Wrong], pools: Iterable[str]
    ) -> tuple[Wrong, ...]:
        """All of it: errors first, then by how long it has stood."""
        found = [
            _wrong(one, pool) for pool in pools for one in self._standing.get(pool, {}).values()
        ]
        found += [_of_alarm(alarm) for alarm in alarms]
        found += silent
        return tuple(sorted(found, key=lambda one: (one.severity != "error", one.since)))


def _looked_at(finding: Finding, report: CycleReport) -> bool:
    """Whether the cycle saw all that would show it."""
    unread = {one.part for one in report.observation.missing}
    if any(queue.job == finding.subject for queue in report.observation.queues):
        # Another job's queue may be what is missing.
        unread.discard("queue")
    return unread.isdisjoint(finding.parts)


def _wrong(standing: _Standing, pool: str) -> Wrong:
    one = standing.finding
    return Wrong(one.code, one.severity, one.what, one.mend, standing.since, pool)


def _of_alarm(alarm: Alarm) -> Wrong:
    return Wrong(alarm.code, alarm.severity, alarm.what, alarm.mend, alarm.since, alarm.pool)

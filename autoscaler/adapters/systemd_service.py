"""
The daemon as a systemd service: its one-line status, its readiness, and its watchdog.

Lives as long as the process, through every reload.
Imports systemd, alarms, ports, core and the standard library.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from autoscaler.adapters.systemd import Notifier, Watchdog
from autoscaler.alarms import Alarm, Alarms
from autoscaler.core.backoff import longest_backoff
from autoscaler.core.settings import PoolSettings
from autoscaler.ports import CycleReport

#: One call to AWS with all its attempts, and the waits between them: a plan ends at the first
#: that fails.
_AWS_CALL = timedelta(seconds=70)
#: A call to Nomad is tried twice.
_NOMAD_ATTEMPTS = 2
#: The reads of a cycle that hang one after the other, besides one for each job: the nodes, and the
#: first of the slow reads after the cycle.
_NOMAD_READS = 2
#: For what the sum does not know: a slow disk, a busy machine, a datagram that was lost.
_MARGIN = 1.5


def longest_silence(
    interval: timedelta, nomad_timeout: timedelta, pools: Iterable[PoolSettings]
) -> timedelta:
    """How long it may take from the end of one cycle of a pool to that of its next, at worst."""
    jobs = max((len(pool.jobs) for pool in pools), default=0)
    reads = (_NOMAD_READS + jobs) * _NOMAD_ATTEMPTS * nomad_timeout
    return (longest_backoff(interval) + reads + _AWS_CALL) * _MARGIN


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the status says of one pool."""

    text: str
    wrong: str | None


class SystemdService:
    """A reporter; and what the daemon's life cycle tells systemd.  For any thread."""

    def __init__(self, notifier: Notifier, alarms: Alarms) -> None:
        self._notifier = notifier
        self._alarms = alarms
        self._watchdog = Watchdog(notifier)
        self._lock = threading.Lock()
        self._pools: dict[str, _Facts] = {}
        self._said = ""
        self._stopping = False

    def report(self, report: CycleReport) -> None:
        """Keep what the status says of the pool."""
        with self._lock:
            self._pools[report.pool] = _facts(report)

    def cycle_ended(self, pool: str) -> None:
        """A cycle has ended, whichever way: say how the service does, and that it lives."""
        self._watchdog.cycle_ended(pool)
        self._say()

    def ready(
        self, interval: timedelta, nomad_timeout: timedelta, pools: Iterable[PoolSettings]
    ) -> None:
        """
        The cycles have begun, with these settings: at the start, and after each reload.

        Not only once one has ended well: a Nomad that is down is no reason to be restarted.
        """
        pools = tuple(pools)
        names = [pool.name for pool in pools]
        with self._lock:
            self._pools = {name: self._pools[name] for name in names if name in self._pools}
        self._notifier.ready(self._line() or f"{', '.join(names)}: the first cycle is under way")
        silence = longest_silence(interval, nomad_timeout, pools)
        self._watchdog.configure(names, silence.total_seconds())

    def reloading(self) -> None:
        """The configuration is read anew; ``ready`` or ``rejected`` ends that."""
        self._notifier.reloading()

    def rejected(self) -> None:
        """The new configuration was refused, of which an alarm tells, and the old one works on."""
        self._notifier.ready(self._line())

    def stopping(self) -> None:
        """The end begins; what a cycle in hand may still have to tell changes nothing of that."""
        with self._lock:
            self._stopping = True
        self._notifier.stopping()

    def _say(self) -> None:
        line = self._line()
        with self._lock:
            if self._stopping or line == self._said:
                return
        if self._notifier.status(line):
            with self._lock:
                self._said = line

    def _line(self) -> str:
        with self._lock:
            facts = list(self._pools.items())
        wrongs = [
            *(f"{name}: {one.wrong}" for name, one in facts if one.wrong),
            *map(_of_alarm, self._alarms.standing()),
        ]
        pools = " | ".join(f"{name}: {one.text}" for name, one in facts)
        if not pools and not wrongs:
            return ""
        wrong = f"{len(wrongs)} wrong: {wrongs[0]}" if wrongs else "all well"
        # What is wrong comes first: it is what one looks for, and the line may be cut.
        return f"{wrong} | {pools}" if pools else wrong


def _of_alarm(alarm: Alarm) -> str:
    return f"{alarm.pool}: {alarm.what}" if alarm.pool else alarm.what


def _facts(report: CycleReport) -> _Facts:
    observed, decision = report.observation, report.decision
    # A part that was not read is a question mark: unknown is not zero.
    unread = {one.part for one in observed.missing}
    pending = "?" if "queue" in unread else observed.pending_count
    known = not unread & {"nodes", "group"}
    busy, ready = (decision.counts.busy, decision.counts.ready) if known else ("?", "?")
    desired = "?" if decision.current is None else decision.current
    text = f"{pending} pending, {busy} of {ready} nodes busy, {desired} desired"
    if observed.pause is not None:
        text += f", paused by {observed.pause.by}"
    if observed.standing_by:
        text += f", {observed.standing_by}"
    return _Facts(text, _wrong(report))


def _wrong(report: CycleReport) -> str | None:
    if report.observation.missing:
        return report.observation.missing[0].detail
    failed = [one for one in report.actions if one.outcome == "failed"]
    return failed[0].detail if failed else None

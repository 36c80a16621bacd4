"""
Keep the cycles going: one APScheduler job per pool, woken early by the watchers.

APScheduler owns the timer.  Cycles of one pool never overlap, and a storm of changes makes one
cycle, not a thousand: after each cycle the pool rests for a multiple of the time that the cycle
took.  Imports loop, core, ports, alarms, clock, apscheduler and structlog.
"""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from autoscaler.alarms import Alarms
from autoscaler.clock import Clock
from autoscaler.core.backoff import backoff
from autoscaler.core.memory import Memory
from autoscaler.core.settings import PoolSettings
from autoscaler.core.shifting import shifted
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport, Reporter, World

_log = structlog.get_logger()

#: After a cycle a woken one waits at least so long, and at least so many times the cycle's length.
_REST_MIN = timedelta(milliseconds=50)
_REST_FACTOR = 4
#: What the wall clock and the monotonic one may differ by from one look to the next.
_JUMP_MIN = timedelta(seconds=2)
#: Of two instants on one clock that were read by way of the other.
_ALIKE_SECONDS = 0.01


@dataclass(slots=True)
class PoolRunner:
    """One pool's cycles, and what is carried from one to the next.  For one thread at a time."""

    settings: PoolSettings
    world: World
    reporters: Sequence[Reporter]
    clock: Clock
    memory: Memory = field(default_factory=Memory)
    #: Asked before each action: not only what is decided, what is under way ends with the lead.
    leads: Callable[[], bool] = lambda: True
    #: Seconds since an arbitrary start, those too in which the machine slept; None: the clock's.
    elapsed: Callable[[], float] | None = None
    failed_count: int = 0
    cycle_count: int = 0
    _looked_at: tuple[datetime, float] | None = field(default=None, init=False, repr=False)

    def run(self, stopping: Callable[[], bool] = lambda: False) -> CycleReport | None:
        """
        Run one cycle, then the slow reads that are due.

        Nothing that goes wrong in a cycle ends the daemon; None is a cycle that broke.
        """
        self.cycle_count += 1
        cycle_id = f"c-{self.cycle_count:06d}"
        try:
            self._heed_the_clock()
            report = run_cycle(
                self.world,
                self.reporters,
                self.settings,
                self.memory,
                self.clock,
                cycle_id=cycle_id,
                stopping=lambda: stopping() or not self.leads(),
            )
            self.memory = report.memory
            self.failed_count = self.failed_count + 1 if report.outcome == "failed" else 0
            if not stopping():
                self.world.recount(self.clock.now())
        except Exception:  # noqa: BLE001 - a defect must not take the other pools along
            self.failed_count += 1
            _log.exception("cycle.broken", pool=self.settings.name, cycle_id=cycle_id)
            return None
        return report

    def _heed_the_clock(self) -> None:
        """Where somebody has set it since the cycle before, what is remembered is set along."""
        now, elapsed = self.clock.now(), (self.elapsed or self.clock.monotonic)()
        then, self._looked_at = self._looked_at, (now, elapsed)
        if then is None:
            return
        jump = (now - then[0]) - timedelta(seconds=elapsed - then[1])
        if abs(jump) >= _JUMP_MIN:
            self.memory = shifted(self.memory, jump)
            seconds = round(jump.total_seconds(), 3)
            note = "what is remembered is set along; is the clock kept right (chrony, NTP)?"
            _log.warning("clock.set", pool=self.settings.name, seconds=seconds, note=note)


class _WhenDue(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 has no types.
    """
    Fires when the daemon says that the pool is due.

    A cycle can end before APScheduler has asked for the time after it; were the answer an interval
    of the trigger's own, it would then overwrite what the end of the cycle asked for.
    """

    def __init__(self, due_at: Callable[[datetime, datetime], datetime]) -> None:
        self._due_at = due_at

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """When the next cycle is due, as far as is known now; always after ``now``."""
        return self._due_at(previous_fire_time or now, now)


class _Scheduler(BackgroundScheduler):  # type: ignore[misc]  # As above.
    """
    Goes by the wall clock, and asks before each look at it whether that has been set.

    Were it set back an hour, what is due in ten seconds would be due in an hour and ten seconds.
    """

    def __init__(self, before_each_look: Callable[[], None], **options: Any) -> None:
        self._before_each_look = before_each_look
        super().__init__(**options)

    def _process_jobs(self) -> float | None:
        self._before_each_look()
        wait: float | None = super()._process_jobs()
        return wait


class Daemon:
    """Runs the pools until it is stopped."""

    def __init__(
        self,
        runners: Sequence[PoolRunner],
        interval: timedelta,
        clock: Clock,
        rng: random.Random,
        *,
        alarms: Alarms | None = None,
        on_cycle: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``on_cycle`` is told the pool of each cycle that has ended, whichever way it did."""
        self._alarms = alarms or Alarms(clock.now)
        self._on_cycle = on_cycle
        self._interval = interval
        self._clock = clock
        self._rng = rng
        self._runners = {runner.settings.name: runner for runner in runners}
        self._lock = threading.Lock()
        self._running: set[str] = set()
        self._woken: set[str] = set()
        self._slow: set[str] = set()
        # By the monotonic clock, which nobody sets; APScheduler is told what it is by the other.
        self._rested_at: dict[str, float] = {}
        self._next_at: dict[str, float] = {}
        self._clocks_apart = self._apart()
        self._idle = threading.Condition(self._lock)
        self._stopping = threading.Event()
        self._scheduler = _Scheduler(
            self._heed_the_clock,
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max_workers=max(1, len(self._runners)))},
            # A late tick is a tick: by default APScheduler drops one that is a second late.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(self._ended, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        self._reports: dict[str, CycleReport | None] = {}

    def start(self) -> None:
        """Begin, with a cycle of each pool at once."""
        for name in self._runners:
            self._scheduler.add_job(
                self._run,
                _WhenDue(partial(self._known_due, name)),
                args=[name],
                id=name,
                next_run_time=self._clock.now(),
            )
        self._scheduler.start()

    def wake(self, pool: str) -> None:
        """
        Something changed: run a cycle as soon as the pool has rested from the last.

        One that is due before that is not put off.
        """
        with self._lock:
            self._woken.add(pool)
            if pool in self._running:
                return
            now, rest_ends = self._clock.monotonic(), self._rest_ends(pool)
            # After a slow cycle the rest is long; what is due before its end stays due.
            self._next_at[pool] = max(now, min(rest_ends, self._next_at.get(pool, rest_ends)))
        self._tell_scheduler(pool)

    def stop(self, timeout_seconds: float) -> bool:
        """Finish the actions in hand and begin nothing new; False if one would not end in time."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        with self._idle:
            return self._idle.wait_for(lambda: not self._running, timeout_seconds)

    def _run(self, pool: str) -> None:
        with self._lock:
            if self._stopping.is_set():
                return
            self._running.add(pool)
            self._woken.discard(pool)
            self._next_at.pop(pool, None)
        began = self._clock.monotonic()
        try:
            report = self._runners[pool].run(self._stopping.is_set)
        finally:
            ended = self._clock.monotonic()
            took = timedelta(seconds=ended - began)
            with self._idle:
                self._running.discard(pool)
                rest = max(_REST_MIN, took * _REST_FACTOR)
                self._rested_at[pool] = ended + rest.total_seconds()
                self._idle.notify_all()
        self._reports[pool] = report
        self._watch_defects(pool, report)
        self._watch_length(pool, took)
        self._on_cycle(pool)

    def _watch_defects(self, pool: str, report: CycleReport | None) -> None:
        if report is None:
            what = "the last cycle broke off at a defect of the autoscaler's own"
            mend = "its log has the traceback (cycle.broken); report it, and upgrade"
            self._alarms.sound("cycle.broken", what=what, mend=mend, pool=pool, severity="error")
        else:
            self._alarms.clear("cycle.broken", pool)

    def _watch_length(self, pool: str, took: timedelta) -> None:
        """What stays slow is said once, and so is that it is quick again."""
        if took <= self._interval:
            if pool in self._slow:
                self._slow.discard(pool)
                self._alarms.clear("cycle.overran", pool)
                _log.info("cycle.in_time_again", pool=pool)
        elif pool not in self._slow:
            self._slow.add(pool)
            seconds = round(took.total_seconds(), 3)
            what = f"a cycle takes {seconds:g} s, longer than the interval"
            mend = "see whether Nomad or AWS answer slowly, or give a longer interval"
            self._alarms.sound("cycle.overran", what=what, mend=mend, pool=pool)
            _log.warning("cycle.overran", pool=pool, seconds=seconds)

    def _ended(self, event: JobExecutionEvent) -> None:
        """
        Say when the next cycle is due.

        Here, and not at the end of ``_run``: only now does APScheduler count the job as ended, and
        a run that came due before would be dropped.  May be called in APScheduler's own thread.
        """
        pool = event.job_id
        with self._lock:
            if self._stopping.is_set():
                return
            due_at = self._due_at(pool, self._reports.get(pool))
            if pool in self._woken:
                due_at = min(due_at, self._rest_ends(pool))
            self._next_at[pool] = due_at
        self._tell_scheduler(pool)

    def _due_at(self, pool: str, report: CycleReport | None) -> float:
        now = self._clock.monotonic()
        failed_count = self._runners[pool].failed_count
        if failed_count:
            wait: timedelta = backoff(self._interval, failed_count) * self._rng.uniform(0.75, 1.0)
            return now + wait.total_seconds()
        due_at = now + self._interval.total_seconds()
        if report is not None and report.decision.look_again_at is not None:
            # From the report's own instant: the clock may have been set since.
            until = (report.decision.look_again_at - report.ended_at).total_seconds()
            due_at = min(due_at, max(now + until, self._rest_ends(pool)))
        return due_at

    def _rest_ends(self, pool: str) -> float:
        return self._rested_at.get(pool, -inf)

    def _known_due(self, pool: str, fired_at: datetime, now: datetime) -> datetime:
        next_at, monotonic = self._next_at.get(pool), self._clock.monotonic()
        fired = monotonic - (now - fired_at).total_seconds()
        if next_at is None or next_at <= fired + _ALIKE_SECONDS:
            return now + self._interval
        # APScheduler asks until the answer is later than now.
        return now + timedelta(seconds=max(0.001, next_at - monotonic))

    def _tell_scheduler(self, pool: str) -> None:
        """
        Without our lock: APScheduler's own is taken here, and held where it calls us.

        The time is read anew, so that of two that tell at once the last word is the same.
        """
        next_at = self._next_at.get(pool)
        if next_at is not None and self._scheduler.running and not self._stopping.is_set():
            at = self._clock.now() + timedelta(seconds=next_at - self._clock.monotonic())
            self._scheduler.modify_job(pool, next_run_time=at)

    def _heed_the_clock(self) -> None:
        """Where the wall clock was set, tell the scheduler by the new one when what is due."""
        apart = self._apart()
        if abs(apart - self._clocks_apart) >= _JUMP_MIN:
            self._clocks_apart = apart
            for pool in self._runners:
                self._tell_scheduler(pool)

    def _apart(self) -> timedelta:
        since_epoch = timedelta(seconds=self._clock.now().timestamp())
        return since_epoch - timedelta(seconds=self._clock.monotonic())

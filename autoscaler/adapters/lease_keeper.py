"""
Keep a lease, or wait for it: a thread of its own, so that no slow cycle lets it run out.

What may be done follows from the claim and the clock alone, whenever it is asked: a process that
was stopped finds its lease over when it wakes.  Imports core.lease and core.explaining, fence,
alarms, errors, status.documents and structlog.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from autoscaler.adapters.fence import Fence
from autoscaler.alarms import Alarms
from autoscaler.core.explaining import span
from autoscaler.core.lease import (
    Answer,
    Claim,
    Holder,
    Look,
    Move,
    Put,
    Unknown,
    begun,
    next_move,
    release,
    rest,
    told,
)
from autoscaler.errors import ActionError, ObservationError
from autoscaler.status.documents import Leadership

_log = structlog.get_logger()

_UNAVAILABLE, _LOST = "lock.unavailable", "lock.lost"
#: That it was lost is shown for so long, unless it is led again before.
_LOST_SHOWN_SECONDS = 3600.0
#: The end waits so long for the lease to be handed over; else it runs out.
_END_SECONDS = 1.0
#: A leader whose renewals fail looks so often whether it still leads.
_WATCH_SECONDS = 0.25


class LeaseStore(Protocol):
    """Where the lease lies."""

    place: str

    def look(self) -> Answer:
        """``Found`` or ``Nothing``.  Raises ``ObservationError``."""

    def put(self, move: Put) -> Answer:
        """``Written`` or ``Refused``.  Raises ``ObservationError`` where that is not known."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The keeper's two."""

    #: The wall clock's instant, for people.
    now: Callable[[], datetime]
    #: Seconds that go on while the process is stopped and the machine suspended.
    elapsed: Callable[[], float]


class LeaseKeeper:
    """One daemon's part in it, from ``start`` to ``stop``.  For any thread."""

    def __init__(
        self,
        store: LeaseStore,
        me: Holder,
        ttl_seconds: float,
        *,
        clocks: Clocks,
        alarms: Alarms,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """``changed`` is told, from the keeper's thread, whenever it begins or ceases to lead."""
        self._store = store
        self._claim = Claim(me, ttl_seconds)
        self._clocks = clocks
        self._alarms = alarms
        self._changed = changed
        self._stopping = threading.Event()
        self._release = False
        self._led = False
        self._lost_at: float | None = None
        self._silent = False
        self._verdict = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self.fence = Fence(self._permit, self._claim.call_seconds)

    def start(self) -> None:
        """Begin to look, and take it where it is free."""
        self._thread.start()

    def stop(self, *, release: bool) -> None:
        """
        Act no more; with ``release`` hand the lease over.

        Without, where a call may be under way yet, another waits until it has run out.
        """
        self._release = release
        self._stopping.set()
        if release:
            self._thread.join(_END_SECONDS)

    def leads(self) -> bool:
        """Whether this daemon may begin to act, this very moment."""
        return not self._stopping.is_set() and self._claim.acts(self._clocks.elapsed())

    def step(self) -> float:
        """Make the next move and tell what it changed; seconds until the one after."""
        self._move(next_move(self._claim, self._clocks.elapsed(), self._clocks.now()))
        self.tell()
        return rest(self._claim, self._clocks.elapsed())

    def hand_over(self) -> None:
        """Let another lead at once, where the lease is surely this daemon's."""
        if not self._claim.sure:
            self._move(Look())  # What became of the last write.
        last = release(self._claim)
        if last is not None:
            self._move(last)
            handed = self._claim.lease is not None and self._claim.lease.released
            _log.info("lock.released", lock=self._store.place, handed_over=handed)

    def await_verdict(self, timeout_seconds: float) -> None:
        """Until it leads, or it is known that another does."""
        self._verdict.wait(timeout_seconds)

    def standing_by(self) -> str:
        """Why it does not act, in a clause; empty where it does."""
        if self.leads():
            return ""
        claim, now = self._claim, self._clocks.elapsed()
        lease = claim.lease
        if claim.is_mine:
            return "stands by: its lease has run out, and who leads now is not known yet"
        if lease is None or lease.released:
            return "stands by: nobody is known to lead yet"
        silent = now - claim.unchanged_since
        if silent > claim.ttl_seconds:
            return f"stands by: {lease.holder.name} led, and has been silent for {span(silent)}"
        return f"stands by: {lease.holder.name} leads"

    def leadership(self) -> Leadership:
        """For people."""
        claim, leads = self._claim, self.leads()
        lease = claim.lease
        known = lease is not None and not lease.released and (leads or not claim.is_mine)
        return Leadership(
            role="leading" if leads else "standing_by",
            leader=lease.holder.name if lease is not None and known else None,
            since=lease.since if lease is not None and known else None,
            lock=self._store.place,
        )

    def _permit(self, call: str) -> None:
        if not self.leads():
            message = (
                f"{call} is not sent: this daemon does not lead any more ({self._store.place})"
            )
            raise ActionError(message, stage="lock", retryable=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            seconds = self.step()
            self._wait(self._clocks.elapsed() + seconds)
        if self._release:
            self.hand_over()

    def _wait(self, ends: float) -> None:
        """In small steps: that the lease has run out is told when it does."""
        while not self._stopping.is_set():
            self.tell()
            left = ends - self._clocks.elapsed()
            if left <= 0:
                return
            self._stopping.wait(min(left, _WATCH_SECONDS))

    def _move(self, move: Move) -> None:
        self._claim = begun(self._claim, move, self._clocks.elapsed())
        answer = self._answer(move)
        self._claim = told(self._claim, move, answer, self._clocks.elapsed())

    def _answer(self, move: Move) -> Answer:
        try:
            answer = self._store.look() if isinstance(move, Look) else self._store.put(move)
        except ObservationError as error:
            self._unavailable(str(error))
            return Unknown()
        except Exception as error:  # noqa: BLE001 - a defect must not leave nobody to lead
            _log.exception("lock.broken", lock=self._store.place)
            self._unavailable(repr(error))
            return Unknown()
        if self._silent:
            self._silent = False
            self._alarms.clear(_UNAVAILABLE)
            _log.info("lock.available_again", lock=self._store.place)
        return answer

    def _unavailable(self, error: str) -> None:
        leads = self.leads()
        if not self._silent:
            then = "it leads until its lease runs out" if leads else "it stands by"
            _log.error("lock.unavailable", lock=self._store.place, error=error, then=then)
        self._silent = True
        then = (
            "it leads until its lease runs out"
            if leads
            else "it stands by, and does not see whether another leads"
        )
        self._alarms.sound(
            _UNAVAILABLE,
            what=f"the lock {self._store.place} cannot be read or written, so {then}: {error}",
            mend="see the way to S3 and the role's rights on that object; `autoscaler check` tries",
            severity="warning" if leads else "error",
        )

    def tell(self) -> None:
        """Say what has changed since the last time: a lease may run out between two steps."""
        # That it stops is no loss.
        leads, lease = self._claim.acts(self._clocks.elapsed()), self._claim.lease
        if leads or (lease is not None and not lease.released and not self._claim.is_mine):
            self._verdict.set()
        self._forget_loss(leads=leads)
        if leads == self._led:
            return
        self._led = leads
        if leads:
            _log.info("lock.taken", lock=self._store.place)
        else:
            self._lost_at = self._clocks.elapsed()
            led_by = self.standing_by()
            _log.error("lock.lost", lock=self._store.place, then=led_by)
            what = f"this daemon led and lost the lock {self._store.place}; it {led_by}"
            mend = (
                "see whether the process was stopped, the machine overloaded, or S3 out of reach; "
                "the daemon that leads goes on"
            )
            self._alarms.sound(_LOST, what=what, mend=mend)
        self._changed()

    def _forget_loss(self, *, leads: bool) -> None:
        lost_at = self._lost_at
        if lost_at is None:
            return
        if leads or self._clocks.elapsed() - lost_at > _LOST_SHOWN_SECONDS:
            self._lost_at = None
            self._alarms.clear(_LOST)

"""
Notice another daemon by its marks: one that acts upon the same pool, from anywhere, with no lock.

Each daemon signs the marks that it puts on instances.  One that is fresh and not this daemon's own
is another's, which must not be: while this one leads, nobody else acts.
Imports alarms, core's words and structlog.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from autoscaler.alarms import Alarms
from autoscaler.core.explaining import clock

_log = structlog.get_logger()

_ALARM = "daemon.another"
#: Whoever led before may have had a clock that is ahead by so much.
_SKEW = timedelta(minutes=1)
#: So long after its last mark another is told of.
_SHOWN_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Signed:
    """A mark on an instance: when it was made, and by whom; empty: an older version did not say."""

    at: datetime
    by: str


class Witness:
    """Of one pool; told of all marks on its instances in each cycle.  For one thread at a time."""

    def __init__(
        self, me: str, pool: str, alarms: Alarms, *, leads: Callable[[], bool] = lambda: True
    ) -> None:
        """``me`` is the signature under this daemon's own marks."""
        self.me = me
        self._pool = pool
        self._alarms = alarms
        self._leads = leads
        #: None while another leads, whose marks are as they should be.
        self._leads_since: datetime | None = None
        self._told_of: set[str] = set()
        self._last_at: datetime | None = None

    def saw(self, marks: Mapping[str, Signed], now: datetime) -> None:
        """By instance id."""
        if not self._leads():
            self._leads_since = None
            return
        if self._leads_since is None:
            self._leads_since = now
        since = self._leads_since + _SKEW
        strange = {
            one: mark for one, mark in marks.items() if mark.by != self.me and mark.at > since
        }
        if strange:
            self._tell(*max(strange.items(), key=lambda one: one[1].at), now)
        elif self._last_at is not None and now - self._last_at > _SHOWN_FOR:
            self._last_at = None
            self._alarms.clear(_ALARM, self._pool)

    def _tell(self, instance_id: str, mark: Signed, now: datetime) -> None:
        who = mark.by or "of an older version"
        self._last_at = now
        if who not in self._told_of:
            self._told_of.add(who)
            then = "both act until one is stopped"
            _log.error("daemon.another", leader=who, instance=instance_id, then=then)
        self._alarms.sound(
            _ALARM,
            what=f"another daemon ({who}) acts upon this pool too: it cordoned {instance_id} at "
            f"{clock(mark.at, now)}",
            mend="stop one of the two, or give both the same lock.s3 and restart both",
            pool=self._pool,
            severity="error",
        )

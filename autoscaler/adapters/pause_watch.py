"""
The pauses as the daemon heeds them: looked at in each cycle, read when the file has changed.

Unknown is not "not paused": while the file cannot be read no pool is acted upon, whether the daemon
has just started or has run for a year.  Imports pauses, alarms, core and structlog.
"""

import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import structlog

from autoscaler.adapters.pauses import FILE_NAME, PausesUnreadable, read_pauses
from autoscaler.alarms import Alarms
from autoscaler.core.pause import Pause

_log = structlog.get_logger()

_ALARM = "pauses.unreadable"
_MEND = "look at it; `autoscaler resume` without --pool removes it"
#: Who holds the pools while it is not known what people paused.
_NOBODY = "autoscaler"
#: Tells one version of the file from another; None: there is none.
_Stamp = tuple[int, int, int, int] | None


class PauseWatch:
    """What is paused now.  For the threads of all pools."""

    def __init__(self, directory: Path, alarms: Alarms) -> None:
        self._path = directory / FILE_NAME
        self._alarms = alarms
        self._lock = threading.Lock()
        self._pauses: Mapping[str, Pause] = {}
        #: Of what was read last; not set where it is to be read again, whatever it is.
        self._stamp: _Stamp = None
        self._read = False
        self._unreadable: Pause | None = None

    def of(self, pool: str, now: datetime) -> Pause | None:
        """The pause in force at ``now``; while that is not known, one of the autoscaler's own."""
        with self._lock:
            self._look(now)
            pause = self._unreadable or self._pauses.get(pool)
        return pause if pause is not None and pause.in_force(now) else None

    def _look(self, now: datetime) -> None:
        try:
            # Before the file: one that is replaced in between is read again in the next cycle.
            stamp = _stamp(self._path)
            if self._read and stamp == self._stamp:
                return
            self._read = False
            self._pauses = read_pauses(self._path.parent)
        except OSError as error:
            self._hold(f"{self._path} cannot be read: {error.strerror or error}", now)
            return
        except PausesUnreadable as error:
            self._hold(str(error), now)
        else:
            self._go_on()
        self._stamp, self._read = stamp, True

    def _hold(self, what: str, now: datetime) -> None:
        if self._unreadable is None:
            _log.error("pauses.unreadable", error=what, then="no pool is acted upon", mend=_MEND)
        since = self._unreadable.since if self._unreadable is not None else now
        self._unreadable = Pause(since, None, what, _NOBODY)
        self._alarms.sound(
            _ALARM,
            what=f"{what}; no pool is acted upon, as it is not known which are paused",
            mend=_MEND,
            severity="error",
        )

    def _go_on(self) -> None:
        if self._unreadable is not None:
            _log.info("pauses.readable_again", path=str(self._path))
        self._unreadable = None
        self._alarms.clear(_ALARM)


def _stamp(path: Path) -> _Stamp:
    """Raises ``OSError``."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size

"""
What is wrong with the daemon itself, for as long as it is: what people see beside the cycles.

A part that fails quietly (a journal that cannot be written, an agent that does not listen) says so
here, and takes it back when it is right again.  Imports the standard library only.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong, and how to mend it."""

    #: Stable, such as ``journal.failing``.
    code: str
    severity: Severity
    #: For people, without a full stop.
    what: str
    mend: str
    since: datetime
    #: The pool that it is about; None: the daemon.
    pool: str | None = None


class Alarms:
    """Those that stand, by code and pool.  For any thread."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._standing: dict[tuple[str, str | None], Alarm] = {}

    def sound(
        self,
        code: str,
        *,
        what: str,
        mend: str,
        pool: str | None = None,
        severity: Severity = "warning",
    ) -> None:
        """It is wrong; one that stands already keeps its beginning."""
        with self._lock:
            alarm = Alarm(code, severity, what, mend, self._now(), pool)
            before = self._standing.get((code, pool))
            if before is not None:
                alarm = replace(alarm, since=before.since)
            self._standing[code, pool] = alarm

    def clear(self, code: str, pool: str | None = None) -> None:
        """It is right, or right again."""
        with self._lock:
            self._standing.pop((code, pool), None)

    def standing(self) -> tuple[Alarm, ...]:
        """All that stand: errors first, then by how long they have stood."""
        with self._lock:
            alarms = list(self._standing.values())
        return tuple(sorted(alarms, key=lambda one: (one.severity != "error", one.since)))

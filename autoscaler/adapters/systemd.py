"""
What systemd is told of the service: that it is ready, reloads, stops, how it does, that it lives.

The protocol (sd_notify(3)) is a datagram of a few lines to a socket that systemd names.  Where it
names none, nothing is sent; what cannot be sent is said once and never raised.
Imports structlog and the standard library only.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterable, Mapping

import structlog

_log = structlog.get_logger()

#: PID 1 reads its socket quickly, or is busy for a while with the whole machine.  A status does not
#: wait for that, it is told again after the next cycle; a start hangs on its one word.
_STATUS_TIMEOUT_SECONDS, _TIMEOUT_SECONDS = 0.1, 2.0
#: The protocol allows 4096 bytes in one datagram.
_STATUS_MAX_BYTES = 1024


class Notifier:
    """One socket to the service manager.  For any thread."""

    def __init__(self, environment: Mapping[str, str], monotonic: Callable[[], float]) -> None:
        """``monotonic`` gives seconds of the machine's monotonic clock (CLOCK_MONOTONIC)."""
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self._monotonic = monotonic
        self._watchdog_seconds = _watchdog_seconds(environment)
        self._failing = False

    @property
    def listens(self) -> bool:
        """Whether there is a service manager to tell."""
        return self._address is not None

    @property
    def watchdog_seconds(self) -> float | None:
        """The unit's ``WatchdogSec=``; None where it has none, or it is not for this process."""
        return self._watchdog_seconds if self.listens else None

    def ready(self, status: str, *more: str) -> None:
        """The service runs, or has reloaded; ``more`` are further assignments."""
        self._send("READY=1", f"STATUS={one_line(status)}", *more)

    def reloading(self) -> None:
        """A reload begins, which the next ``ready`` ends."""
        # The instant pairs this with the reload that systemd asked for (Type=notify-reload).
        microseconds = int(self._monotonic() * 1_000_000)
        self._send("RELOADING=1", f"MONOTONIC_USEC={microseconds}", "STATUS=reloading")

    def stopping(self) -> None:
        """The end begins."""
        self._send("STOPPING=1", "STATUS=stopping: finishing the actions in hand")

    def status(self, text: str) -> bool:
        """How it does, in one line; whether that was taken, or nobody listens."""
        told = f"STATUS={one_line(text)}"
        return self._send(told, timeout_seconds=_STATUS_TIMEOUT_SECONDS)

    def alive(self) -> bool:
        """Put the watchdog off for once; whether that was taken, or nobody listens."""
        return self._send("WATCHDOG=1")

    def allow_silence(self, seconds: float) -> None:
        """From now on the watchdog waits so long; this also puts it off for once."""
        self._send(f"WATCHDOG_USEC={int(seconds * 1_000_000)}")

    def _send(self, *assignments: str, timeout_seconds: float = _TIMEOUT_SECONDS) -> bool:
        if self._address is None:
            return True
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.settimeout(timeout_seconds)
                sender.sendto("\n".join(assignments).encode(), self._address)
        except OSError as error:
            if not self._failing:
                mend = "without word of it systemd will restart the service (WatchdogSec=)"
                _log.warning("systemd.unreachable", error=str(error), then=mend)
            self._failing = True
            return False
        else:
            if self._failing:
                _log.info("systemd.reachable_again")
            self._failing = False
            return True


class Watchdog:
    """
    Puts systemd's watchdog off when cycles end, never by a timer.

    Once every pool has ended a cycle since the last time, whichever way the cycle went: a pool
    that hangs stops it, however well the others do.  For any thread.
    """

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._lock = threading.Lock()
        self._pools: frozenset[str] = frozenset()
        self._waiting_for: set[str] = set()

    def configure(self, pools: Iterable[str], longest_silence_seconds: float) -> None:
        """
        From now on these pools count; a cycle of each ends at least so often, even in an outage.

        Where the unit's ``WatchdogSec=`` is less than that, systemd is asked to wait for longer:
        else a long interval would have it kill a daemon that is well.
        """
        with self._lock:
            self._pools = frozenset(pools)
            self._waiting_for = set(self._pools)
        of_unit = self._notifier.watchdog_seconds
        if of_unit is None:
            return
        # Always said, so that a reload to a shorter interval takes an earlier, longer one back.
        self._notifier.allow_silence(max(of_unit, longest_silence_seconds))
        if longest_silence_seconds > of_unit:
            _log.info(
                "watchdog.lengthened",
                unit_seconds=of_unit,
                seconds=round(longest_silence_seconds),
                why="a cycle may take so long to end with these settings while Nomad and AWS hang",
            )

    def cycle_ended(self, pool: str) -> None:
        """A cycle of the pool has ended: well, failed or broken."""
        with self._lock:
            self._waiting_for.discard(pool)
            if self._waiting_for or not self._pools or self._notifier.watchdog_seconds is None:
                return
            # One that was not taken is due again when the next cycle ends, whichever pool's.
            if self._notifier.alive():
                self._waiting_for = set(self._pools)


def one_line(text: str) -> str:
    """As much of it as fits, without what would end the line."""
    flat = " ".join(text.split())
    return flat.encode()[:_STATUS_MAX_BYTES].decode(errors="ignore")


def _address(named: str) -> str | None:
    if named.startswith("@"):
        return f"\0{named[1:]}"  # In the abstract namespace, which has no files.
    if named and not named.startswith("/"):
        _log.warning("systemd.unreachable", error=f"NOTIFY_SOCKET={named}: no path and no @name")
    return named if named.startswith("/") else None


def _watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    # A process further down may have inherited what was meant for its parent.
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    text = environment.get("WATCHDOG_USEC", "")
    return int(text) / 1_000_000 if text.isascii() and text.isdigit() and int(text) else None

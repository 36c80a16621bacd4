"""
Two daemons that share a state directory: the first acts, the second stands by until it ends.

A lock of the kernel's, which is let go with the process however that ends, and held while the
process is stopped.  Imports fence, alarms, errors, status.documents and structlog.
"""

import fcntl
import os
import threading
from contextlib import suppress
from pathlib import Path

import structlog

from autoscaler.adapters.fence import Fence
from autoscaler.alarms import Alarms
from autoscaler.errors import ActionError
from autoscaler.status.documents import ALONE, Leadership

_log = structlog.get_logger()

FILE_NAME = "autoscaler.lock"

_ALARM = "daemon.another"
_NAME_BYTES_MAX = 200


class StateLock:
    """Held from when it is first asked for until ``close``.  For any thread."""

    def __init__(self, directory: Path, name: str, alarms: Alarms) -> None:
        """``name`` is what another is told of this daemon."""
        self._path = directory / FILE_NAME
        self._name = name
        self._alarms = alarms
        self._lock = threading.Lock()
        self._file: int | None = None
        self._held = False
        #: Why it stands by; the leader's name is in it.
        self._other = ""
        self._leader: str | None = None
        self.fence = Fence(self._permit)

    def leads(self) -> bool:
        """Whether this daemon may act; tries to take the lock where it does not hold it."""
        return not self.standing_by()

    def standing_by(self) -> str:
        """Why it does not act, in a clause; empty where it does."""
        with self._lock:
            if not self._held:
                self._try()
            return self._other

    def leadership(self) -> Leadership:
        """For people."""
        if not self._other:
            return ALONE
        return Leadership("standing_by", leader=self._leader, lock=str(self._path))

    def close(self) -> None:
        """Let it go, and act no more; safe to repeat."""
        with self._lock:
            self._held, self._other = True, "it has stopped"
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _try(self) -> None:
        try:
            if self._file is None:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._stand_by(self._file)
        except OSError:
            # A directory that cannot be written is no sign of another daemon, and is told of by
            # those who keep more there.
            self._held = True
        else:
            self._take(self._file)

    def _take(self, file: int) -> None:
        self._held = True
        with suppress(OSError):  # A full disk: the name is all that another misses.
            os.truncate(file, 0)
            os.pwrite(file, self._name.encode()[:_NAME_BYTES_MAX], 0)
        if self._other:
            self._other = ""
            self._alarms.clear(_ALARM)
            _log.info("lock.taken", lock=str(self._path))

    def _stand_by(self, file: int | None) -> None:
        name = os.pread(file, _NAME_BYTES_MAX, 0) if file is not None else b""
        leader = name.decode(errors="replace") or "another daemon"
        first = not self._other
        self._leader = leader
        self._other = f"stands by: {leader} has {self._path}"
        if first:
            then = "it stands by until that one ends"
            _log.error("daemon.another", leader=leader, lock=str(self._path), then=then)
        self._alarms.sound(
            _ALARM,
            what=f"another daemon ({leader}) uses {self._path.parent}, so this one stands by",
            mend="stop one of the two, or give each its own state_dir and both the same lock.s3",
            severity="error",
        )

    def _permit(self, call: str) -> None:
        why = self.standing_by()
        if why:
            raise ActionError(f"{call} is not sent: {why}", stage="lock", retryable=True)

"""
Find and end whatever still belongs to a devstack, whoever started it.

Every child carries ``MARKER`` in its environment, and so does all that it starts.  May import
``devstack.processes`` and the standard library.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

from devstack.processes import environment_of

#: The environment variable whose value, the stack's directory, says whose child a process is.
MARKER = "AUTOSCALER_DEVSTACK"


def belonging_to(directory: Path) -> tuple[int, ...]:
    """The pids of all live processes, our own aside, marked with ``directory`` or one in it."""
    others = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return tuple(sorted(pid for pid in others if pid != os.getpid() and _is_of(pid, directory)))


def _is_of(pid: int, directory: Path) -> bool:
    mark = environment_of(pid).get(MARKER)
    return mark is not None and Path(mark).is_relative_to(directory)


def kill_all(directory: Path, seconds: float = 5.0) -> tuple[int, ...]:
    """SIGKILL everything that belongs to ``directory`` until nothing does; who was killed."""
    killed: set[int] = set()
    deadline = time.monotonic() + seconds
    while (pids := belonging_to(directory)) and time.monotonic() < deadline:
        killed.update(pids)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    return tuple(sorted(killed))

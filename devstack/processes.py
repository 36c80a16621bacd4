"""
Find and end processes by a mark in their environment.

A process may leave its session, its group and its parent; the environment that it was started with
stays readable in ``/proc``.  May import the standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

#: Between two rounds of killing: a process takes a moment to be gone.
_ROUND_SECONDS = 0.02


def living(belongs: Callable[[Mapping[str, str]], bool]) -> tuple[int, ...]:
    """The pids of the living processes, but for our own, whose environment is as wanted."""
    others = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    own = os.getpid()
    return tuple(sorted(pid for pid in others if pid != own and belongs(environment_of(pid))))


def kill_living(
    belongs: Callable[[Mapping[str, str]], bool], seconds: float = 5.0
) -> tuple[int, ...]:
    """
    SIGKILL the processes whose environment is as wanted; who was killed.

    Round after round until there are none, or the time is over: one may start another while the
    first round looks elsewhere.
    """
    killed: set[int] = set()
    deadline = time.monotonic() + seconds
    while (pids := living(belongs)) and time.monotonic() < deadline:
        killed.update(pids)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_ROUND_SECONDS)
    return tuple(sorted(killed))


def marked(marks: Collection[str]) -> tuple[int, ...]:
    """The pids of the living processes, but for our own, that have one of ``NAME=value`` set."""
    return living(_having(marks)) if marks else ()


def kill_marked(marks: Collection[str]) -> tuple[int, ...]:
    """Kill all processes that carry one of ``NAME=value``; who was killed."""
    return kill_living(_having(marks)) if marks else ()


def _having(marks: Collection[str]) -> Callable[[Mapping[str, str]], bool]:
    wanted = [mark.partition("=")[::2] for mark in marks]
    return lambda environment: any(environment.get(name) == value for name, value in wanted)


def environment_of(process_id: int) -> dict[str, str]:
    """The environment that a process was started with; empty once it is gone."""
    try:
        told = (Path("/proc") / str(process_id) / "environ").read_bytes()
    except OSError:
        return {}  # Gone, or another user's.
    variables = (os.fsdecode(entry).partition("=") for entry in told.split(b"\0"))
    return {name: value for name, _, value in variables if name}

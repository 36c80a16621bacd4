"""
Find and end processes by a mark in their environment.

A process may leave its session, its group and its parent; the environment that it was started with
stays readable in ``/proc``.  May import the standard library only.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

#: A process may start another while the first round looks elsewhere.
ROUNDS = 5


def marked(marks: Collection[str]) -> list[int]:
    """The ids of the living processes, but for our own, that have one of ``NAME=value`` set."""
    wanted = {mark.encode() for mark in marks}
    if not wanted:
        return []
    own = os.getpid()
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and int(entry.name) != own and _has_any(entry, wanted)
    ]


def kill_marked(marks: Collection[str]) -> list[int]:
    """Kill all processes that carry one of ``NAME=value``; the ids of those that were found."""
    killed: list[int] = []
    for _ in range(ROUNDS):
        found = marked(marks)
        if not found:
            break
        for process_id in found:
            try:
                os.kill(process_id, signal.SIGKILL)
            except ProcessLookupError:
                continue
        killed.extend(found)
    return killed


def environment_of(process_id: int) -> dict[str, str]:
    """The environment that a process was started with; empty once it is gone."""
    variables = (
        os.fsdecode(entry).partition("=") for entry in _entries(Path("/proc") / str(process_id))
    )
    return {name: value for name, _, value in variables if name}


def _has_any(entry: Path, wanted: set[bytes]) -> bool:
    return not wanted.isdisjoint(_entries(entry))


def _entries(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []  # Gone, or another user's.

"""
Find and end whatever still belongs to a devstack, whoever started it.

Every child carries ``MARKER`` in its environment, and so does all that it starts.  May import
``devstack.processes`` and the standard library.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from devstack.processes import kill_living, living

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The environment variable whose value, the stack's directory, says whose child a process is.
MARKER = "AUTOSCALER_DEVSTACK"


def belonging_to(directory: Path) -> tuple[int, ...]:
    """The pids of all live processes, our own aside, marked with ``directory`` or one in it."""
    return living(_of(directory))


def kill_all(directory: Path, seconds: float = 5.0) -> tuple[int, ...]:
    """SIGKILL everything that belongs to ``directory`` until nothing does; who was killed."""
    return kill_living(_of(directory), seconds)


def _of(directory: Path) -> Callable[[Mapping[str, str]], bool]:
    def belongs(environment: Mapping[str, str]) -> bool:
        mark = environment.get(MARKER)
        return mark is not None and Path(mark).is_relative_to(directory)

    return belongs

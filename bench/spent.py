"""
What a command costs: its wall time, the CPU time of its whole tree, and that of Python alone.

May import the standard library only.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Runs the transcoder in a process that tells its own CPU time, less that of its children.
_TELLING = """
import resource, sys
from transcoder.cli import main
code = main(sys.argv[2:])
own = resource.getrusage(resource.RUSAGE_SELF)
open(sys.argv[1], "w").write(str(own.ru_utime + own.ru_stime))
raise SystemExit(code)
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds; ``own_cpu`` is that of the process itself, where it was asked for."""

    wall: float
    cpu: float
    own_cpu: float | None = None


def spend(argv: Sequence[str], environment: Mapping[str, str] | None = None) -> Spent:
    """Run a command to its end; raises RuntimeError where it fails."""
    began_at = time.monotonic()
    child = subprocess.Popen(
        argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    errors = child.stderr.read() if child.stderr else ""
    _, status, used = os.wait4(child.pid, 0)
    wall = time.monotonic() - began_at
    # wait4 has taken the child from under Popen.
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.stderr:
        child.stderr.close()
    if child.returncode:
        raise RuntimeError(f"{argv[0]} exited {child.returncode}: {errors[-2000:]}")
    return Spent(wall, used.ru_utime + used.ru_stime)


def transcoder(
    arguments: Sequence[str], directory: Path, environment: Mapping[str, str] | None = None
) -> Spent:
    """Run ``transcoder`` with those arguments; ``directory`` is for what it tells of itself."""
    told = directory / "own_cpu"
    argv = [sys.executable, "-c", _TELLING, str(told), *arguments]
    spent = spend(argv, {**os.environ, **(environment or {})})
    return Spent(spent.wall, spent.cpu, float(told.read_text()))

"""
What the daemon takes while nothing happens: processor and memory.

``python -m bench.rest [--nomad real]``.  The interval that users have, a queue that stays empty.
Linux only: read from /proc.  May import ``bench`` and ``devstack``.
"""

import os
import sys
import time
from pathlib import Path

from bench.figure import Figure, tell
from bench.nomad import chosen_nomad
from devstack.deadline import wait_until
from devstack.stack import Stack, StackSettings

SECONDS = 40


def figures(nomad: Path | None) -> tuple[Figure, ...]:
    """Measure against the Nomad executable, or against the stand-in where it is None."""
    with Stack(StackSettings(nomad=nomad)) as stack:
        settings = stack.daemon_settings()
        settings["interval"] = "10s"
        settings["http"] = {"listen": "127.0.0.1:0"}
        with stack.daemon(settings=settings) as daemon:
            wait_until(
                lambda: bool(stack.aws.calls()),
                seconds=20,
                what="the autoscaler's first cycle",
                hint=daemon.last_words,
            )
            time.sleep(5)  # Past the start.
            before, began = _cpu_seconds(daemon.process.pid), time.monotonic()
            time.sleep(SECONDS)
            used = _cpu_seconds(daemon.process.pid) - before
            percent = 100 * used / (time.monotonic() - began)
            resident = _resident_mb(daemon.process.pid)
    return (
        Figure(f"the daemon at rest for {SECONDS} s, of one core", percent, "%", 1),
        Figure("the daemon at rest, resident memory", resident, "MB", 120),
    )


def _cpu_seconds(pid: int) -> float:
    # After the command's name, which may hold anything: utime and stime are fields 14 and 15.
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    return tell(figures(chosen_nomad()))


if __name__ == "__main__":
    sys.exit(main())

"""
What the daemon takes while nothing happens: processor and memory.

``python -m bench.rest [--nomad real]``.  The interval that users have, a queue that stays empty.
Linux only.  May import ``bench`` and ``devstack``.
"""

import sys
import time
from pathlib import Path

from bench.figure import Figure, tell
from bench.nomad import chosen_nomad
from bench.process import core_percent, resident_mb
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
            percent = core_percent(daemon.process.pid, SECONDS)
            resident = resident_mb(daemon.process.pid)
    return (
        Figure(f"the daemon at rest for {SECONDS} s, of one core", percent, "%", 1),
        Figure("the daemon at rest, resident memory", resident, "MB", 120),
    )


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    return tell(figures(chosen_nomad()))


if __name__ == "__main__":
    sys.exit(main())

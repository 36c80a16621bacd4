"""
What a process has used so far: processor time and memory.

Linux only: read from /proc.  May import the standard library only.
"""

import os
import time
from pathlib import Path


def core_percent(pid: int, seconds: float) -> float:
    """How much of one core it takes while so many seconds pass."""
    before, began = _cpu_seconds(pid), time.monotonic()
    time.sleep(seconds)
    used = _cpu_seconds(pid) - before
    return 100 * used / (time.monotonic() - began)


def resident_mb(pid: int) -> float:
    """Its resident memory, in 10^6 bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cpu_seconds(pid: int) -> float:
    # After the command's name, which may hold anything: utime and stime are fields 14 and 15.
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

"""
Whether the running daemon has taken a pause, or its end: known when a cycle of its has seen it.

Imports cli.status_line, control_client, control_socket, core and clock.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from autoscaler.adapters.control_client import DaemonSilent, ask
from autoscaler.adapters.control_forms import Answer
from autoscaler.adapters.control_socket import FILE_NAME
from autoscaler.adapters.journal_records import CycleRecord
from autoscaler.cli.status_line import StatusLine
from autoscaler.clock import SystemClock
from autoscaler.core.explaining import clock, listing
from autoscaler.core.pause import Pause

#: Beyond an interval: for the cycle under way, and the one that is to come.
_CYCLES = timedelta(seconds=5)
_POLL_SECONDS = 0.2


def held(directory: Path, pools: Sequence[str], interval: timedelta, pause: Pause) -> int:
    """Wait until each pool is held by this pause, and say so; the exit code."""
    return _told(directory, pools, interval, lambda one: one.observation.pause == pause, "holds")


def gone_on(directory: Path, pools: Sequence[str], interval: timedelta, now: datetime) -> int:
    """Wait until each pool has had a cycle since ``now`` and is held no more; the exit code."""

    def taken(record: CycleRecord) -> bool:
        return record.observation.pause is None and (record.now or record.at) >= now

    return _told(directory, pools, interval, taken, "acts again")


def _told(
    directory: Path,
    pools: Sequence[str],
    interval: timedelta,
    taken: Callable[[CycleRecord], bool],
    what: str,
) -> int:
    path, line = directory / FILE_NAME, StatusLine()
    ends = time.monotonic() + (interval + _CYCLES).total_seconds()
    line.show("waiting for the daemon's next cycle …")
    try:
        while True:
            answer = ask(path)
            if answer is None:
                line.show("")
                print(f"no daemon answers: it {what} when it starts")
                return 0
            found = [one for one in answer.records if one.pool in pools and taken(one)]
            left = [pool for pool in pools if pool not in {one.pool for one in found}]
            if not left or time.monotonic() >= ends:
                break
            time.sleep(_POLL_SECONDS)
    except DaemonSilent as error:
        line.show("")
        print(f"not confirmed: {error}; the daemon {what} from its next cycle on")
        return 1
    line.show("")
    return _confirmed(answer, found, left, what)


def _confirmed(answer: Answer, found: Sequence[CycleRecord], left: Sequence[str], what: str) -> int:
    daemon = f"the daemon (pid {answer.pid})"
    if left:
        mend = "see its log, and whether it has this configuration"
        print(f"not confirmed: {daemon} has had no cycle of {listing(left)} since; {mend}")
        return 1
    now = SystemClock().now()
    at = max((one.now or one.at for one in found), default=now)
    print(f"{daemon} {what} since {clock(at, now)}")
    return 0

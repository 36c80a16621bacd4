"""
The workload to replay, and where it is from.

Imports errors and the simulator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autoscaler.errors import TraceError
from autoscaler.simulator.generators import generated
from autoscaler.simulator.workload import Arrival, read_trace

#: Whoever writes arrivals so late means the seconds since 1970; ten years are no trace.
_UNIX_FROM_SECONDS = 10 * 365.25 * 86400
_UNIX_UNTIL_SECONDS = 1e11


@dataclass(frozen=True, slots=True)
class Workload:
    """Children in the order of their arrival, in seconds from the beginning; at least one."""

    #: For people: the file, the generator's line, the journal.
    source: str
    arrivals: tuple[Arrival, ...]
    #: When second 0 was, where that is known.
    start: datetime | None = None


def from_trace(path: Path) -> Workload:
    """
    Of a file ``arrival_s,service_s[,job[,profile]]``, plain or gzipped.

    Arrivals in seconds since 1970 are told by their size.  Raises ``TraceError``.
    """
    return _begun(str(path), read_trace(path, default_job=""))


def from_generator(line: str, seed: int) -> Workload:
    """Of a line such as ``poisson:rate=60/h,for=24h``.  Raises ``TraceError``."""
    return Workload(line, generated(line, seed))


def _begun(source: str, arrivals: Sequence[Arrival]) -> Workload:
    if not arrivals:
        raise TraceError(f"{source}: holds no arrivals; a line arrival_s,service_s each")
    first = arrivals[0].at_seconds
    if first < _UNIX_FROM_SECONDS:
        if arrivals[-1].at_seconds >= _UNIX_FROM_SECONDS:
            raise TraceError(
                f"{source}: arrivals from {first:.0f} s to {arrivals[-1].at_seconds:.0f} s: more "
                "than ten years apart; count all from one beginning"
            )
        return Workload(source, tuple(arrivals))
    if first >= _UNIX_UNTIL_SECONDS:
        raise TraceError(
            f"{source}: the first arrival is {first:.0f} s; milliseconds? write seconds"
        )
    day = first // 86400 * 86400
    shifted = (one._replace(at_seconds=one.at_seconds - day) for one in arrivals)
    return Workload(source, tuple(shifted), datetime.fromtimestamp(day, tz=UTC))

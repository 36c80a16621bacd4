"""
Follow dispatched children to their ends.  Imports ``core``, ``ports``, ``log_reading`` and
``errors``.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from transcoder.core.allocations import newest_of
from transcoder.core.children import ENDED, Child, State, ended, moved
from transcoder.core.outcome import Exit
from transcoder.core.task_log import Doing
from transcoder.errors import DispatchError, TransientError
from transcoder.log_reading import read_doing, read_ending
from transcoder.ports import Jobs, Statuses


@dataclass(frozen=True, slots=True)
class Pace:
    """How children are followed: bounds, and how to wait."""

    #: Of one blocking query.
    query_seconds: int = 60
    #: Between queries: a busy cluster must not make us ask without end.
    rest_seconds: float = 0.25
    #: Queries that may fail in a row.
    failures_most: int = 10
    #: Of everything; None for as long as the children take.
    timeout_seconds: float | None = None
    wait: Callable[[float], None] = field(default=time.sleep)
    monotonic: Callable[[], float] = field(default=time.monotonic)


class Watcher(Protocol):
    """Who is told how children get on."""

    def moved(self, children: Sequence[Child], ends: Sequence[Child]) -> None:
        """Something changed: all children, and those that just ended."""

    def looked(self, children: Sequence[Child]) -> None:
        """The server was asked once more, whether or not anything changed; may be often."""


def follow(children: Iterable[Child], jobs: Jobs, pace: Pace, watcher: Watcher) -> list[Child]:
    """
    Follow children by blocking queries until all have ended.

    Raises DispatchError where the server stays out of reach, or the time is over.
    """
    standing = list(children)
    deadline = None if pace.timeout_seconds is None else pace.monotonic() + pace.timeout_seconds
    index, failures = 0, 0
    while any(child.state not in ENDED for child in standing):
        if deadline is not None and pace.monotonic() >= deadline:
            left = sum(child.state not in ENDED for child in standing)
            detail = f"{left} children have not ended within {pace.timeout_seconds:.0f} s"
            raise DispatchError(detail, Exit.RETRY)
        try:
            statuses = jobs.statuses(index, _query_seconds(pace, deadline))
            now = [_advanced(child, statuses, jobs) for child in standing]
        except TransientError as error:
            failures += 1
            if failures >= pace.failures_most:
                detail = f"gave up following after {failures} failures in a row: {error.detail}"
                raise DispatchError(detail, Exit.RETRY) from error
            pace.wait(min(0.25 * 2.0**failures, 10.0))
            continue
        # An index that goes back is of a server that was restored: start over.
        index = statuses.index if statuses.index >= index else 0
        failures = 0
        if now != standing:
            pairs = zip(standing, now, strict=True)
            ends = [after for before, after in pairs if before != after and after.state in ENDED]
            standing = now
            watcher.moved(standing, ends)
        watcher.looked(standing)
        pace.wait(pace.rest_seconds)
    return standing


def _query_seconds(pace: Pace, deadline: float | None) -> int:
    if deadline is None:
        return pace.query_seconds
    return max(1, min(pace.query_seconds, round(deadline - pace.monotonic())))


def _advanced(child: Child, statuses: Statuses, jobs: Jobs) -> Child:
    status = statuses.by_id.get(child.id)
    now = moved(child, status)
    if status == "dead" and now.state not in ENDED:
        return _end_of(now, jobs)
    return now


def _end_of(child: Child, jobs: Jobs) -> Child:
    """A dead child with its end, by its allocations and the outcome line in its log."""
    allocations = jobs.allocations(child.id)
    newest = newest_of(allocations)
    if newest is None:
        return ended(child, allocations)
    ending, trouble = read_ending(jobs, newest)
    end = ended(child, allocations, ending)
    # Without the task's own words there is only what Nomad saw: say why.
    if end.state is State.FAILED and end.reason is None and trouble:
        return replace(end, detail=f"{end.detail}; {trouble}")
    return end


def doings(children: Iterable[Child], jobs: Jobs, most: int) -> list[tuple[Child, Doing]]:
    """What up to ``most`` running children do, as far as they tell; the others are left out."""
    running = [child for child in children if child.state is State.RUNNING]
    found: list[tuple[Child, Doing]] = []
    for child in running[:most]:
        try:
            newest = newest_of(jobs.allocations(child.id))
        except TransientError:
            continue
        doing = read_doing(jobs, newest)[0] if newest else None
        if doing is not None:
            found.append((child, doing))
    return found

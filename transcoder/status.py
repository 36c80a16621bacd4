"""
Look at a job's children: all of them by the server's list, the newest of each state in detail.

A child of which something cannot be read is told with that, and hides no other.  Imports ``core``,
``ports``, ``log_reading`` and ``errors``.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from transcoder.core.allocations import Allocation, is_waiting, newest_of, restarts_of
from transcoder.core.children import State
from transcoder.core.survey import Findings, Listed, Listing, Row, Survey, chosen, row, survey
from transcoder.core.task_log import Doing
from transcoder.errors import DispatchError, TransientError
from transcoder.log_reading import read_doing, read_ending
from transcoder.ports import Children


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is looked at, and for how long."""

    states: tuple[State, ...] = tuple(State)
    #: Children of each state that are looked at in detail.
    most: int = 20
    #: Questions at once: the server has other duties.
    parallel: int = 4
    #: For all details together; what is not read by then is told as such.
    seconds: float = 30.0
    now: Callable[[], float] = field(default=time.time)
    monotonic: Callable[[], float] = field(default=time.monotonic)


def look(job: str, listing: Listing, children: Children, bounds: Bounds) -> Survey:
    """A job's children at this moment, from a list of them and what is read of those chosen."""
    until = bounds.monotonic() + bounds.seconds
    looks = chosen(listing.children, bounds.states, bounds.most)

    def look_at(listed: Listed) -> Row:
        looker = _Looker(children, lambda: bounds.monotonic() < until)
        return row(listed, looker.findings(listed), bounds.now())

    with ThreadPoolExecutor(bounds.parallel, thread_name_prefix="status") as pool:
        rows = list(pool.map(look_at, looks))
    return survey(job, listing, rows, bounds.now())


class _Looker:
    """Reads one child's details, as long as there is time."""

    def __init__(self, children: Children, has_time: Callable[[], bool]) -> None:
        self._children = children
        self._has_time = has_time

    def findings(self, listed: Listed) -> Findings:
        meta = listed.meta
        allocations: tuple[Allocation, ...] = ()
        try:
            if meta is None:
                meta = self._in_time().meta(listed.id)
            # One that waits for its first allocation has none to be asked for.
            if listed.state is not State.PENDING or listed.failed:
                allocations = tuple(self._in_time().allocations(listed.id))
            return self._with_logs(listed, Findings(meta, allocations))
        except (TransientError, DispatchError) as error:
            return Findings(meta, allocations, trouble=f"it cannot be read: {error.detail}")

    def _with_logs(self, listed: Listed, found: Findings) -> Findings:
        newest = newest_of(found.allocations)
        if newest is None:
            return found
        if listed.state is State.RUNNING:
            doing, trouble = self._doing(newest)
            earlier = _earlier(found.allocations)
            ending = read_ending(self._in_time(), earlier)[0] if earlier else None
            return Findings(found.meta, found.allocations, doing, ending, trouble)
        ending, trouble = read_ending(self._in_time(), newest)
        return Findings(found.meta, found.allocations, None, ending, trouble)

    def _doing(self, newest: Allocation) -> tuple[Doing | None, str | None]:
        if is_waiting(newest):
            return Doing("restarting" if restarts_of(newest) else "starting"), None
        return read_doing(self._in_time(), newest)

    def _in_time(self) -> Children:
        if not self._has_time():
            raise TransientError("there was no time left")
        return self._children


def _earlier(allocations: Sequence[Allocation]) -> Allocation | None:
    """The allocation whose log tells how the attempt before this one ended."""
    newest = newest_of(allocations)
    if newest is None or restarts_of(newest):
        return newest
    return newest_of([one for one in allocations if one is not newest])

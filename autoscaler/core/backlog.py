"""
The ``backlog`` strategy: the fewest nodes with which every pending child starts in time.

In five rules: forecast starts from the measured service times and the ages of the running children;
buy the least that the forecast lacks; give a child that is about to be late a slot in any case;
leave a single node for later while it can wait; let go what will be needed last (in ``idling``).
Counted in nodes: a child of which c fit a new node is 1/c.  Pure; imports ``autoscaler.core`` only.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from autoscaler.core.decision import Reason, Rule
from autoscaler.core.forecast import Grid, grid_to
from autoscaler.core.ledger import boot_time
from autoscaler.core.model import JobQueue
from autoscaler.core.starts import Forecast, Outlook, Waiting, starts_on, waiting_of

#: Between two looks at the queue, at worst: what a boot must be ahead of its need.
_LOOK = timedelta(seconds=10)
#: At the last chance so much of the expected starts is not relied on, and so many standard
#: deviations besides: where a few children may be late, and where none may.
_DOUBTS_AT_LAST = (0.3, 0.5)
_DOUBTS_IF_STRICT = (0.5, 1.2)
#: Before it there is time yet to buy more: little is held back, and what a boot or a look may be
#: late is allowed for by this share.
_MARGIN = 0.1
_SLACK = 0.5
#: A pace of ends below this is worth a word.
_SLOW = 0.9
#: A boot that takes so much longer than most is still in time.
_BOOT_SAFETY = 1.1


class _Due(NamedTuple):
    """Children, in nodes, that are to have started by then; all that start before them included."""

    amount: float
    #: Seconds from now; below zero when it has passed.
    in_seconds: float


def least_nodes(outlook: Outlook) -> tuple[int, tuple[Reason, ...]]:
    """How many nodes to buy, and why that many."""
    demand = outlook.demand
    if not demand.room_for_all:
        return 0, ()
    target = outlook.target_wait.total_seconds()
    if not target:
        return demand.room_for_all, ()
    boot = boot_time(outlook.memory, 0.5).total_seconds()
    late_boot = boot_time(outlook.memory, 0.9).total_seconds() * _BOOT_SAFETY
    grid = grid_to(max(target, boot) * 1.05)
    waiting = waiting_of(demand)
    forecast = starts_on(outlook, waiting, grid)
    due = _due(outlook, waiting, target, grid)
    # Planned for a boot that is late and a look that is, while there is time to put it right.
    slack = min(_SLACK * (late_boot - boot + _LOOK.total_seconds()), target / 2)
    lacking = _lacking(due, slack, boot, forecast.doubted(_MARGIN, 0.0))
    # A wait that is shorter than a boot cannot be kept by buying: then every chance is the last.
    last_chance = max(target - late_boot - _LOOK.total_seconds(), 0.0)
    overdue = [one for one in due if target - one.in_seconds >= last_chance]
    doubts = _DOUBTS_IF_STRICT if outlook.scaling.strict else _DOUBTS_AT_LAST
    at_last = _lacking(overdue, 0.0, boot, forecast.doubted(*doubts))
    count = min(max(lacking, at_last), demand.room_for_all)
    by_when = f"within {target:.0f} s, a boot taking {boot:.0f} s"
    if forecast.crowds.pace < _SLOW:
        by_when += f" and children ending at {forecast.crowds.pace:.0%} of their usual pace"
    if at_last and at_last >= lacking:
        reason = Reason(
            Rule.LAST_CHANCE, f"{count} new nodes or the oldest would start too late: {by_when}"
        )
        return count, (reason,)
    if not count:
        reason = Reason(Rule.BACKLOG, f"all start without new nodes {by_when}")
        return 0, (reason,)
    waits_until = last_chance - (target - due[0].in_seconds)
    if count == 1 and waits_until > 0:
        reason = Reason(
            Rule.LAZY_SINGLE,
            f"one new node may be needed, and can wait {waits_until:.0f} s: {by_when}",
        )
        return 0, (reason,)
    reason = Reason(
        Rule.BACKLOG, f"{count} new nodes are the fewest with which all start {by_when}"
    )
    return count, (reason,)


def _lacking(due: Sequence[_Due], slack: float, boot: float, forecast: Forecast) -> int:
    """The least number of nodes bought now with which all of these start in time."""
    grid, least, sure, looked_at = forecast.grid, 0, 0.0, -1.0
    for one in due:
        by = max(one.in_seconds - slack, boot)
        # What starts by an earlier time has started by a later one: no need to look again.  How
        # far it may be off can grow with the time.
        if one.amount - sure < forecast.child / 2 and (not forecast.deviations or by == looked_at):
            continue
        looked_at = by
        sure = forecast.sure(by, one.amount)
        missing = one.amount - sure
        # Less than half a child is no child.
        if missing < forecast.child / 2:
            continue
        again = grid.value(forecast.again, by - boot)
        each = 1.0 + again * (1.0 - forecast.margin)
        count = math.ceil(missing / each - 1e-9)
        # The starts on the new nodes are as uncertain as those on the others.
        unsure = forecast.deviations * math.sqrt(forecast.spread * again * count * forecast.child)
        least = max(least, math.ceil((missing + unsure) / each - 1e-9))
    return least


def _due(outlook: Outlook, waiting: Waiting, target: float, grid: Grid) -> list[_Due]:
    """The children that wait, in the order in which they came, with what is before each."""
    coming: list[tuple[datetime, float]] = []
    for queue in outlook.queues:
        count = waiting.left.get(queue.job, 0)
        # Those that find room now are those that have waited longest.
        placed = max(0, queue.pending_count - count)
        share = waiting.share(queue.job)
        for at, children in _without_first(queue, placed, count, outlook.now):
            coming.append((at, children * share))
    coming.sort()
    before, last, step = 0.0, -math.inf, grid.step
    due: list[_Due] = []
    for at, amount in coming:
        before += amount
        in_seconds = target - (outlook.now - at).total_seconds()
        if in_seconds - last < step:
            # Too near to be told apart: all of them by the time of the first.
            due[-1] = _Due(before, last)
        else:
            due.append(_Due(before, in_seconds))
            last = in_seconds
    return due


def _without_first(
    queue: JobQueue, placed: int, count: int, now: datetime
) -> list[tuple[datetime, int]]:
    """Its cohorts less the first so many; children of unknown age count as having just come."""
    if not placed and count >= queue.pending_count:
        everyone = [(cohort.dispatched_at, cohort.count) for cohort in queue.waiting]
        unknown = count - sum(known for _, known in everyone)
        return [*everyone, (now, unknown)] if unknown else everyone
    rest = []
    for cohort in queue.waiting:
        gone = min(placed, cohort.count)
        placed -= gone
        here = min(cohort.count - gone, count)
        count -= here
        if here:
            rest.append((cohort.dispatched_at, here))
    if count:
        rest.append((now, count))
    return rest

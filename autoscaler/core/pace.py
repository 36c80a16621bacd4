"""
Whether children end as fast, of late, as the sample of service times says.

Service times that come together are alike: a batch of long children fills every slot while the
sample still tells of short ones.  Then fewer end than the sample says, and it is relied on less, by
as much; never more.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from autoscaler.core.fleet import Fleet
from autoscaler.core.laws import ServiceLaws
from autoscaler.core.memory import Ended, Ends
from autoscaler.core.model import JobQueue

#: Looked back on: about as long as a forecast is relied on.
_WINDOW = timedelta(minutes=3)
#: Of more ends than these the first are not looked at.
_ENDS_MAX = 500
#: So many ends that were expected are granted: a few that are missing say little.
_GRANTED = 4.0


def kept_ends(ends: Ends | None, queues: Sequence[JobQueue], now: datetime) -> Ends:
    """The children that ended of late, with those of this observation."""
    if ends is None:
        # How many ended before is not known: none of them is missed.
        return Ends(now)
    children = ends.children
    if any(queue.finished for queue in queues):
        fresh = [
            Ended(now, queue.job, one.profile or "", one.seconds)
            for queue in queues
            for one in queue.finished
        ]
        children = (*children, *fresh)
    elif not children or now - children[0].at < _WINDOW:
        return ends
    children = tuple(one for one in children if now - one.at < _WINDOW)
    if len(children) <= _ENDS_MAX:
        return Ends(ends.since, children)
    return Ends(children[-_ENDS_MAX - 1].at, children[-_ENDS_MAX:])


def pace_of(
    ends: Ends | None, fleet: Fleet, jobs: Collection[str], laws: ServiceLaws, now: datetime
) -> float:
    """The ends that came for each that was to be expected; 1 at most."""
    if ends is None:
        return 1.0
    since = max(ends.since, now - _WINDOW)
    came, expected = _GRANTED, _GRANTED
    for one in ends.children:
        if one.at > since and one.job in jobs:
            came += 1.0
            seen = (one.at - since).total_seconds()
            expected += laws.of(one.job, one.profile).ends_between(one.seconds - seen, one.seconds)
    seen = (now - since).total_seconds()
    for member in (*fleet.ready, *fleet.cordoned):
        for child in member.node.running:
            if child.started_at is not None and child.job in jobs:
                age = (now - child.started_at).total_seconds()
                law = laws.of(child.job, child.profile or "")
                expected += law.ends_between(age - seen, age)
    return min(1.0, came / expected)

"""
Whether children end as fast, of late, as the sample of service times says.

Service times that come together are alike: a batch of long children fills every slot while the
sample still tells of short ones.  Then fewer end than the sample says, and it is relied on less, by
as much; never more.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from autoscaler.core.ages import Ages
from autoscaler.core.laws import ServiceLaws
from autoscaler.core.memory import Ended, Ends
from autoscaler.core.model import JobQueue

#: Looked back on: about as long as a forecast is relied on.
_WINDOW = timedelta(minutes=3)
#: Of more ends than these the first are not looked at.
_ENDS_MAX = 500
#: So many ends that were expected are granted: a few that are missing say little.
_GRANTED = 4.0
_PARTS = attrgetter("at", "job", "profile", "seconds")


def kept_ends(ends: Ends | None, queues: Sequence[JobQueue], now: datetime) -> Ends:
    """The children that ended of late, with those of this observation."""
    if ends is None:
        # How many ended before is not known: none of them is missed.
        return Ends(now)
    children, old = ends.children, 0
    while old < len(children) and now - children[old].at >= _WINDOW:
        old += 1
    fresh = [
        Ended(now, queue.job, one.profile or "", one.seconds)
        for queue in queues
        for one in queue.finished
    ]
    if not old and not fresh:
        return ends
    children = (*children[old:], *fresh)
    if len(children) <= _ENDS_MAX:
        return Ends(ends.since, children)
    return Ends(children[-_ENDS_MAX - 1].at, children[-_ENDS_MAX:])


def pace_of(
    ends: Ends | None, ages: Sequence[Ages], jobs: Collection[str], laws: ServiceLaws, now: datetime
) -> float:
    """The ends that came for each that was to be expected of children so old; 1 at most."""
    if ends is None:
        return 1.0
    since = max(ends.since, now - _WINDOW)
    ended: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
    for at, job, profile, seconds in map(_PARTS, ends.children):
        if at > since and job in jobs:
            before, later = ended.setdefault((job, profile), ([], []))
            later.append(seconds)
            before.append(seconds - (at - since).total_seconds())
    came, expected = _GRANTED, _GRANTED
    for key, (before, later) in ended.items():
        came += len(later)
        expected += laws.of(*key).ends_between(before, later)
    seen = (now - since).total_seconds()
    for some in ages:
        for key, running in some.items():
            before = [age - seen for age in running]
            expected += laws.of(*key).ends_between(before, running)
    return min(1.0, came / expected)

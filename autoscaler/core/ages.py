"""
How long the children on a pool's nodes have been at work.

Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from autoscaler.core.fleet import Member

#: Seconds since the start of each child, by job and profile (empty: not known).
Ages = Mapping[tuple[str, str], list[float]]


def ages_on(members: Iterable[Member], jobs: Collection[str], now: datetime) -> Ages:
    """Of the children of these jobs; one that has not begun is of no age."""
    begun: dict[tuple[str, str], list[datetime]] = {}
    for member in members:
        for one in member.node.running:
            if one.job not in jobs:
                continue
            key = (one.job, one.profile or "")
            starts = begun.get(key)
            if starts is None:
                starts = begun[key] = []
            starts.append(one.started_at or now)
    return {key: [(now - at).total_seconds() for at in starts] for key, starts in begun.items()}

"""
The demand of a workload by itself: the nodes that it keeps busy if every child starts on arrival.

A demand that is reckoned from a policy's own backlog would reward backlog; this one cannot.
Imports the standard library and ``autoscaler.bounds``.
"""

from collections.abc import Sequence
from itertools import pairwise

from autoscaler.bounds import Work


def open_loop(work: Sequence[Work], slots: int) -> tuple[tuple[float, int], ...]:
    """The nodes in demand as steps, each ``(from seconds, nodes)``, in order of time."""
    changes = sorted(
        [(one.at_seconds, 1) for one in work]
        + [(one.at_seconds + one.service_seconds, -1) for one in work]
    )
    steps: list[tuple[float, int]] = []
    busy = 0
    for at_seconds, change in changes:
        busy += change
        nodes = -(-busy // slots)
        if steps and steps[-1][0] == at_seconds:
            steps[-1] = (at_seconds, nodes)
        elif not steps or steps[-1][1] != nodes:
            steps.append((at_seconds, nodes))
    return tuple(steps)


def peak(steps: Sequence[tuple[float, int]]) -> int:
    """The most that is ever in demand."""
    return max((nodes for _, nodes in steps), default=0)


def quantile_of_time(steps: Sequence[tuple[float, int]], share: float) -> int:
    """The nodes that suffice for this share, from 0 to 1, of the time from first to last step."""
    seconds_at: dict[int, float] = {}
    for (begin, nodes), (end, _) in pairwise(steps):
        seconds_at[nodes] = seconds_at.get(nodes, 0.0) + end - begin
    left = share * sum(seconds_at.values())
    for nodes in sorted(seconds_at):
        left -= seconds_at[nodes]
        if left <= 0:
            return nodes
    return peak(steps)

"""
Derive a job's status and its summary's counts, as Nomad's state store does.

Pure.  The counts are kept by increments, not recounted: the children of a parent that are gone
still count as dead, as they do in Nomad.  May import ``devstack.standin.model`` only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from devstack.standin.model import (
    COMPLETE,
    DEAD,
    FAILED,
    LOST,
    PENDING,
    RUNNING,
    Allocation,
    Evaluation,
    GroupCounts,
    Job,
    Summary,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def job_status(
    job: Job, allocations: Iterable[Allocation], evaluations: Iterable[Evaluation]
) -> str:
    """
    Tell whether a job is pending, running or dead.

    A template runs until it is stopped.  Work runs while any allocation of it is not over, whether
    or not the client has started it; it is pending while an evaluation of it is open, or none has
    been made yet; else it is dead.
    """
    if job.parameterized:
        return DEAD if job.stop else RUNNING
    known = False
    for allocation in allocations:
        known = True
        if not allocation.over:
            return RUNNING
    for evaluation in evaluations:
        known = True
        if not evaluation.over:
            return PENDING
    return DEAD if known else PENDING


def child_moved(parent: Summary, before: str | None, after: str) -> Summary:
    """The parent's summary once a child's status went from ``before`` (None: new) to ``after``."""
    counts = {PENDING: parent.pending, RUNNING: parent.running, DEAD: parent.dead}
    if before is not None:
        counts[before] -= 1
    counts[after] += 1
    return replace(parent, pending=counts[PENDING], running=counts[RUNNING], dead=counts[DEAD])


def counted(counts: GroupCounts, before: Allocation | None, after: Allocation) -> GroupCounts:
    """A group's counts once one allocation of it went from ``before`` (None: new) to ``after``."""
    if before is None:
        return replace(counts, starting=counts.starting + 1, queued=max(0, counts.queued - 1))
    if before.client_status == after.client_status:
        return counts
    taken = {PENDING: "starting", RUNNING: "running", LOST: "lost"}.get(before.client_status)
    given = {
        PENDING: "starting",
        RUNNING: "running",
        COMPLETE: "complete",
        FAILED: "failed",
        LOST: "lost",
    }[after.client_status]
    changes = {given: getattr(counts, given) + 1}
    if taken is not None:
        changes[taken] = max(0, getattr(counts, taken) - 1)
    return replace(counts, **changes)

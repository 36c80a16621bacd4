"""Job statuses and the counts of summaries."""

from dataclasses import replace

import pytest

from devstack.standin.model import (
    BLOCKED,
    COMPLETE,
    DEAD,
    FAILED,
    LOST,
    PENDING,
    RUNNING,
    STOP,
    GroupCounts,
    Summary,
)
from devstack.standin.state.accounts import child_moved, counted, job_status
from tests.unit.devstack.standin.builders import a_job, a_template, an_allocation, an_evaluation


@pytest.mark.parametrize(
    ("allocation", "evaluation", "status"),
    [
        (None, None, PENDING),
        (None, PENDING, PENDING),
        (None, BLOCKED, PENDING),
        (None, COMPLETE, DEAD),
        ({}, COMPLETE, RUNNING),
        ({"client_status": RUNNING}, COMPLETE, RUNNING),
        ({"client_status": COMPLETE}, COMPLETE, DEAD),
        ({"client_status": FAILED}, PENDING, PENDING),
        ({"client_status": LOST, "desired_status": STOP}, BLOCKED, PENDING),
        ({"client_status": RUNNING, "desired_status": STOP}, COMPLETE, DEAD),
    ],
)
def test_a_status_follows_from_allocations_and_then_from_evaluations(
    allocation: dict[str, str] | None, evaluation: str | None, status: str
) -> None:
    job = a_job()
    allocations = [] if allocation is None else [an_allocation(job, **allocation)]
    evaluations = [] if evaluation is None else [an_evaluation(job, status=evaluation)]

    assert job_status(job, allocations, evaluations) == status


def test_a_template_runs_until_it_is_stopped() -> None:
    template = a_template()

    assert job_status(template, [], []) == RUNNING
    assert job_status(replace(template, stop=True), [], []) == DEAD


def test_a_child_moves_from_one_count_to_the_next() -> None:
    summary = Summary("parent", {})

    summary = child_moved(summary, None, PENDING)
    assert (summary.pending, summary.running, summary.dead) == (1, 0, 0)
    summary = child_moved(summary, PENDING, RUNNING)
    assert (summary.pending, summary.running, summary.dead) == (0, 1, 0)
    summary = child_moved(summary, RUNNING, DEAD)
    assert (summary.pending, summary.running, summary.dead) == (0, 0, 1)


def test_an_allocation_moves_from_one_count_to_the_next() -> None:
    job = a_job()
    new = an_allocation(job)
    running = an_allocation(job, client_status=RUNNING)
    over = an_allocation(job, client_status=COMPLETE)

    counts = counted(GroupCounts(queued=1), None, new)
    assert (counts.queued, counts.starting) == (0, 1)
    counts = counted(counts, new, running)
    assert (counts.starting, counts.running) == (0, 1)
    counts = counted(counts, running, over)
    assert (counts.running, counts.complete) == (0, 1)


def test_what_does_not_change_its_status_changes_no_count() -> None:
    job = a_job()
    counts = GroupCounts(starting=1)

    assert counted(counts, an_allocation(job), an_allocation(job)) is counts

"""What Nomad says of allocations, whole or not."""

from typing import Any

import pytest

from tests.unit.transcoder.scripted_nomad import a_task, an_allocation, an_end
from transcoder.core.allocations import (
    ended_at,
    exit_code_of,
    failure_words,
    is_waiting,
    newest_of,
    node_of,
    restarts_of,
    started_at,
    task_of,
    was_stopped,
)


def test_the_newest_is_the_last_one_made() -> None:
    one, two = an_allocation("failed", "a1", 1), an_allocation("running", "a2", 2)

    assert newest_of([two, one]) is two
    assert newest_of([]) is None


def test_what_a_node_has_not_told_yet_is_not_known() -> None:
    fresh = an_allocation("pending", TaskStates=None, NodeName="", NodeID="0123456789ab")

    assert task_of(fresh) is None
    assert (started_at(fresh), ended_at(fresh), exit_code_of(fresh)) == (None, None, None)
    assert (restarts_of(fresh), is_waiting(fresh), node_of(fresh)) == (0, True, "01234567")


def test_another_task_counts_where_none_is_called_transcode() -> None:
    renamed = an_allocation("running", TaskStates={"tc": a_task(Restarts=2)["transcode"]})
    beside = an_allocation("running", TaskStates={"helper": {}, **a_task()})

    assert (task_of(renamed), restarts_of(renamed)) == ("tc", 2)
    assert task_of(beside) == "transcode"


def test_instants_are_read_to_the_microsecond_and_year_one_is_none() -> None:
    states = a_task(StartedAt="1970-01-01T00:01:00.123456789Z", FinishedAt="0001-01-01T00:00:00Z")
    allocation = an_allocation("running", TaskStates=states)

    assert started_at(allocation) == 60.123456
    assert ended_at(allocation) is None
    assert started_at(an_allocation("running", TaskStates=a_task(StartedAt="soon"))) is None


def test_a_task_between_two_attempts_waits() -> None:
    assert is_waiting(an_allocation("running", TaskStates=a_task(State="pending", Restarts=1)))
    assert not is_waiting(an_allocation("running"))


@pytest.mark.parametrize(
    ("desired", "code", "stopped"),
    [("stop", 143, True), ("stop", 0, False), ("run", 0, False), ("run", 65, False)],
)
def test_a_task_that_ended_because_it_was_told_to_was_stopped(
    desired: str, code: int, stopped: bool
) -> None:
    states = a_task(an_end(code))

    allocation = an_allocation("complete", DesiredStatus=desired, TaskStates=states)

    assert was_stopped(allocation) is stopped


def an_event(kind: str, words: str) -> dict[str, Any]:
    return {"Type": kind, "DisplayMessage": words}


@pytest.mark.parametrize(
    ("allocation", "words"),
    [
        (
            an_allocation("failed", TaskStates=a_task(an_end(65))),
            "failed: task transcode: Exit Code: 65 (bad input)",
        ),
        (
            an_allocation("failed", TaskStates=a_task({"Type": "Terminated", "ExitCode": 137})),
            "failed: task transcode: Exit Code: 137 (killed; out of memory?)",
        ),
        (
            an_allocation(
                "failed",
                TaskStates=a_task(
                    an_event("Received", "Task received by client"),
                    an_event("Driver Failure", "no such\n  command"),
                    an_event("Not Restarting", "Policy allows no restarts"),
                ),
            ),
            "failed: no such command",
        ),
        (an_allocation("lost", ClientDescription="alloc is lost"), "lost: alloc is lost"),
        (an_allocation("failed"), "failed: no reason is given"),
    ],
)
def test_a_failure_is_told_as_far_as_nomad_can(allocation: dict[str, Any], words: str) -> None:
    assert failure_words(allocation) == words

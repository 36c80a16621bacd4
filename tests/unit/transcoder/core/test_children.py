"""Dispatched children, by what Nomad says of them."""

from dataclasses import replace
from typing import Any

import pytest

from transcoder.core.children import Child, State, ended, moved, tally

CHILD = Child("transcode/dispatch-1-a", "e1", "in.mp4", "small")


def an_allocation(status: str, index: int = 1, **changes: Any) -> dict[str, Any]:
    return {"ClientStatus": status, "CreateIndex": index, "TaskStates": None, **changes}


def test_a_child_moves_with_its_jobs_status() -> None:
    assert moved(CHILD, "pending").state is State.PENDING
    assert moved(CHILD, "running").state is State.RUNNING
    assert moved(CHILD, "dead").state is State.RUNNING, "its allocations have yet to tell"


def test_a_child_whose_job_is_gone_has_failed() -> None:
    gone = moved(CHILD, None)
    assert gone.state is State.FAILED
    assert "purged" in str(gone.detail)


def test_an_end_stays() -> None:
    done = replace(CHILD, state=State.DONE)
    assert moved(done, None) is done
    assert moved(done, "running") is done


def test_the_last_allocation_decides() -> None:
    failed, complete = an_allocation("failed", 1), an_allocation("complete", 2)
    assert ended(CHILD, [complete, failed]).state is State.DONE
    assert ended(CHILD, [replace_index(complete, 0), failed]).state is State.FAILED


def replace_index(allocation: dict[str, Any], index: int) -> dict[str, Any]:
    return {**allocation, "CreateIndex": index}


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"ExitCode": 65, "DisplayMessage": "Exit Code: 65"}, "Exit Code: 65 (bad input)"),
        ({"ExitCode": 1, "DisplayMessage": ""}, "Exit Code: 1"),
        ({"ExitCode": 137}, "Exit Code: 137 (killed; out of memory?)"),
    ],
)
def test_a_failure_is_told_by_the_tasks_last_end(event: dict[str, Any], words: str) -> None:
    states = {"transcode": {"Events": [{"Type": "Started"}, {"Type": "Terminated", **event}]}}
    child = ended(CHILD, [an_allocation("failed", TaskStates=states)])
    assert child.detail == f"failed: task transcode: {words}"


@pytest.mark.parametrize(
    ("allocations", "words"),
    [
        ([], "stopped before it was placed"),
        ([an_allocation("running")], "stopped while running"),
        ([an_allocation("lost", ClientDescription="alloc is lost")], "lost: alloc is lost"),
        ([an_allocation("failed")], "failed: no reason is given"),
        (
            [an_allocation("failed", TaskStates={"t": {"Events": [{"Type": "Started"}]}})],
            "failed: no reason is given",
        ),
    ],
)
def test_an_end_without_an_exit_code_is_told_too(
    allocations: list[dict[str, Any]], words: str
) -> None:
    child = ended(CHILD, allocations)
    assert child.state is State.FAILED
    assert words in str(child.detail)


def test_children_are_counted_by_state() -> None:
    children = [CHILD, replace(CHILD, state=State.RUNNING), replace(CHILD, state=State.FAILED)]
    assert str(tally(children)) == "1 of 3 ended, 1 failed, 1 running, 1 pending"
    assert str(tally([replace(CHILD, state=State.DONE)])) == "1 of 1 ended, 0 running, 0 pending"

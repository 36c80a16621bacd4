"""Dispatched children, by what Nomad and their own logs say of them."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.transcoder.scripted_nomad import a_task, an_allocation, an_end, an_outcome
from transcoder.core.children import Child, State, ended, moved, tally
from transcoder.core.task_log import Ending, last_ending

CHILD = Child("transcode/dispatch-1-a", "e1", "in.mp4", "small")


def test_a_child_moves_with_its_jobs_status() -> None:
    assert moved(CHILD, "pending").state is State.PENDING
    assert moved(CHILD, "running").state is State.RUNNING
    assert moved(CHILD, "dead").state is State.RUNNING, "its allocations have yet to tell"


def test_a_child_whose_job_is_gone_has_failed() -> None:
    gone = moved(CHILD, None)
    assert gone.state is State.FAILED
    assert "purged" in gone.why


def test_an_end_stays() -> None:
    done = replace(CHILD, state=State.DONE)
    assert moved(done, None) is done
    assert moved(done, "running") is done


def test_the_last_allocation_decides() -> None:
    complete = an_allocation("complete", index=2)
    assert ended(CHILD, [complete, an_allocation("failed", index=1)]).state is State.DONE
    assert ended(CHILD, [complete, an_allocation("failed", index=3)]).state is State.FAILED


def told(**changes: Any) -> Ending | None:
    return last_ending(an_outcome(outcome="failed", **changes))


def test_a_done_child_has_the_keys_that_its_task_told() -> None:
    ending = last_ending(an_outcome(outputs=[{"key": "videos/a.mp4"}]))
    assert ended(CHILD, [an_allocation("complete")], ending).keys == ("videos/a.mp4",)
    assert ended(CHILD, [an_allocation("complete")]).keys == ()


def test_a_failed_child_has_the_reason_that_its_task_told() -> None:
    failed = an_allocation("failed", TaskStates=a_task(an_end(65)))
    end = ended(CHILD, [failed], told(reason="not_a_video", detail="it is text", exit_code=65))
    assert (end.state, end.reason, end.detail) == (State.FAILED, "not_a_video", "it is text")
    assert end.why == "not_a_video: it is text"


def test_the_words_of_an_earlier_attempt_do_not_explain_another_end() -> None:
    """Killed in its second attempt, it left the outcome line of the first."""
    killed = an_allocation("failed", TaskStates=a_task(an_end(137)))
    end = ended(CHILD, [killed], told(reason="disk_full", detail="no room", exit_code=75))
    assert end.reason is None
    assert "killed; out of memory?" in end.why


@pytest.mark.parametrize(
    ("ending", "why"),
    [
        (None, "it was stopped while running"),
        (
            told(reason="terminated", detail="stopped by SIGTERM", exit_code=143),
            "terminated: stopped by SIGTERM",
        ),
    ],
)
def test_a_stopped_child_is_not_done_though_nomad_calls_it_complete(
    ending: Ending | None, why: str
) -> None:
    states = a_task(an_end(143))
    stopped = an_allocation("complete", DesiredStatus="stop", TaskStates=states)
    end = ended(CHILD, [stopped], ending)
    assert (end.state, end.why) == (State.FAILED, why)


@pytest.mark.parametrize(
    ("allocations", "words"),
    [
        ([], "stopped before it was placed"),
        ([an_allocation("running")], "stopped while running"),
        ([an_allocation("pending")], "stopped while pending"),
        ([an_allocation("lost", ClientDescription="alloc is lost")], "lost: alloc is lost"),
    ],
)
def test_an_end_without_an_exit_code_is_told_too(
    allocations: list[dict[str, Any]], words: str
) -> None:
    child = ended(CHILD, allocations)
    assert child.state is State.FAILED
    assert words in child.why


def test_children_are_counted_by_state() -> None:
    states = [State.PENDING, State.RUNNING, State.FAILED]
    assert str(tally(states)) == "1 of 3 ended, 1 failed, 1 running, 1 pending"
    assert str(tally([State.DONE])) == "1 of 1 ended, 0 running, 0 pending"

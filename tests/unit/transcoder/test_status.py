"""Looking at children over a server made of tables: what is asked, and what hides nothing."""

from dataclasses import replace

from tests.unit.transcoder.scripted_nomad import (
    ScriptedChildren,
    a_progress,
    a_task,
    an_allocation,
    an_end,
    an_outcome,
)
from transcoder.core.children import State
from transcoder.core.survey import Listed, Row
from transcoder.status import Bounds, look

META = {"input": "a.mp4", "profile": "small"}
RUNNING = Listed("t/dispatch-r", "running", 10.0, meta=META)
DONE = Listed("t/dispatch-d", "dead", 10.0, completed=True, meta=META)
FAILED = Listed("t/dispatch-f", "dead", 10.0, failed=True, meta=META)
PENDING = Listed("t/dispatch-p", "pending", 10.0, meta=META)
REASON = {"outcome": "failed", "reason": "disk_full", "detail": "no room", "exit_code": 75}


def a_cluster(*children: Listed) -> ScriptedChildren:
    """A server on which each of the four children has what it should have."""
    return ScriptedChildren(
        children=children,
        allocations_by_child={
            RUNNING.id: [an_allocation("running", "r")],
            DONE.id: [an_allocation("complete", "d", TaskStates=a_task(an_end(0)))],
            FAILED.id: [an_allocation("failed", "f", TaskStates=a_task(an_end(75)))],
        },
        logs={
            ("r", "stderr"): a_progress(42),
            ("d", "stdout"): an_outcome(outputs=[{"key": "k"}]),
            ("f", "stdout"): an_outcome(**REASON),
        },
    )


def rows(children: ScriptedChildren, bounds: Bounds | None = None) -> dict[str, Row]:
    bounds = bounds or Bounds(now=lambda: 100.0)
    seen = look("t", children.listing(0, 0), children, bounds)
    return {row.id: row for row in seen.rows}


def test_each_child_is_told_by_its_own_log() -> None:
    seen = rows(a_cluster(RUNNING, DONE, FAILED, PENDING))

    doing = seen[RUNNING.id].doing
    assert doing is not None
    assert doing.standing is not None
    assert doing.standing.percent == 42
    assert seen[DONE.id].keys == ("k",)
    assert (seen[FAILED.id].reason, seen[FAILED.id].detail) == ("disk_full", "no room")
    assert [row.trouble for row in seen.values()] == [None] * 4


def test_a_child_that_waits_for_the_first_time_costs_no_question() -> None:
    children = a_cluster(PENDING)

    rows(children)

    assert children.asked == []


def test_what_the_list_does_not_tell_is_asked_of_the_child() -> None:
    bare = replace(PENDING, meta=None)
    children = a_cluster(bare)
    children.metas_by_child = {bare.id: META}

    assert rows(children)[bare.id].input == "a.mp4"


def test_a_child_that_cannot_be_read_hides_no_other() -> None:
    children = a_cluster(RUNNING, DONE, FAILED)
    children.broken = {DONE.id}
    del children.logs["f", "stdout"]

    seen = rows(children)

    assert seen[DONE.id].trouble == "it cannot be read: no cluster leader"
    assert seen[DONE.id].state is State.DONE
    assert seen[FAILED.id].trouble == (
        "its log cannot be read: its node is gone, or cannot be reached"
    )
    assert "75 (worth another attempt)" in str(seen[FAILED.id].detail)
    assert seen[RUNNING.id].doing is not None


def test_a_task_between_two_attempts_tells_why_the_first_failed() -> None:
    children = a_cluster(RUNNING)
    waiting = a_task(State="pending", Restarts=1)
    children.allocations_by_child[RUNNING.id] = [an_allocation("running", "r", TaskStates=waiting)]
    children.logs["r", "stdout"] = an_outcome(**REASON)

    seen = rows(children)[RUNNING.id]

    assert seen.doing is not None
    assert (seen.doing.event, seen.attempt, seen.reason) == ("restarting", 2, "disk_full")


def test_a_task_that_has_yet_to_start_is_no_trouble() -> None:
    children = a_cluster(RUNNING)
    children.allocations_by_child[RUNNING.id] = [an_allocation("pending", "n", TaskStates=None)]

    seen = rows(children)[RUNNING.id]

    assert seen.doing is not None
    assert (seen.doing.event, seen.trouble) == ("starting", None)


def test_a_second_allocation_tells_why_the_first_failed() -> None:
    children = a_cluster(RUNNING)
    first = an_allocation("failed", "f", 1, TaskStates=a_task(an_end(75)))
    children.allocations_by_child[RUNNING.id] = [an_allocation("running", "r", 2), first]

    seen = rows(children)[RUNNING.id]

    assert (seen.attempt, seen.reason) == (2, "disk_full")


def test_a_child_that_waits_again_tells_why_it_does() -> None:
    again = replace(PENDING, failed=True)
    children = a_cluster(again)
    children.allocations_by_child[again.id] = children.allocations_by_child[FAILED.id]

    seen = rows(children)[again.id]

    assert (seen.state, seen.attempt, seen.reason) == (State.PENDING, 2, "disk_full")


def test_what_there_is_no_time_for_is_told_as_such() -> None:
    clock = iter([0.0, *[31.0] * 9])

    seen = rows(a_cluster(RUNNING), Bounds(now=lambda: 100.0, monotonic=lambda: next(clock)))

    assert seen[RUNNING.id].trouble == "it cannot be read: there was no time left"


def test_only_the_states_asked_for_cost_questions() -> None:
    children = a_cluster(RUNNING, DONE, FAILED)

    seen = rows(children, Bounds(states=(State.FAILED,), now=lambda: 100.0))

    assert list(seen) == [FAILED.id]
    assert children.asked == [f"allocations {FAILED.id}"]

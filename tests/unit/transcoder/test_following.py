"""Following children to their ends, over a scripted server."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.unit.transcoder.scripted_nomad import (
    ScriptedJobs,
    a_progress,
    a_task,
    an_allocation,
    an_end,
    an_outcome,
)
from transcoder.core.allocations import Allocation
from transcoder.core.children import Child, State
from transcoder.errors import DispatchError, TransientError
from transcoder.following import Pace, doings, follow
from transcoder.ports import Statuses

ONE, TWO = "transcode/dispatch-0", "transcode/dispatch-1"
COMPLETE = [an_allocation("complete", "done", TaskStates=a_task(an_end(0)))]
FAILED = [an_allocation("failed", "failed", TaskStates=a_task(an_end(65)))]


def dispatched() -> list[Child]:
    return [Child(ONE, "eval-0", "a.mp4", "small"), Child(TWO, "eval-1", "b.mp4", "small")]


def paced(waits: list[float] | None = None, **changes: Any) -> Pace:
    clock = iter(range(10_000))
    taken = waits if waits is not None else []
    return Pace(wait=taken.append, monotonic=lambda: float(next(clock)), **changes)


@dataclass
class Telling:
    """Keeps what it is told."""

    changes: list[tuple[list[State], list[str]]] = field(default_factory=list)
    ends: list[Child] = field(default_factory=list)
    looks: int = 0

    def moved(self, children: Sequence[Child], ends: Sequence[Child]) -> None:
        self.changes.append(([one.state for one in children], [one.id for one in ends]))
        self.ends += ends

    def looked(self, children: Sequence[Child]) -> None:
        self.looks += 1


def test_children_are_followed_by_the_servers_index_until_all_have_ended() -> None:
    jobs = ScriptedJobs(
        statuses_script=[
            Statuses({ONE: "pending", TWO: "running"}, 7),
            Statuses({ONE: "running", TWO: "dead"}, 9),
            Statuses({ONE: "dead", TWO: "dead"}, 12),
        ],
        allocations_by_child={ONE: COMPLETE, TWO: FAILED},
    )
    told = Telling()
    ends = follow(dispatched(), jobs, paced(), told)
    assert [child.state for child in ends] == [State.DONE, State.FAILED]
    assert jobs.indices == [0, 7, 9]
    assert told.looks == 3
    assert told.changes == [
        ([State.PENDING, State.RUNNING], []),
        ([State.RUNNING, State.FAILED], [TWO]),
        ([State.DONE, State.FAILED], [ONE]),
    ]


def test_an_end_is_told_in_the_tasks_own_words() -> None:
    jobs = ScriptedJobs(
        statuses_script=[Statuses({ONE: "dead", TWO: "dead"}, 7)],
        allocations_by_child={ONE: COMPLETE, TWO: FAILED},
        logs={
            ("done", "stdout"): an_outcome(outputs=[{"key": "videos/a.mp4"}]),
            ("failed", "stdout"): an_outcome(
                outcome="failed", reason="not_a_video", detail="it is text", exit_code=65
            ),
        },
    )
    done, failed = follow(dispatched(), jobs, paced(), Telling())
    assert done.keys == ("videos/a.mp4",)
    assert failed.why == "not_a_video: it is text"


def test_a_failure_whose_log_cannot_be_read_is_told_with_its_code_and_with_that() -> None:
    jobs = ScriptedJobs(
        statuses_script=[Statuses({ONE: "dead", TWO: "dead"}, 7)],
        allocations_by_child={ONE: COMPLETE, TWO: FAILED},
    )
    done, failed = follow(dispatched(), jobs, paced(), Telling())
    assert done.state is State.DONE
    assert failed.why == (
        "failed: task transcode: Exit Code: 65 (bad input); "
        "its log cannot be read: its node is gone, or cannot be reached"
    )


def test_what_running_children_do_is_read_of_a_few_and_the_rest_left_out() -> None:
    class Away(ScriptedJobs):
        def allocations(self, child_id: str) -> Sequence[Allocation]:
            if child_id == TWO:
                raise TransientError("no cluster leader")
            return super().allocations(child_id)

    jobs = Away(
        allocations_by_child={ONE: [an_allocation("running", "r")]},
        logs={("r", "stderr"): a_progress(42)},
    )
    one, two = (replace(child, state=State.RUNNING) for child in dispatched())
    waiting = replace(one, state=State.PENDING)
    assert [child for child, _ in doings([waiting, one, two], jobs, most=2)] == [one]
    assert doings([two, one], jobs, most=1) == []


def test_a_child_that_is_gone_has_failed() -> None:
    jobs = ScriptedJobs(statuses_script=[Statuses({ONE: "dead"}, 7)])
    jobs.allocations_by_child = {ONE: COMPLETE}
    ends = follow(dispatched(), jobs, paced(), Telling())
    assert [child.state for child in ends] == [State.DONE, State.FAILED]


def test_a_server_that_comes_back_is_asked_again_from_the_same_index() -> None:
    jobs = ScriptedJobs(
        statuses_script=[
            Statuses({ONE: "running", TWO: "running"}, 7),
            TransientError("no cluster leader"),
            TransientError("no cluster leader"),
            Statuses({ONE: "dead", TWO: "dead"}, 8),
        ],
        allocations_by_child={ONE: COMPLETE, TWO: COMPLETE},
    )
    waits: list[float] = []
    follow(dispatched(), jobs, paced(waits), Telling())
    assert jobs.indices == [0, 7, 7, 7]
    assert waits == [0.25, 0.5, 1.0, 0.25]


def test_an_index_that_goes_back_starts_over() -> None:
    jobs = ScriptedJobs(
        statuses_script=[
            Statuses({ONE: "running", TWO: "running"}, 70),
            Statuses({ONE: "running", TWO: "running"}, 5),
            Statuses({ONE: "dead", TWO: "dead"}, 6),
        ],
        allocations_by_child={ONE: COMPLETE, TWO: COMPLETE},
    )
    follow(dispatched(), jobs, paced(), Telling())
    assert jobs.indices == [0, 70, 0]


def test_a_server_that_stays_away_is_given_up() -> None:
    jobs = ScriptedJobs(statuses_script=[TransientError("refused")] * 3)
    with pytest.raises(DispatchError, match="after 3 failures in a row: refused") as failure:
        follow(dispatched(), jobs, paced(failures_most=3), Telling())
    assert failure.value.exit_code == 75


def test_waiting_ends_at_its_timeout() -> None:
    running = Statuses({ONE: "running", TWO: "running"}, 7)
    jobs = ScriptedJobs(statuses_script=[running] * 50)
    with pytest.raises(DispatchError, match="2 children have not ended within 10 s"):
        follow(dispatched(), jobs, paced(timeout_seconds=10.0), Telling())
    assert all(wait <= 10 for wait in jobs.waits)

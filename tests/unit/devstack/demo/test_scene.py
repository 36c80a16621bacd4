"""A scene is read from Nomad's replies."""

from typing import Any

import pytest

from devstack.demo.scene import (
    Child,
    ChildState,
    NodeState,
    Scene,
    read_child,
    read_nodes,
)
from devstack.fleet import Life

STUB = {
    "ID": "transcode/dispatch-1-a",
    "Status": "running",
    "SubmitTime": 1_795_485_667_500_000_000,
}
META = {"input": "/videos/portrait.mp4", "profile": "small"}


def an_allocation(status: str, index: int = 10, **task: str) -> dict[str, Any]:
    return {
        "ID": f"alloc-{index}",
        "NodeID": "node-1",
        "ClientStatus": status,
        "CreateIndex": index,
        "TaskStates": {"transcode": task} if task else None,
    }


def test_a_child_without_an_allocation_is_pending() -> None:
    child = read_child(STUB | {"Status": "pending"}, META, [])

    assert child.state is ChildState.PENDING
    assert child.label == "portrait.mp4 (small)"
    assert (child.submitted_at, child.waited_seconds) == (1_795_485_667.5, None)


def test_a_child_that_was_stopped_unplaced_has_failed() -> None:
    assert read_child(STUB | {"Status": "dead"}, META, []).state is ChildState.FAILED


@pytest.mark.parametrize(
    ("client_status", "job_status", "state"),
    [
        ("pending", "pending", ChildState.PENDING),
        ("running", "running", ChildState.RUNNING),
        ("running", "dead", ChildState.RUNNING),
        ("complete", "dead", ChildState.DONE),
        ("failed", "dead", ChildState.FAILED),
        ("lost", "running", ChildState.FAILED),
    ],
)
def test_a_placed_child_is_as_its_allocation(
    client_status: str, job_status: str, state: ChildState
) -> None:
    child = read_child(STUB | {"Status": job_status}, META, [an_allocation(client_status)])

    assert child.state is state


def test_waiting_and_working_are_timed_by_the_task() -> None:
    """To the nanosecond as Nomad writes it; the fraction beyond a microsecond is cut."""
    allocation = an_allocation(
        "complete",
        StartedAt="2026-11-24T02:01:10.577869301Z",
        FinishedAt="2026-11-24T02:01:13.077869301Z",
    )
    child = read_child(STUB, META, [allocation])

    assert child.waited_seconds == pytest.approx(3.0779, abs=0.001)
    assert child.took_seconds == pytest.approx(2.5)


def test_go_s_zero_time_is_no_time() -> None:
    allocation = an_allocation("running", StartedAt="0001-01-01T00:00:00Z")

    assert read_child(STUB, META, [allocation]).started_at is None


def test_the_newest_allocation_counts() -> None:
    allocations = [an_allocation("running", index=12), an_allocation("failed", index=10)]

    assert read_child(STUB, META, allocations).state is ChildState.RUNNING


def a_life(instance: str, *, started: bool = True, terminated: bool = False) -> Life:
    return Life(instance, 0, 2, 2 if started else None, 9 if terminated else None)


def a_node_stub(status: str = "ready", eligibility: str = "eligible") -> dict[str, str]:
    return {"ID": "node-1", "Status": status, "SchedulingEligibility": eligibility}


@pytest.mark.parametrize(
    ("life", "stub", "state"),
    [
        (a_life("i-a", started=False), None, NodeState.BOOTING),
        (a_life("i-a"), None, NodeState.JOINING),
        (a_life("i-a"), a_node_stub("initializing"), NodeState.JOINING),
        (a_life("i-a"), a_node_stub(), NodeState.READY),
        (a_life("i-a"), a_node_stub(eligibility="ineligible"), NodeState.CORDONED),
    ],
)
def test_a_node_is_as_its_instance_and_nomad_say(
    life: Life, stub: dict[str, str] | None, state: NodeState
) -> None:
    stubs = {} if stub is None else {"i-a": stub}

    (node,) = read_nodes([life], stubs, [])
    assert node.state is state


def test_terminated_instances_are_no_nodes() -> None:
    assert read_nodes([a_life("i-a", terminated=True)], {"i-a": a_node_stub()}, []) == ()


def test_a_node_shows_what_runs_on_it() -> None:
    def child(name: str, state: ChildState, node_id: str | None) -> Child:
        return Child(name, f"{name}.mp4", "small", state, 0.0, node_id=node_id)

    children = [
        child("a", ChildState.RUNNING, "node-1"),
        child("b", ChildState.RUNNING, "node-2"),
        child("c", ChildState.DONE, "node-1"),
        child("d", ChildState.PENDING, None),
    ]
    (node,) = read_nodes([a_life("i-a")], {"i-a": a_node_stub()}, children)

    assert node.running == ("a.mp4 (small)",)


def test_a_scene_counts_and_knows_when_all_have_ended() -> None:
    children = (
        Child("a", "a", "small", ChildState.DONE, 0.0),
        Child("b", "b", "small", ChildState.FAILED, 0.0),
    )
    scene = Scene(children, (), 0)

    assert (scene.count(ChildState.DONE), scene.count(ChildState.PENDING)) == (1, 0)
    assert scene.all_ended
    running = Child("c", "c", "small", ChildState.RUNNING, 0.0)
    assert not Scene((*children, running), (), 0).all_ended

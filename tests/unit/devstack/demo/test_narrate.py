"""What changed and what was decided is told in sentences."""

import itertools
from typing import Any

import pytest

from devstack.demo.narrate import changes, decision, in_reading_order, rules
from devstack.demo.scene import Child, ChildState, Node, NodeState, Scene


def a_child(state: ChildState, **times: float) -> Child:
    return Child("child-1", "/v/a.mp4", "large", state, 100.0, **times)


def a_scene(*children: Child, nodes: tuple[Node, ...] = ()) -> Scene:
    return Scene(children, nodes, len(nodes))


EMPTY = Scene((), (), 0)


def test_a_dispatch_is_told_with_the_queue() -> None:
    pending = a_scene(a_child(ChildState.PENDING))

    assert list(changes(EMPTY, pending)) == ["1 children dispatched, 1 pending"]


@pytest.mark.parametrize(
    ("child", "sentence"),
    [
        (
            a_child(ChildState.RUNNING, started_at=102.5),
            "a.mp4 (large) starts after 2.5 s in the queue",
        ),
        (
            a_child(ChildState.DONE, started_at=102.5, finished_at=106.0),
            "a.mp4 (large) done in 3.5 s",
        ),
        (a_child(ChildState.FAILED), "a.mp4 (large) FAILED"),
    ],
)
def test_a_child_that_moved_on_is_told_once(child: Child, sentence: str) -> None:
    before, after = a_scene(a_child(ChildState.PENDING)), a_scene(child)

    assert list(changes(before, after)) == [sentence]
    assert list(changes(after, after)) == []


def test_a_child_that_is_tried_again_is_told() -> None:
    running, again = a_scene(a_child(ChildState.RUNNING)), a_scene(a_child(ChildState.PENDING))

    assert list(changes(running, again)) == [
        "a.mp4 (large) ended badly and waits for another attempt"
    ]


def test_a_node_s_life_is_told() -> None:
    states = [NodeState.BOOTING, NodeState.JOINING, NodeState.READY, NodeState.CORDONED]
    scenes = [EMPTY, *(a_scene(nodes=(Node("i-a", state),)) for state in states), EMPTY]
    told = [
        sentence
        for before, after in itertools.pairwise(scenes)
        for sentence in changes(before, after)
    ]

    assert told == [
        "instance i-a launched, booting",
        "instance i-a is up, its node joins",
        "node i-a is ready",
        "node i-a is cordoned: nothing new is placed on it",
        "instance i-a is gone",
    ]


def a_cycle(**fields: Any) -> dict[str, Any]:
    return {
        "event": "cycle.finished",
        "desired_from": 1,
        "desired_to": 2,
        "rules": ["demand"],
        "why": "4 children",
        "outcome": "applied",
        **fields,
    }


def test_a_decision_is_told_with_its_rules_and_reasons() -> None:
    assert decision(a_cycle()) == "decision: desired 1 → 2 [demand] 4 children"


def test_a_decision_that_keeps_the_size_says_so() -> None:
    told = decision(a_cycle(desired_to=1, rules=["idle"], why="i-a is idle"))

    assert told == "decision: desired stays 1 [idle] i-a is idle"


@pytest.mark.parametrize(
    "line",
    [
        {"event": "action.applied", "action": "set_desired_capacity"},
        {"event": "daemon.started"},
        {},
    ],
)
def test_what_tells_nothing_new_is_left_out(line: dict[str, Any]) -> None:
    assert decision(line) is None


def test_a_cycle_that_did_nothing_is_told_when_its_reasons_are_new() -> None:
    holding = a_cycle(outcome="no_op", desired_to=1, rules=["in_flight"], why="1 node boots")

    assert decision(holding, ("demand",)) == "decision: desired stays 1 [in_flight] 1 node boots"
    assert decision(holding, ("in_flight",)) is None


def test_only_cycles_have_rules() -> None:
    assert rules(a_cycle()) == ("demand",)
    assert rules({"event": "daemon.started"}) is None


def test_actions_are_told_with_whom_they_concern() -> None:
    terminate = {"event": "action.applied", "action": "terminate", "instance": "i-a"}
    cordon = {"event": "action.applied", "action": "cordon", "node": "n-1", "instance": "i-a"}

    assert decision(terminate) == "autoscaler terminates i-a"
    assert decision(cordon) == "autoscaler cordons n-1"


def test_a_failed_action_is_told_with_its_error() -> None:
    line = {"event": "action.failed", "action": "terminate", "error": "denied"}

    assert decision(line) == "autoscaler FAILED to terminate: denied"


def test_a_decision_is_told_before_the_actions_that_it_led_to() -> None:
    """The daemon logs a cycle when it is over; lines of no cycle keep their places."""
    lines: list[dict[str, Any]] = [
        {"event": "daemon.started"},
        {"event": "action.applied", "cycle_id": "c-1", "action": "cordon"},
        {"event": "action.applied", "cycle_id": "c-1", "action": "purge"},
        {"event": "cycle.finished", "cycle_id": "c-1"},
        {"event": "cycle.finished", "cycle_id": "c-2"},
    ]

    assert in_reading_order(lines) == [lines[0], lines[3], lines[1], lines[2], lines[4]]

"""A run is shown in lines where there is no terminal, and as one screen where there is."""

import io
import time

from rich.console import Console

from devstack.demo.scene import Child, ChildState, Node, NodeState, Scene
from devstack.demo.view import LiveView, PlainView, summary

SCENE = Scene(
    (
        Child("a", "/v/a.mp4", "small", ChildState.DONE, 0.0),
        Child("b", "/v/b.mp4", "small", ChildState.RUNNING, 0.0),
    ),
    (Node("i-1", NodeState.READY, ("b.mp4 (small)",)), Node("i-2", NodeState.BOOTING)),
    2,
)


def test_a_scene_is_summed_up_in_one_line() -> None:
    assert summary(SCENE) == (
        "queue: 0 pending, 1 running, 1 done, 0 failed · group: desired 2 · "
        "nodes: 1 booting, 1 ready"
    )
    assert summary(Scene((), (), 0)).endswith("group: desired 0 · nodes: none")


def test_lines_are_stamped_with_the_seconds_since_the_start() -> None:
    lines: list[str] = []
    PlainView(lines.append, time.monotonic() - 12).say("node i-1 is ready")

    assert lines == ["  12.0s  node i-1 is ready"]


def test_the_scene_is_a_line_only_when_it_changed() -> None:
    lines: list[str] = []
    view = PlainView(lines.append, time.monotonic())
    view.show(SCENE)
    view.show(SCENE)
    view.show(Scene((), (), 0))

    assert len(lines) == 2


def test_the_screen_shows_queue_nodes_and_what_happens() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, height=40)
    with LiveView(console, time.monotonic()) as view:
        view.say("decision: desired 0 → 2 [demand] 4 children")
        view.show(SCENE)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()

    for words in ("queue: 2 children", "i-1", "b.mp4 (small)", "desired 0 → 2 [demand]"):
        assert words in shown

"""
Show a run as it happens: live on a terminal, line by line anywhere else.

May import ``devstack.demo.scene``, rich and the standard library.
"""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from devstack.demo.scene import ChildState, NodeState, Scene

_CHILD_STYLES = {
    ChildState.PENDING: "yellow",
    ChildState.RUNNING: "cyan",
    ChildState.DONE: "green",
    ChildState.FAILED: "bold red",
}
_NODE_STYLES = {
    NodeState.BOOTING: "dim",
    NodeState.JOINING: "yellow",
    NodeState.READY: "green",
    NodeState.CORDONED: "magenta",
}


class View(Protocol):
    """What a run is shown on."""

    def say(self, sentence: str) -> None:
        """Tell one thing that has just happened."""

    def show(self, scene: Scene) -> None:
        """Show how things stand."""


class PlainView:
    """Timestamped lines, for pipes and CI logs: what happened, and the queue when it changes."""

    def __init__(self, write: Callable[[str], object], began_at: float) -> None:
        """``began_at``: the instant of ``time.monotonic()`` that the stamps count from."""
        self._write = write
        self._began_at = began_at
        self._last = ""

    def say(self, sentence: str) -> None:
        self._write(f"{time.monotonic() - self._began_at:6.1f}s  {sentence}")

    def show(self, scene: Scene) -> None:
        line = summary(scene)
        if line != self._last:
            self._last = line
            self.say(f"  {line}")


class LiveView:
    """
    Queue and nodes at the foot of the terminal, for the length of a ``with`` block.

    What is said scrolls by above them, and stays in the terminal's history.
    """

    def __init__(self, console: Console, began_at: float) -> None:
        self._console = console
        self._began_at = began_at
        # Drawn when something changes, and not by the clock: that only flickers.
        self._live = Live(console=console, auto_refresh=False)
        self._scene: Scene | None = None

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def say(self, sentence: str) -> None:
        stamp = Text(f"{time.monotonic() - self._began_at:6.1f}s  ", style="dim")
        self._console.print(stamp.append(Text(sentence, style=_sentence_style(sentence))))

    def show(self, scene: Scene) -> None:
        if scene != self._scene:
            self._scene = scene
            self._live.update(Group(_queue(scene), _nodes(scene)), refresh=True)


def summary(scene: Scene) -> str:
    """The scene in one line."""
    counts = ", ".join(f"{scene.count(state)} {state}" for state in ChildState)
    nodes = ", ".join(
        f"{sum(node.state is state for node in scene.nodes)} {state}"
        for state in NodeState
        if any(node.state is state for node in scene.nodes)
    )
    return f"queue: {counts} · group: desired {scene.desired} · nodes: {nodes or 'none'}"


def _queue(scene: Scene) -> Panel:
    total = len(scene.children)
    counts = Text("   ").join(
        Text(f"{scene.count(state)} {state}", style=_CHILD_STYLES[state]) for state in ChildState
    )
    ended = sum(child.ended for child in scene.children)
    bar = ProgressBar(total=max(total, 1), completed=ended)
    return Panel(Group(counts, bar), title=f"queue: {total} children", title_align="left")


def _nodes(scene: Scene) -> Panel:
    table = Table.grid(padding=(0, 2))
    for node in scene.nodes:
        state = Text(node.state, style=_NODE_STYLES[node.state])
        table.add_row(node.instance, state, ", ".join(node.running) or Text("idle", style="dim"))
    if not scene.nodes:
        table.add_row(Text("no instance", style="dim"))
    title = f"nodes: desired capacity {scene.desired}"
    return Panel(table, title=title, title_align="left")


def _sentence_style(sentence: str) -> str:
    if "FAILED" in sentence:
        return "bold red"
    if sentence.startswith(("decision", "autoscaler")):
        return "bold"
    return ""

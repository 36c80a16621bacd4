"""
Watch a run until the queue and the group are empty, and tell what happens.

May import ``devstack.daemon``, ``devstack.stack``, ``devstack.demo`` less its app and run, and the
standard library.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from devstack.daemon import Daemon
from devstack.demo import narrate
from devstack.demo.nomadview import NomadView
from devstack.demo.scene import Child, ChildState, Scene
from devstack.demo.view import View
from devstack.stack import Stack

_LOOK_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Limits:
    """When to give up, in seconds."""

    #: After the watch began, for the children.
    children_seconds: float
    #: After the last child ended, for the group to be back at its minimum.
    scale_in_seconds: float = 60


class Watch:
    """What is seen of one run, and what has been told of it."""

    def __init__(self, stack: Stack, daemon: Daemon, nomad: NomadView, view: View) -> None:
        self._stack = stack
        self._daemon = daemon
        self._nomad = nomad
        self._view = view
        self._lines_told = 0
        self._rules: tuple[str, ...] = ()
        #: The newest scene.
        self.scene = Scene((), (), 0)

    def until_empty(
        self, expected: int, limits: Limits, on_end: Callable[[Child], None]
    ) -> str | None:
        """
        Look on until ``expected`` children have ended and the group is back at its minimum.

        ``on_end`` is called with each child that has ended, at every look.  Returns None, or what
        did not come about in time; raises DevstackError if a part of the system fails.
        """
        give_up_at = time.monotonic() + limits.children_seconds
        ended_before = False
        while True:
            self.look()
            for child in self.scene.children:
                if child.ended:
                    on_end(child)
            ended = len(self.scene.children) >= expected and self.scene.all_ended
            if ended and self._group_at_minimum():
                return None
            if ended and not ended_before:
                give_up_at = time.monotonic() + limits.scale_in_seconds
            if time.monotonic() > give_up_at:
                return overdue(self.scene, ended=ended)
            ended_before = ended
            time.sleep(_LOOK_SECONDS)

    def look(self) -> None:
        """Look once at everything, and tell what has changed since the last look."""
        self._daemon.require_alive()
        self._stack.require_healthy()
        before = self.scene
        self.scene = self._nomad.look(self._stack.lives(), self._stack.desired())
        lines = self._daemon.lines()
        for line in narrate.in_reading_order(lines[self._lines_told :]):
            if (sentence := narrate.decision(line, self._rules)) is not None:
                self._view.say(sentence)
            self._rules = narrate.rules(line) or self._rules
        self._lines_told = len(lines)
        for sentence in narrate.changes(before, self.scene):
            self._view.say(sentence)
        self._view.show(self.scene)

    def _group_at_minimum(self) -> bool:
        minimum = self._stack.settings.min_size
        return self.scene.desired <= minimum and len(self.scene.nodes) <= minimum


def overdue(scene: Scene, *, ended: bool) -> str:
    """What did not come about in time, for people."""
    if ended:
        return (
            f"the group did not go back to its minimum: desired {scene.desired}, "
            f"{len(scene.nodes)} instances"
        )
    counts = ", ".join(f"{scene.count(state)} {state}" for state in ChildState)
    return f"the children did not end in time: {counts}"

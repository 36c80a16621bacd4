"""
Keep the evaluations that wait: those that are due, and those that wait for room.

Not thread-safe: the scheduler holds the store's lock.  May import ``devstack.standin.model`` only.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devstack.standin.model import Evaluation

#: (less of the priority, age, id): the order in which evaluations are served.
Turn = tuple[int, int, str]


class Waiting:
    """The queue of due evaluations, and the blocked ones by shape."""

    def __init__(self) -> None:
        self._due: list[Turn] = []
        self._is_due: set[str] = set()
        self._blocked: defaultdict[str, list[Turn]] = defaultdict(list)
        self._shape: dict[str, str] = {}
        #: strs worth a try since room came.
        self._hopeful: set[str] = set()

    @property
    def blocked_count(self) -> int:
        return len(self._shape)

    def push(self, item: Evaluation) -> None:
        """Queue an evaluation that is due."""
        if item.id not in self._is_due:
            self._is_due.add(item.id)
            heapq.heappush(self._due, _turn(item))

    def block(self, item: Evaluation, shape: str) -> None:
        """Set an evaluation aside until room comes; ``shape`` is its job's."""
        if item.id not in self._shape:
            self._shape[item.id] = shape
            heapq.heappush(self._blocked[shape], _turn(item))

    def reblock(self, item: Evaluation, shape: str) -> None:
        """Put back one that was tried in vain: no other of its shape will fit either."""
        self.block(item, shape)
        self._hopeful.discard(shape)

    def forget(self, eval_id: str) -> None:
        self._shape.pop(eval_id, None)
        self._is_due.discard(eval_id)

    def room_came(self) -> None:
        """Have the blocked ones tried again."""
        self._hopeful.update(self._blocked)

    def has_work(self) -> bool:
        return bool(self._due) or bool(self._hopeful)

    def pop(self) -> str:
        """The id of the one whose turn it is; empty if it was forgotten meanwhile."""
        shape = self._best_shape()
        blocked = self._blocked[shape][0] if shape is not None else None
        if self._due and (blocked is None or self._due[0] < blocked):
            eval_id = heapq.heappop(self._due)[2]
            known = eval_id in self._is_due
            self._is_due.discard(eval_id)
            return eval_id if known else ""
        if shape is None:
            return ""
        eval_id = heapq.heappop(self._blocked[shape])[2]
        return eval_id if self._shape.pop(eval_id, None) is not None else ""

    def _best_shape(self) -> str | None:
        """The hopeful shape whose oldest evaluation comes first; drops those that are empty."""
        for shape in [shape for shape in self._hopeful if not self._blocked.get(shape)]:
            self._hopeful.discard(shape)
            self._blocked.pop(shape, None)
        return min(self._hopeful, key=lambda shape: self._blocked[shape][0], default=None)


def _turn(item: Evaluation) -> Turn:
    return (-item.priority, item.create_index, item.id)

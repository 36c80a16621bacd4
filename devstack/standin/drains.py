"""
Drain nodes, as Nomad 1.0 does.

A drained node takes no new work.  What runs there runs on until it ends or the deadline passes;
then it is stopped and placed elsewhere.  A drain is over once nothing is left; the node stays
ineligible.  May import ``devstack.standin.state``, ``nodes``, ``ids``, ``model`` and ``timers``.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from devstack.standin.ids import new_id
from devstack.standin.instants import instant_text
from devstack.standin.model import ELIGIBLE, INELIGIBLE, Allocation, Evaluation, Json, Node
from devstack.standin.nodes import evaluate_node, found, node_event

if TYPE_CHECKING:
    from devstack.standin.state.store import Store
    from devstack.standin.state.write import Write
    from devstack.standin.timers import Timers

_ZERO = "0001-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class DrainSpec:
    """How to drain: the deadline in nanoseconds, where 0 is none and less is at once."""

    deadline: int
    ignore_system_jobs: bool


class Drains:
    """Watches the nodes that drain."""

    def __init__(self, store: Store, timers: Timers) -> None:
        self._store = store
        self._timers = timers
        store.listen(self._see)

    def set(self, node_id: str, spec: DrainSpec | None, mark_eligible: bool) -> Json:
        """Begin, change or (``spec`` None) cancel a drain."""
        store = self._store
        node = found(store, node_id)
        strategy = self._strategy(node, spec)
        turns_eligible = strategy is None and mark_eligible and node.eligibility == INELIGIBLE
        eligibility = _eligibility(node, strategy, mark_eligible=mark_eligible)
        with store.write("NodeDrain") as write:
            write.put_node(
                replace(
                    node,
                    drain=strategy,
                    eligibility=eligibility,
                    events=_history(node, strategy, write),
                    status_updated_at=store.now() // 1_000_000_000,
                )
            )
        eval_ids, eval_index = None, 0
        if turns_eligible:
            eval_ids, eval_index = evaluate_node(store, node_id, write.index)
        if strategy is not None:
            self._schedule(node_id, strategy)
        return {
            "EvalCreateIndex": eval_index,
            "EvalIDs": eval_ids,
            "Index": write.index,
            "NodeModifyIndex": write.index,
        }

    def _strategy(self, node: Node, spec: DrainSpec | None) -> Json | None:
        if spec is None:
            return None
        deadline = spec.deadline
        now = self._store.now()
        return {
            "Deadline": deadline,
            "ForceDeadline": instant_text(now + deadline) if deadline > 0 else _ZERO,
            "IgnoreSystemJobs": spec.ignore_system_jobs,
            "StartedAt": node.drain["StartedAt"] if node.drain else instant_text(now),
        }

    def _schedule(self, node_id: str, strategy: Json) -> None:
        if strategy["Deadline"] == 0:
            self._timers.after(0, lambda: self._finish(node_id))
            return
        seconds = max(0, strategy["Deadline"]) / 1e9
        self._timers.after(0, lambda: self._finish(node_id))
        self._timers.after(seconds, lambda: self._force(node_id, strategy))

    def _force(self, node_id: str, strategy: Json) -> None:
        """The deadline has passed: have what is left stopped, and placed elsewhere."""
        store = self._store
        with store.lock:
            node = store.nodes.get(node_id)
            left = self._left(node_id)
            if node is None or node.drain is not strategy or not left:
                return  # Cancelled, changed, or over.
            jobs = {item.job.id: item.job for item in left}
            with store.write("AllocationUpdateDesiredStatus") as write:
                for item in left:
                    write.put_alloc(replace(item, migrate=True), by_server=False)
                for job in jobs.values():
                    write.put_eval(
                        Evaluation(
                            id=new_id(),
                            job_id=job.id,
                            type=job.type,
                            priority=job.priority,
                            triggered_by="node-drain",
                            node_id=node_id,
                            job_modify_index=job.job_modify_index,
                        )
                    )

    def _left(self, node_id: str) -> list[Allocation]:
        return [item for item in self._store.node_allocs(node_id) if not item.over]

    def _see(self, write: Write) -> None:
        """Note when the last allocation of a draining node is over."""
        for (kind, _), item in write.changes.items():
            if kind == "Allocation" and isinstance(item, Allocation) and item.over:
                node = self._store.nodes.get(item.node_id)
                if node is not None and node.drain is not None:
                    # Not from within another's write.
                    self._timers.after(0, functools.partial(self._finish, node.id))

    def _finish(self, node_id: str) -> None:
        store = self._store
        with store.lock:
            node = store.nodes.get(node_id)
            if node is None or node.drain is None or self._left(node_id):
                return
            with store.write("NodeDrain") as write:
                event = node_event("Node drain complete", "Drain", store.now(), write.index)
                write.put_node(replace(node, drain=None, events=(*node.events, event)))


def _eligibility(node: Node, strategy: Json | None, *, mark_eligible: bool) -> str:
    if strategy is not None:
        return INELIGIBLE
    return ELIGIBLE if mark_eligible else node.eligibility


def _history(node: Node, strategy: Json | None, write: Write) -> tuple[Json, ...]:
    if strategy is None and node.drain is None:
        return node.events
    if strategy is None:
        message = "Node drain disabled"
    elif node.drain is None:
        message = "Node drain strategy set"
    else:
        message = "Node drain stategy updated"  # Nomad's own spelling.
    return (*node.events, node_event(message, "Drain", write.now, write.index))

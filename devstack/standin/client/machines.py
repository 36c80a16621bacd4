"""
Be the machines that the client nodes run on.

A machine joins as a node when it is started, runs what is placed on that node, and when it is
stopped it vanishes: its tasks die at once, and the server finds out by missed heartbeats.  May
import ``devstack.standin.client``, ``devstack.standin.state``, ``nodes``, ``model``, ``timers`` and
``devstack.processes``.
"""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from devstack.processes import kill_marked
from devstack.standin import nodes
from devstack.standin.admission import Refused
from devstack.standin.client.allocation import AllocationRun
from devstack.standin.model import ELIGIBLE, RUN, STOP, Allocation, Json, Node

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from devstack.standin.state.store import Store
    from devstack.standin.state.write import Write
    from devstack.standin.timers import Timers


class Machines:
    """All machines; each works in ``directory``, with ``host`` as its agent's environment."""

    def __init__(
        self,
        store: Store,
        timers: Timers,
        directory: Path,
        host: Mapping[str, str],
        heartbeat_grace: float,
    ) -> None:
        self._store = store
        self._timers = timers
        self._directory = directory
        self._host = host
        self._grace = heartbeat_grace
        self._node_of: dict[str, str] = {}
        self._alive: set[str] = set()
        self._runs: dict[str, AllocationRun] = {}
        store.listen(self._see)

    def start(self, form: Json) -> str:
        """Start the machine of an instance; ``form`` has ``NodeSpec``'s fields.  Its node's id."""
        with self._store.lock:
            instance_id = form["instance_id"]
            if instance_id in self._node_of:
                raise Refused(f"instance {instance_id} has a node already", 409)
            node = nodes.node_of(form, self._store.now())
            self._node_of[instance_id] = node.id
            self._alive.add(node.id)
            nodes.join(self._store, node)
            return node.id

    def stop(self, instance_id: str) -> list[str]:
        """Take the machine of an instance away; the ids of the allocations that ran a task."""
        with self._store.lock:
            node_id = self._node_of.pop(instance_id, None)
            if node_id is None:
                raise Refused(f"instance {instance_id} has no node", 404)
            self._alive.discard(node_id)
            ids = list(self._store.allocs_of_node.get(node_id, ()))
            runs = {key: self._runs.pop(key) for key in ids if key in self._runs}
            killed = [key for key, run in runs.items() if run.running]
            for run in runs.values():
                run.destroy()
        # What fled its session is found by its environment.
        kill_marked({f"NOMAD_ALLOC_ID={key}" for key in runs})
        self._timers.after(self._grace, lambda: nodes.lose(self._store, node_id))
        threading.Thread(target=_clean, args=(list(runs.values()),), daemon=True).start()
        return killed

    def purge(self, node_id: str) -> Json:
        """
        Have the server forget a node.

        A machine that is still there registers its node anew at its next heartbeat.
        """
        node = nodes.found(self._store, node_id)
        done = nodes.purge(self._store, node_id)
        if self.has(node_id):
            self._timers.after(self._grace, lambda: self._register_again(node))
        return done

    def _register_again(self, node: Node) -> None:
        with self._store.lock:
            if self.has(node.id) and node.id not in self._store.nodes:
                nodes.join(self._store, replace(node, eligibility=ELIGIBLE, drain=None))

    def close(self) -> None:
        """End every machine and every task."""
        with self._store.lock:
            runs, self._runs = self._runs, {}
            self._node_of.clear()
            self._alive.clear()
            for run in runs.values():
                run.destroy()
        kill_marked({f"NOMAD_ALLOC_ID={key}" for key in runs})
        for run in runs.values():
            run.join(1.0)

    def has(self, node_id: str) -> bool:
        """Whether the machine of a node is there."""
        return node_id in self._alive

    def log_path(self, allocation_id: str, task: str, kind: str) -> Path:
        """The file of a task's output; ``kind`` is ``stdout`` or ``stderr``."""
        return self._place(allocation_id) / "alloc" / "logs" / f"{task}.{kind}.0"

    def collect(self, allocation_id: str) -> None:
        """Remove everything that an allocation left on its machine."""
        shutil.rmtree(self._place(allocation_id), ignore_errors=True)

    def _place(self, allocation_id: str) -> Path:
        return self._directory / allocation_id

    def _see(self, write: Write) -> None:
        """Start what was placed on a machine of ours, and stop what is not wanted any more."""
        for (kind, key), item in write.changes.items():
            if kind == "Allocation" and isinstance(item, Allocation):
                self._mind(key, item)
        for item in write.gone:
            self._runs.pop(item.id, None)
            shutil.rmtree(self._place(item.id), ignore_errors=True)

    def _mind(self, key: str, item: Allocation) -> None:
        run = self._runs.get(key)
        if run is not None and item.desired_status == STOP:
            run.stop()
        if run is not None and item.client_over:
            del self._runs[key]
        fresh = run is None and item.desired_status == RUN and item.states is None
        if fresh and not item.client_over and self.has(item.node_id):
            node = self._store.nodes[item.node_id]
            run = AllocationRun(self._store, item, node, self._place(key), self._host)
            self._runs[key] = run
            run.start()


def _clean(runs: list[AllocationRun]) -> None:
    for run in runs:
        run.join(5.0)
        run.clean()

"""
Run one allocation: make its directories, run its tasks, tell the server how they fare.

May import ``devstack.standin.client``, ``devstack.standin.state``, ``ids`` and ``model``.
"""

from __future__ import annotations

import random
import shutil
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from devstack.standin.client import events
from devstack.standin.client.environment import (
    Places,
    interpolated_config,
    node_variables,
    task_environment,
)
from devstack.standin.client.restarts import Restarts
from devstack.standin.client.task import Launch, TaskRun
from devstack.standin.ids import new_id
from devstack.standin.model import (
    COMPLETE,
    DEAD,
    FAILED,
    PENDING,
    RUNNING,
    Allocation,
    Evaluation,
    Json,
    Node,
    TaskState,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from devstack.standin.state.store import Store


class AllocationRun:
    """One allocation on one node; ``directory`` is its own, ``host`` the agent's environment."""

    def __init__(
        self,
        store: Store,
        allocation: Allocation,
        node: Node,
        directory: Path,
        host: Mapping[str, str],
    ) -> None:
        self._store = store
        self._allocation = allocation
        self._node = node
        self._directory = directory
        self._host = host
        self._gone = False
        self._tasks = {
            name: TaskRun(task, self._restarts(task), self._report, store.now)
            for name, task in allocation.group.tasks.items()
        }
        self._threads = [
            threading.Thread(target=self._run_task, args=(name,), name=f"task {name}", daemon=True)
            for name in self._tasks
        ]

    def _restarts(self, task: Json) -> Restarts:
        return Restarts(
            task["RestartPolicy"],
            batch=self._allocation.job.type == "batch",
            started_at=self._store.now(),
            draw=random.random,
        )

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> None:
        for thread in self._threads:
            thread.join(seconds)

    @property
    def running(self) -> bool:
        """Whether any task of it has been started and has not ended."""
        return any(task.running for task in self._tasks.values())

    def stop(self) -> None:
        """End the tasks in good order; returns at once."""
        for task in self._tasks.values():
            threading.Thread(target=task.stop, name="task stop", daemon=True).start()

    def destroy(self) -> None:
        """End the tasks at once, as the end of the machine would, and tell nobody."""
        self._gone = True
        for task in self._tasks.values():
            task.destroy()

    def clean(self) -> None:
        """Remove what the tasks left, but for their logs."""
        for name in self._tasks:
            shutil.rmtree(self._directory / name, ignore_errors=True)

    def _run_task(self, name: str) -> None:
        run = self._tasks[name]
        now = self._store.now()
        run.note(events.received(now), events.setup(now))
        run.run(lambda: self._launch(self._allocation.group.tasks[name]))
        if run.state.failed:
            self._end_siblings(name)

    def _end_siblings(self, failed: str) -> None:
        for name, run in self._tasks.items():
            if name != failed and run.state.state != DEAD:
                run.note(events.sibling_failed(self._store.now(), failed))
                threading.Thread(target=run.stop, name="task stop", daemon=True).start()

    def _launch(self, task: Json) -> Launch:
        own = self._directory / task["Name"]
        places = Places(self._directory / "alloc", own / "local", own / "secrets")
        logs = places.alloc / "logs"
        for path in (logs, places.alloc / "data", places.alloc / "tmp", places.local, own / "tmp"):
            path.mkdir(parents=True, exist_ok=True)
        places.secrets.mkdir(mode=0o700, exist_ok=True)
        environment = task_environment(self._allocation, task, self._node, places, self._host)
        config = interpolated_config(task["Config"] or {}, environment, node_variables(self._node))
        return Launch(
            argv=[str(config.get("command", "")), *map(str, config.get("args") or ())],
            environment=environment,
            directory=own,
            stdout=logs / f"{task['Name']}.stdout.0",
            stderr=logs / f"{task['Name']}.stderr.0",
        )

    def _report(self) -> None:
        """Tell the server where the tasks stand; it may then want to try a failed one again."""
        with self._store.lock:
            known = self._store.allocs.get(self._allocation.id)
            if self._gone or known is None or known.client_over:
                return
            states = {name: run.state for name, run in self._tasks.items()}
            status, description = client_status(states)
            with self._store.write("AllocationUpdated") as write:
                write.put_alloc(
                    replace(
                        known,
                        states=states,
                        client_status=status,
                        client_description=description,
                    ),
                    by_server=False,
                )
                if status == FAILED and known.client_status != FAILED and _may_retry(known):
                    write.put_eval(_retry(known))


def client_status(states: Mapping[str, TaskState]) -> tuple[str, str]:
    """An allocation's status and its description, from the states of its tasks."""
    kinds = {state.state for state in states.values()}
    if any(state.state == DEAD and state.failed for state in states.values()):
        return FAILED, "Failed tasks"
    if RUNNING in kinds:
        return RUNNING, "Tasks are running"
    if PENDING in kinds:
        return PENDING, "No tasks have started"
    return COMPLETE, "All tasks have completed"


def _may_retry(allocation: Allocation) -> bool:
    policy = allocation.group.spec["ReschedulePolicy"]
    return bool(policy["Unlimited"]) or policy["Attempts"] > len(allocation.rescheduled_at)


def _retry(allocation: Allocation) -> Evaluation:
    job = allocation.job
    return Evaluation(
        id=new_id(),
        job_id=job.id,
        type=job.type,
        priority=job.priority,
        triggered_by="alloc-failure",
        job_modify_index=job.job_modify_index,
    )

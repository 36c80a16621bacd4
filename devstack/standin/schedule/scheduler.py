"""
Work through the evaluations, first come first placed.

One thread takes the due evaluations by priority and age.  What finds no room is blocked; blocked
evaluations wait by *shape* (what they ask for and where), so that when room comes the oldest of
each shape is tried and one failure answers for all that are like it.  May import
``devstack.standin.state``, ``devstack.standin.schedule`` and ``devstack.standin.model``.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from devstack.standin.ids import new_id
from devstack.standin.model import (
    BLOCKED,
    CANCELED,
    COMPLETE,
    PENDING,
    STOP,
    Allocation,
    Evaluation,
    Job,
    Json,
    Node,
)
from devstack.standin.schedule.placing import Metrics, choose
from devstack.standin.schedule.queue import Waiting
from devstack.standin.schedule.reconcile import Difference, Place, difference

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping

    from devstack.standin.state.store import Store
    from devstack.standin.state.write import Write
    from devstack.standin.timers import Timers

NO_ROOM = "created to place remaining allocations"


class Scheduler:
    """Places the work of ``store``; ``rng`` shuffles the nodes as Nomad does."""

    def __init__(self, store: Store, timers: Timers, rng: random.Random) -> None:
        self._store = store
        self._timers = timers
        self._rng = rng
        self._waiting = Waiting()
        self._work = threading.Condition(store.lock)
        self._stopped = False
        self._ready: tuple[int, list[Node]] = (-1, [])
        self._failures: tuple[int, dict[object, Metrics]] = (-1, {})
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)
        store.listen(self._see)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._work:
            self._stopped = True
            self._work.notify_all()

    def blocked_count(self) -> int:
        return self._waiting.blocked_count

    def _see(self, write: Write) -> None:
        """Note what a write means for us: evaluations that became due, and room that came."""
        for (kind, _), item in write.changes.items():
            if kind == "Evaluation" and isinstance(item, Evaluation):
                self._note(item)
            elif isinstance(item, Allocation) and item.client_over:
                self._reconsider(item.job.id)
        if write.freed:
            self._waiting.room_came()
        self._work.notify_all()

    def _note(self, item: Evaluation) -> None:
        job = self._store.jobs.get(item.job_id)
        if item.status == BLOCKED and job is not None:
            self._waiting.block(item, job.shape)
        elif item.status == PENDING and item.wait_until > self._store.now():
            seconds = (item.wait_until - self._store.now()) / 1e9
            self._timers.after(seconds, lambda: self._due(item.id))
        elif item.status == PENDING:
            self._waiting.push(item)
        else:
            self._waiting.forget(item.id)

    def _reconsider(self, job_id: str) -> None:
        """Look at a job anew whose task has ended: it may not need any more what it waits for."""
        for item in self._store.job_evals(job_id):
            if item.status == BLOCKED:
                self._waiting.push(item)

    def _due(self, eval_id: str) -> None:
        with self._work:
            item = self._store.evals.get(eval_id)
            if item is not None and item.status == PENDING:
                self._waiting.push(item)
                self._work.notify_all()

    def _run(self) -> None:
        while True:
            with self._work:
                while not self._stopped and not self._waiting.has_work():
                    self._work.wait()
                if self._stopped:
                    return
                self._step()
            # Let those who wait for the lock have their turn.
            time.sleep(0)

    def _step(self) -> None:
        taken = self._waiting.pop()
        item = self._store.evals.get(taken) if taken else None
        if item is not None and not item.over:
            self._process(item)

    # -- one evaluation ------------------------------------------------------------------------

    def _process(self, item: Evaluation) -> None:
        store = self._store
        job = store.jobs.get(item.job_id)
        allocations = store.job_allocs(item.job_id)
        snapshot = store.index
        # A delayed one is served at its time, whatever the clocks make of the last microsecond.
        now = max(store.now(), item.wait_until)
        todo = difference(job, allocations, store.nodes, now)
        placed: list[Allocation] = []
        failed: dict[str, Json] = {}
        eligibility: dict[str, bool] | None = {}
        if job is not None and todo.places:
            placed, failed, eligibility = self._place(job, item, todo)
        blocked_id = ""
        if failed and item.status != BLOCKED and job is not None:
            blocked_id = self._block(item, snapshot, eligibility)
        if todo.stops or placed:
            self._apply(item, todo, placed)
        for alloc_id, instant in todo.later.items():
            self._follow_up(item, alloc_id, instant)
        if item.status == BLOCKED and failed and job is not None:
            self._waiting.reblock(item, job.shape)
            return
        with store.write("EvaluationUpdated") as write:
            write.put_eval(
                replace(
                    item,
                    status=COMPLETE,
                    failed_groups=failed or None,
                    queued=_queued(job, todo, placed),
                    blocked_eval=blocked_id,
                    snapshot_index=snapshot,
                )
            )

    def _place(
        self, job: Job, item: Evaluation, todo: Difference
    ) -> tuple[list[Allocation], dict[str, Json], dict[str, bool] | None]:
        """
        Find a node for each instance.

        Returns what was placed, the metrics of failures, and which classes may run the job.
        """
        judged: list[Mapping[str, bool] | None] = []
        placed: list[Allocation] = []
        failures: dict[str, Metrics] = {}
        started = time.perf_counter_ns()
        usage = self._store.usage.copy()
        for stop in todo.stops:
            if not stop.allocation.over:
                usage[stop.allocation.node_id] -= stop.allocation.group.ask
        for place in todo.places:
            if place.group.name in failures:
                failures[place.group.name].coalesced += 1
                continue
            known = None if placed or todo.stops else self._known_failure(job, place)
            if known is not None:
                failures[place.group.name] = replace(known)
                judged.append(known.eligibility)
                continue
            node, metrics = choose(job, place.group, self._ready_nodes(), usage, self._rng)
            judged.append(metrics.eligibility)
            if node is None:
                self._remember_failure(job, place, metrics)
                failures[place.group.name] = replace(metrics)
                continue
            usage[node.id] += place.group.ask
            nanoseconds = time.perf_counter_ns() - started
            placed.append(_allocation(job, item, place, node, metrics.to_json(nanoseconds)))
        nanoseconds = time.perf_counter_ns() - started
        forms = {name: metrics.to_json(nanoseconds) for name, metrics in failures.items()}
        return placed, forms, _eligibility(judged)

    def _ready_nodes(self) -> list[Node]:
        version = self._store.table_index["nodes"]
        if self._ready[0] != version:
            self._ready = (
                version,
                [node for node in self._store.nodes.values() if node.takes_work],
            )
        return self._ready[1]

    def _known_failure(self, job: Job, place: Place) -> Metrics | None:
        """The metrics of the same ask, if it failed already and nothing has moved since."""
        if self._failures[0] != self._store.placing_version:
            self._failures = (self._store.placing_version, {})
        return self._failures[1].get((job.shape, place.group.name))

    def _remember_failure(self, job: Job, place: Place, metrics: Metrics) -> None:
        if self._known_failure(job, place) is None:
            self._failures[1][job.shape, place.group.name] = metrics

    def _block(
        self, item: Evaluation, snapshot: int, eligibility: Mapping[str, bool] | None
    ) -> str:
        """Make the evaluation that waits for room; a job has one at most."""
        blocked = Evaluation(
            id=new_id(),
            job_id=item.job_id,
            type=item.type,
            priority=item.priority,
            triggered_by="queued-allocs",
            status=BLOCKED,
            status_description=NO_ROOM,
            job_modify_index=item.job_modify_index,
            previous_eval=item.id,
            class_eligibility=eligibility,
            snapshot_index=snapshot,
        )
        older = [one for one in self._store.job_evals(item.job_id) if one.status == BLOCKED]
        with self._store.write("EvaluationUpdated") as write:
            for one in older:
                why = f'existing blocked evaluation exists for job "{item.job_id}"'
                write.put_eval(replace(one, status=CANCELED, status_description=why))
            write.put_eval(blocked)
        return blocked.id

    def _apply(self, item: Evaluation, todo: Difference, placed: list[Allocation]) -> None:
        successor = {new.previous: new.id for new in placed if new.previous}
        with self._store.write("PlanResult") as write:
            write.touch_eval(item.id)
            for stop in todo.stops:
                write.put_alloc(
                    replace(
                        stop.allocation,
                        desired_status=STOP,
                        desired_description=stop.why,
                        client_status=stop.client_status or stop.allocation.client_status,
                        next=successor.get(stop.allocation.id, ""),
                    ),
                    by_server=True,
                )
            for new in placed:
                write.put_alloc(new, by_server=True)

    def _follow_up(self, item: Evaluation, alloc_id: str, instant: int) -> None:
        """Come back when a failed allocation may be tried again."""
        allocation = self._store.allocs[alloc_id]
        if allocation.followup_eval:
            return
        later = Evaluation(
            id=new_id(),
            job_id=item.job_id,
            type=item.type,
            priority=item.priority,
            triggered_by="alloc-failure",
            status_description="created for delayed rescheduling",
            job_modify_index=item.job_modify_index,
            previous_eval=item.id,
            wait_until=instant,
        )
        with self._store.write("EvaluationUpdated") as write:
            write.put_eval(later)
            write.put_alloc(replace(allocation, followup_eval=later.id), by_server=True)


def _eligibility(judged: Iterable[Mapping[str, bool] | None]) -> dict[str, bool] | None:
    """Of several groups: a class that may run one of them is eligible."""
    found: dict[str, bool] = {}
    for one in judged:
        if one is None:
            return None
        for name, eligible in one.items():
            found[name] = found.get(name, False) or eligible
    return found


def _queued(job: Job | None, todo: Difference, placed: list[Allocation]) -> dict[str, int] | None:
    """How many instances of each group still wait for room."""
    if job is None or job.parameterized:
        return None
    counts = Counter({group.name: 0 for group in job.groups})
    counts.update(place.group.name for place in todo.places)
    counts.subtract(new.group.name for new in placed)
    return dict(counts)


def _allocation(job: Job, item: Evaluation, place: Place, node: Node, metrics: Json) -> Allocation:
    earlier = place.instead_of
    rescheduled_at = earlier.rescheduled_at if earlier else ()
    if place.rescheduled and earlier is not None:
        rescheduled_at = (*rescheduled_at, time.time_ns())
    return Allocation(
        id=new_id(),
        name=place.name,
        eval_id=item.id,
        job=job,
        group=place.group,
        node_id=node.id,
        node_name=node.name,
        metrics=metrics,
        previous=earlier.id if earlier else "",
        rescheduled_at=rescheduled_at,
    )

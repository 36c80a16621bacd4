"""
Change the tables within one entry of the log.

Keeps what follows from a change: usage by node, summaries, job statuses, table indexes, and the
events that the stream tells.  May import ``devstack.standin.state.accounts`` and
``devstack.standin.model``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from devstack.standin.model import (
    BLOCKED,
    CANCELED,
    COMPLETE,
    DEAD,
    PENDING,
    RUNNING,
    Allocation,
    Ask,
    Evaluation,
    GroupCounts,
    Job,
    Node,
    Summary,
)
from devstack.standin.state.accounts import child_moved, counted, job_status

if TYPE_CHECKING:
    from devstack.standin.state.store import Store

Change = Job | Evaluation | Allocation | Node


class Write:
    """One entry in the making.  Only ``Store.write`` makes these."""

    def __init__(self, store: Store, index: int, kind: str) -> None:
        self._store = store
        self.index = index
        self.kind = kind
        self.now = store.now()
        #: What was put, in order, the last version of each: the event stream's matter.
        self.changes: dict[tuple[str, str], Change] = {}
        #: The allocations that were forgotten.
        self.gone: list[Allocation] = []
        #: Whether room may have come where there was none.
        self.freed = False
        self._stale_jobs: dict[str, None] = {}

    # -- jobs ----------------------------------------------------------------------------------

    def put_job(self, job: Job, *, keep_version: bool = False) -> Job:
        """Register a job or a new version of it."""
        old = self._store.jobs.get(job.id)
        step = 0 if keep_version else 1
        stored = replace(
            job,
            create_index=old.create_index if old else self.index,
            modify_index=self.index,
            job_modify_index=self.index,
            version=old.version + step if old else 0,
        )
        stored = replace(stored, status=self._status(stored))
        self._keep_job(stored, old.status if old else None)
        self._keep_summary(self._summary_for(stored))
        return stored

    def delete_job(self, job: Job) -> None:
        """Forget a job and its summary; its parent goes on counting it, as dead."""
        parent = self._store.summaries.get(job.parent_id)
        if parent is not None and job.status in {PENDING, RUNNING}:
            self._put_summary(child_moved(parent, job.status, DEAD))
        del self._store.jobs[job.id]
        self._store.summaries.pop(job.id, None)
        self._store.idempotent.pop((job.parent_id, job.idempotency_token), None)
        self._touch("jobs", "job_summary")

    def _status(self, job: Job) -> str:
        return job_status(job, self._store.job_allocs(job.id), self._store.job_evals(job.id))

    def _keep_job(self, job: Job, status_before: str | None) -> None:
        self._store.jobs[job.id] = job
        self._touch("jobs")
        self.changes["Job", job.id] = job
        parent = self._store.summaries.get(job.parent_id)
        if parent is not None and status_before != job.status:
            self._put_summary(child_moved(parent, status_before, job.status))

    def _summary_for(self, job: Job) -> Summary:
        known = self._store.summaries.get(job.id)
        if known is None:
            groups = {group.name: GroupCounts() for group in job.groups}
            return Summary(job.id, groups, create_index=self.index, modify_index=self.index)
        added = {
            group.name: GroupCounts() for group in job.groups if group.name not in known.groups
        }
        if not added:
            return known
        return replace(known, groups={**known.groups, **added}, modify_index=self.index)

    def _keep_summary(self, summary: Summary) -> None:
        if self._store.summaries.get(summary.job_id) is not summary:
            self._store.summaries[summary.job_id] = summary
            self._touch("job_summary")

    def _put_summary(self, summary: Summary) -> None:
        self._keep_summary(replace(summary, modify_index=self.index))

    # -- evaluations ---------------------------------------------------------------------------

    def put_eval(self, evaluation: Evaluation) -> Evaluation:
        """Make or update an evaluation; a success closes the blocked ones of its job."""
        old = self._store.evals.get(evaluation.id)
        stored = replace(
            evaluation,
            create_index=old.create_index if old else self.index,
            modify_index=self.index,
            create_time=old.create_time if old else self.now,
            modify_time=self.now,
        )
        self._count_queued(stored)
        if stored.status == COMPLETE and not stored.failed_groups:
            self._close_blocked(stored.job_id, apart_from=stored.id)
        self._keep_eval(stored)
        return stored

    def touch_eval(self, eval_id: str) -> None:
        """Note that a plan of this evaluation was applied."""
        self._keep_eval(replace(self._store.evals[eval_id], modify_index=self.index))

    def delete_eval(self, evaluation: Evaluation) -> None:
        del self._store.evals[evaluation.id]
        self._store.evals_of_job[evaluation.job_id].pop(evaluation.id, None)
        self._touch("evals")

    def _keep_eval(self, evaluation: Evaluation) -> None:
        self._store.evals[evaluation.id] = evaluation
        self._store.evals_of_job[evaluation.job_id][evaluation.id] = None
        self._touch("evals")
        self._stale_jobs[evaluation.job_id] = None
        self.changes["Evaluation", evaluation.id] = evaluation

    def _close_blocked(self, job_id: str, apart_from: str) -> None:
        for blocked in self._store.job_evals(job_id):
            if blocked.status == BLOCKED and blocked.id != apart_from:
                why = f'evaluation "{blocked.id}" successful'
                self._keep_eval(
                    replace(
                        blocked, status=CANCELED, status_description=why, modify_index=self.index
                    )
                )

    def _count_queued(self, evaluation: Evaluation) -> None:
        summary = self._store.summaries.get(evaluation.job_id)
        if summary is None or not evaluation.queued:
            return
        changed = {
            name: replace(summary.groups[name], queued=count)
            for name, count in evaluation.queued.items()
            if name in summary.groups and summary.groups[name].queued != count
        }
        if changed:
            self._put_summary(replace(summary, groups={**summary.groups, **changed}))

    # -- allocations ---------------------------------------------------------------------------

    def put_alloc(self, allocation: Allocation, *, by_server: bool) -> Allocation:
        """Make or update an allocation; ``by_server`` when the change is a plan's."""
        old = self._store.allocs.get(allocation.id)
        stored = replace(
            allocation,
            create_index=old.create_index if old else self.index,
            modify_index=self.index,
            alloc_modify_index=self.index if by_server else allocation.alloc_modify_index,
            create_time=old.create_time if old else self.now,
            modify_time=self.now,
        )
        self._store.allocs[stored.id] = stored
        self._store.allocs_of_job[stored.job.id][stored.id] = None
        self._store.allocs_of_node[stored.node_id][stored.id] = None
        self._touch("allocs")
        self._stale_jobs[stored.job.id] = None
        self.changes["Allocation", stored.id] = stored
        self._count_allocation(old, stored)
        self._account(old, stored)
        return stored

    def delete_alloc(self, allocation: Allocation) -> None:
        del self._store.allocs[allocation.id]
        self._store.allocs_of_job[allocation.job.id].pop(allocation.id, None)
        self._store.allocs_of_node[allocation.node_id].pop(allocation.id, None)
        self._touch("allocs")
        self.gone.append(allocation)

    def _count_allocation(self, old: Allocation | None, new: Allocation) -> None:
        summary = self._store.summaries.get(new.job.id)
        if summary is None or summary.create_index != new.job.create_index:
            return  # The job is gone, or another one has its name now.
        before = summary.groups[new.group.name]
        after = counted(before, old, new)
        if after is not before:
            self._put_summary(replace(summary, groups={**summary.groups, new.group.name: after}))

    def _account(self, old: Allocation | None, new: Allocation) -> None:
        held = new.group.ask if old is not None and not old.over else Ask()
        holds = Ask() if new.over else new.group.ask
        if held == holds:
            return
        self._store.usage[new.node_id] += holds - held
        self._store.placing_version += 1
        self.freed = self.freed or new.over

    # -- nodes ---------------------------------------------------------------------------------

    def put_node(self, node: Node) -> Node:
        old = self._store.nodes.get(node.id)
        stored = replace(
            node, create_index=old.create_index if old else self.index, modify_index=self.index
        )
        self._store.nodes[stored.id] = stored
        self._touch("nodes")
        self._store.placing_version += 1
        self.changes["Node", stored.id] = stored
        self.freed = self.freed or (stored.takes_work and not (old and old.takes_work))
        return stored

    def delete_node(self, node: Node) -> None:
        del self._store.nodes[node.id]
        self._store.placing_version += 1
        self._touch("nodes")

    # -- the end -------------------------------------------------------------------------------

    def settle(self) -> None:
        """Give the jobs that were touched the status that follows."""
        for job_id in self._stale_jobs:
            job = self._store.jobs.get(job_id)
            status = self._status(job) if job else ""
            if job is not None and status != job.status:
                self._keep_job(replace(job, status=status, modify_index=self.index), job.status)

    def _touch(self, *tables: str) -> None:
        for table in tables:
            self._store.table_index[table] = self.index

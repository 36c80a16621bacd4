"""
Carry out what is asked about jobs: register, dispatch, deregister, collect the dead.

Each function makes its entries in the store and returns Nomad's reply.  May import
``devstack.standin.state``, ``admission``, ``canonical``, ``ids`` and ``model``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from devstack.standin.admission import (
    Dispatch,
    Refused,
    child_of,
    job_problems,
    problems_text,
)
from devstack.standin.canonical import canonical_job, job_of
from devstack.standin.ids import child_id, new_id
from devstack.standin.model import DEAD, DOWN, Evaluation, Job, Json

if TYPE_CHECKING:
    from devstack.standin.state.store import Store


def register(store: Store, given: Json) -> Json:
    """Register a job; ``given`` is its API form.  A template makes no evaluation."""
    try:
        spec = canonical_job(given)
        problems = job_problems(spec)
        job = job_of(spec, submit_time=store.now())
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise Refused(f"the job is not in the API's form: {error}", 400) from error
    if problems:
        raise Refused(problems_text(problems))
    known = store.jobs.get(job.id)
    if known is not None and known.spec == spec and not known.stop:
        job = known
    else:
        with store.write("JobRegistered") as write:
            job = write.put_job(job)
    index = 0
    eval_id = ""
    if not job.parameterized:
        evaluation = _evaluate(store, job, "job-register")
        index, eval_id = evaluation.create_index, evaluation.id
    return {
        "EvalCreateIndex": index,
        "EvalID": eval_id,
        "Index": index,
        "JobModifyIndex": job.job_modify_index,
        "KnownLeader": False,
        "LastContact": 0,
        "Warnings": "",
    }


def dispatch(store: Store, job_id: str, asked: Dispatch) -> Json:
    """Dispatch one child of a template; with a token that was used before, name the first one."""
    job = store.jobs.get(job_id)
    if job is None:
        raise Refused("parameterized job not found")
    now = store.now()
    token = (job_id, asked.idempotency_token)
    if asked.idempotency_token and token in store.idempotent:
        first = store.jobs[store.idempotent[token]]
        return _dispatched(first, Evaluation("", first.id, first.type, 0, ""), first.create_index)
    child = child_of(job, asked, child_id(job_id, now), now)
    with store.write("JobRegistered") as write:
        child = write.put_job(child)
    if asked.idempotency_token:
        store.idempotent[token] = child.id
    evaluation = _evaluate(store, child, "job-register")
    return _dispatched(child, evaluation, evaluation.create_index)


def _dispatched(child: Job, evaluation: Evaluation, index: int) -> Json:
    return {
        "DispatchedJobID": child.id,
        "EvalCreateIndex": evaluation.create_index,
        "EvalID": evaluation.id,
        "Index": index,
        "JobCreateIndex": child.create_index,
    }


def _evaluate(store: Store, job: Job, why: str) -> Evaluation:
    evaluation = Evaluation(
        id=new_id(),
        job_id=job.id,
        type=job.type,
        priority=job.priority,
        triggered_by=why,
        job_modify_index=job.job_modify_index,
    )
    with store.write("EvaluationUpdated") as write:
        return write.put_eval(evaluation)


def deregister(store: Store, job_id: str, *, purge: bool) -> Json:
    """Stop a job, and with ``purge`` forget it.  Nomad answers the same where there is none."""
    job = store.jobs.get(job_id)
    evaluation = None
    if job is None or not job.parameterized:
        evaluation = Evaluation(
            id=new_id(),
            job_id=job_id,
            type="service",
            priority=job.priority if job else 50,
            triggered_by="job-deregister",
        )
    with store.write("JobDeregistered") as write:
        if job is not None and purge:
            write.delete_job(job)
        elif job is not None:
            write.put_job(replace(job, stop=True), keep_version=True)
        if evaluation is not None:
            write.put_eval(evaluation)
    return {
        "EvalCreateIndex": write.index,
        "EvalID": evaluation.id if evaluation else "",
        "Index": write.index,
        "JobModifyIndex": write.index,
        "KnownLeader": False,
        "LastContact": 0,
        "VolumeEvalID": "",
        "VolumeEvalIndex": 0,
    }


def collect(store: Store) -> None:
    """Collect garbage at once: dead jobs with all that was theirs, old evaluations, down nodes."""
    with store.lock:
        dead = [
            job for job in store.jobs.values() if job.status == DEAD and _is_settled(store, job)
        ]
        for job in dead:
            _forget(store, job)
        for node in list(store.nodes.values()):
            if node.status == DOWN and not store.allocs_of_node.get(node.id):
                with store.write("NodeDeregistration") as write:
                    write.delete_node(node)


def _is_settled(store: Store, job: Job) -> bool:
    return (
        (job.type == "batch" or job.stop)
        and all(item.over for item in store.job_evals(job.id))
        and all(item.over and item.client_over for item in store.job_allocs(job.id))
    )


def _forget(store: Store, job: Job) -> None:
    with store.write("EvalDeleted") as write:
        for allocation in store.job_allocs(job.id):
            write.delete_alloc(allocation)
        for evaluation in store.job_evals(job.id):
            write.delete_eval(evaluation)
    with store.write("JobBatchDeregistered") as write:
        write.delete_job(job)

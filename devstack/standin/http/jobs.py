"""
Serve ``/v1/jobs`` and ``/v1/job/:id/…``.

May import ``devstack.standin`` below ``http``, ``devstack.hcl`` and the other modules of ``http``.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from devstack.standin import jobs
from devstack.standin.admission import Dispatch, Refused
from devstack.standin.canonical import canonical_job
from devstack.standin.forms.jobs import job_form, job_stub, summary_form
from devstack.standin.forms.work import alloc_stub, eval_form, without_empty
from devstack.standin.http.lists import listing
from devstack.standin.http.messages import Reply, Request, field_of, in_json, in_words
from devstack.standin.http.reads import Read, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from devstack.standin.server import Server


def list_jobs(server: Server, request: Request) -> Reply:
    store = server.store

    def index() -> int:
        return max(store.table_index["jobs"], store.table_index["job_summary"])

    def select() -> Callable[[], Reply]:
        summaries = store.summaries.copy()
        meta = request.query.get("meta", "") == "true"
        return listing(
            request, store.jobs, lambda job: job_stub(job, summaries.get(job.id), meta=meta)
        )

    return answer(store, request, Read(index, select))


def register(server: Server, request: Request) -> Reply:
    given = request.json().get("Job")
    if not isinstance(given, dict):
        raise Refused("Job must be specified", 400)
    if not given.get("ID"):
        raise Refused("Job ID hasn't been provided", 400)
    with server.store.lock:
        done = jobs.register(server.store, given)
    return in_json(done, done["Index"])


def parse(_: Server, request: Request) -> Reply:
    """Turn a job file into a job; ``Variables`` is the text of a variables file."""
    from devstack import hcl  # Its parser takes a while to load.

    body = request.json()
    text = field_of(body, "JobHCL", str, "")
    if not text:
        raise Refused("Job spec is empty", 400)
    try:
        variables = hcl.variables_file(field_of(body, "Variables", str, ""))
        job = hcl.parse(text, variables)
    except hcl.HclError as error:
        raise Refused(str(error), 400) from error
    return in_json(canonical_job(job) if body.get("Canonicalize") else job)


def read_job(server: Server, request: Request, job_id: str) -> Reply:
    store = server.store

    def index() -> int:
        job = store.jobs.get(job_id)
        return job.modify_index if job else store.table_index["jobs"]

    def select() -> Callable[[], Reply]:
        job = store.jobs.get(job_id)
        return lambda: in_json(job_form(job)) if job else in_words(404, "job not found")

    return answer(store, request, Read(index, select))


def deregister(server: Server, request: Request, job_id: str) -> Reply:
    with server.store.lock:
        done = jobs.deregister(server.store, job_id, purge=request.flag("purge"))
    return in_json(done, done["Index"])


def summary(server: Server, request: Request, job_id: str) -> Reply:
    store = server.store

    def index() -> int:
        known = store.summaries.get(job_id)
        return known.modify_index if known else store.table_index["job_summary"]

    def select() -> Callable[[], Reply]:
        known = store.summaries.get(job_id)
        return lambda: in_json(summary_form(known)) if known else in_words(404, "job not found")

    return answer(store, request, Read(index, select))


def allocations(server: Server, request: Request, job_id: str) -> Reply:
    store = server.store

    def select() -> Callable[[], Reply]:
        known = {item.id: item for item in store.job_allocs(job_id)}
        return listing(
            request, known, lambda item: alloc_stub(item, resources=False, task_states=True)
        )

    return answer(store, request, Read(lambda: store.table_index["allocs"], select))


def evaluations(server: Server, request: Request, job_id: str) -> Reply:
    store = server.store

    def select() -> Callable[[], Reply]:
        known = {item.id: item for item in store.job_evals(job_id)}
        return listing(request, known, lambda item: without_empty(eval_form(item)))

    return answer(store, request, Read(lambda: store.table_index["evals"], select))


def dispatch(server: Server, request: Request, job_id: str) -> Reply:
    body = request.json()
    if body.get("JobID") and body["JobID"] != job_id:
        raise Refused("Job ID does not match", 400)
    asked = _dispatch_of(body, request)
    with server.store.lock:
        done = jobs.dispatch(server.store, job_id, asked)
    return in_json(done, done["Index"])


def _dispatch_of(body: dict[str, Any], request: Request) -> Dispatch:
    meta = field_of(body, "Meta", dict, {})
    if not all(isinstance(value, str) for value in meta.values()):
        raise Refused(
            "json: cannot unmarshal Meta into Go struct field of type map[string]string", 400
        )
    try:
        payload = base64.b64decode(field_of(body, "Payload", str, ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(f"illegal base64 data in the payload: {error}", 400) from error
    token = request.query.get("idempotency_token") or body.get("IdempotencyToken") or ""
    return Dispatch(meta, payload, str(token))

"""
Serve allocations and evaluations.

May import ``devstack.standin`` below ``http`` and the other modules of ``http``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from devstack.standin.admission import Refused
from devstack.standin.forms.work import alloc_reply, alloc_stub, eval_form, without_empty
from devstack.standin.http.lists import listing
from devstack.standin.http.messages import Reply, Request, in_json, in_words
from devstack.standin.http.reads import Read, answer
from devstack.standin.ids import new_id
from devstack.standin.model import Evaluation

if TYPE_CHECKING:
    from collections.abc import Callable

    from devstack.standin.server import Server


def list_evaluations(server: Server, request: Request) -> Reply:
    store = server.store

    def select() -> Callable[[], Reply]:
        return listing(request, store.evals, lambda item: without_empty(eval_form(item)))

    return answer(store, request, Read(lambda: store.table_index["evals"], select))


def read_evaluation(server: Server, request: Request, eval_id: str) -> Reply:
    store = server.store

    def index() -> int:
        item = store.evals.get(eval_id)
        return item.modify_index if item else store.table_index["evals"]

    def select() -> Callable[[], Reply]:
        item = store.evals.get(eval_id)
        if item is None:
            return lambda: in_words(404, "eval not found")
        return lambda: in_json(without_empty(eval_form(item)))

    return answer(store, request, Read(index, select))


def evaluation_allocations(server: Server, request: Request, eval_id: str) -> Reply:
    store = server.store

    def select() -> Callable[[], Reply]:
        known = {key: item for key, item in store.allocs.items() if item.eval_id == eval_id}
        return listing(
            request, known, lambda item: alloc_stub(item, resources=False, task_states=True)
        )

    return answer(store, request, Read(lambda: store.table_index["allocs"], select))


def list_allocations(server: Server, request: Request) -> Reply:
    store = server.store
    resources = request.flag("resources")
    task_states = request.flag("task_states", default=True)

    def select() -> Callable[[], Reply]:
        return listing(
            request,
            store.allocs,
            lambda item: alloc_stub(item, resources=resources, task_states=task_states),
        )

    return answer(store, request, Read(lambda: store.table_index["allocs"], select))


def read_allocation(server: Server, request: Request, alloc_id: str) -> Reply:
    store = server.store

    def index() -> int:
        item = store.allocs.get(alloc_id)
        return item.modify_index if item else store.table_index["allocs"]

    def select() -> Callable[[], Reply]:
        item = store.allocs.get(alloc_id)
        return lambda: in_json(alloc_reply(item)) if item else in_words(404, "alloc not found")

    return answer(store, request, Read(index, select))


def stop_allocation(server: Server, _: Request, alloc_id: str) -> Reply:
    """Stop an allocation and have it placed anew."""
    store = server.store
    with store.lock:
        item = store.allocs.get(alloc_id)
        if item is None:
            raise Refused("allocation not found", 404)
        job = item.job
        evaluation = Evaluation(
            id=new_id(),
            job_id=job.id,
            type=job.type,
            priority=job.priority,
            triggered_by="alloc-stop",
            job_modify_index=job.job_modify_index,
        )
        with store.write("AllocationUpdateDesiredStatus") as write:
            write.put_alloc(replace(item, migrate=True), by_server=False)
            write.put_eval(evaluation)
    return in_json({"EvalID": evaluation.id, "Index": write.index}, write.index)

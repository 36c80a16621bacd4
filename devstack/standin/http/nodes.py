"""
Serve ``/v1/nodes`` and ``/v1/node/:id/…``.

May import ``devstack.standin`` below ``http`` and the other modules of ``http``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devstack.standin import nodes
from devstack.standin.drains import DrainSpec
from devstack.standin.forms.nodes import node_form, node_stub
from devstack.standin.forms.work import alloc_reply
from devstack.standin.http.lists import listing
from devstack.standin.http.messages import Reply, Request, field_of, in_json, in_words
from devstack.standin.http.reads import Read, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from devstack.standin.server import Server


def list_nodes(server: Server, request: Request) -> Reply:
    store = server.store
    resources = request.flag("resources")

    def select() -> Callable[[], Reply]:
        return listing(request, store.nodes, lambda node: node_stub(node, resources=resources))

    return answer(store, request, Read(lambda: store.table_index["nodes"], select))


def read_node(server: Server, request: Request, node_id: str) -> Reply:
    store = server.store

    def index() -> int:
        node = store.nodes.get(node_id)
        return node.modify_index if node else store.table_index["nodes"]

    def select() -> Callable[[], Reply]:
        node = store.nodes.get(node_id)
        return lambda: in_json(node_form(node)) if node else in_words(404, "node not found")

    return answer(store, request, Read(index, select))


def allocations(server: Server, request: Request, node_id: str) -> Reply:
    store = server.store

    def index() -> int:
        known = store.node_allocs(node_id)
        return max((item.modify_index for item in known), default=store.table_index["allocs"])

    def select() -> Callable[[], Reply]:
        known = store.node_allocs(node_id)
        return lambda: in_json([alloc_reply(item, job_as_stored=True) for item in known])

    return answer(store, request, Read(index, select))


def eligibility(server: Server, request: Request, node_id: str) -> Reply:
    body = request.json()
    wanted_id = field_of(body, "NodeID", str, "") or node_id
    wanted = field_of(body, "Eligibility", str, "")
    with server.store.lock:
        done = nodes.set_eligibility(server.store, wanted_id, wanted)
    return in_json(done, done["Index"])


def drain(server: Server, request: Request, node_id: str) -> Reply:
    body = request.json()
    spec: dict[str, Any] = field_of(body, "DrainSpec", dict, {})
    wanted = DrainSpec(
        deadline=field_of(spec, "Deadline", int, 0),
        ignore_system_jobs=field_of(spec, "IgnoreSystemJobs", bool, False),
    )
    mark_eligible = field_of(body, "MarkEligible", bool, False)
    with server.store.lock:
        done = server.drains.set(
            node_id, wanted if body.get("DrainSpec") is not None else None, mark_eligible
        )
    return in_json(done, done["Index"])


def purge(server: Server, _: Request, node_id: str) -> Reply:
    with server.store.lock:
        done = server.machines.purge(node_id)
    return in_json(done, done["Index"])


def evaluate(server: Server, _: Request, node_id: str) -> Reply:
    with server.store.lock:
        nodes.found(server.store, node_id)
        ids, index = nodes.evaluate_node(server.store, node_id, server.store.index)
    done = {"EvalCreateIndex": index, "EvalIDs": ids, "Index": index, "NodeModifyIndex": 0}
    return in_json(done, index)

"""
Find the handler of a request, and check its token.

A job's id may hold slashes, so those paths are told apart by their ends, as in Nomad.  May import
the other modules of ``http`` and ``admission``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from devstack.standin.admission import Refused
from devstack.standin.http import jobs, logs, nodes, stream, system, work
from devstack.standin.http.messages import Reply, Request, in_words

if TYPE_CHECKING:
    from devstack.standin.server import Server

Handler = Callable[["Server", Request], Reply]
H = TypeVar("H")
OfOne = Callable[["Server", Request, str], Reply]

_READ = ("GET",)
_WRITE = ("PUT", "POST")

#: Whole paths; the handlers by method.
_EXACT: dict[str, dict[tuple[str, ...], Handler]] = {
    "/v1/agent/health": {_READ: system.health},
    "/v1/agent/self": {_READ: system.agent_self},
    "/v1/allocations": {_READ: work.list_allocations},
    "/v1/evaluations": {_READ: work.list_evaluations},
    "/v1/event/stream": {_READ: stream.event_stream},
    "/v1/jobs": {_READ: jobs.list_jobs, _WRITE: jobs.register},
    "/v1/jobs/parse": {_WRITE: jobs.parse},
    "/v1/metrics": {_READ: system.metrics},
    "/v1/nodes": {_READ: nodes.list_nodes},
    "/v1/standin/bulk": {_WRITE: system.bulk_dispatch},
    "/v1/standin/leader": {_WRITE: system.set_leader},
    "/v1/standin/nodes": {_WRITE: system.start_node},
    "/v1/status/leader": {_READ: system.leader},
    "/v1/status/peers": {_READ: system.peers},
    "/v1/system/gc": {_WRITE: system.collect_garbage},
}

#: What one thing's path begins and ends with; the first that fits counts.
_OF_ONE: tuple[tuple[str, str, dict[tuple[str, ...], OfOne]], ...] = (
    ("/v1/job/", "/allocations", {_READ: jobs.allocations}),
    ("/v1/job/", "/evaluations", {_READ: jobs.evaluations}),
    ("/v1/job/", "/summary", {_READ: jobs.summary}),
    ("/v1/job/", "/dispatch", {_WRITE: jobs.dispatch}),
    ("/v1/job/", "", {_READ: jobs.read_job, ("DELETE",): jobs.deregister}),
    ("/v1/node/", "/allocations", {_READ: nodes.allocations}),
    ("/v1/node/", "/drain", {_WRITE: nodes.drain}),
    ("/v1/node/", "/eligibility", {_WRITE: nodes.eligibility}),
    ("/v1/node/", "/evaluate", {_WRITE: nodes.evaluate}),
    ("/v1/node/", "/purge", {_WRITE: nodes.purge}),
    ("/v1/node/", "", {_READ: nodes.read_node}),
    ("/v1/allocation/", "/stop", {_WRITE: work.stop_allocation}),
    ("/v1/allocation/", "", {_READ: work.read_allocation}),
    ("/v1/evaluation/", "/allocations", {_READ: work.evaluation_allocations}),
    ("/v1/evaluation/", "", {_READ: work.read_evaluation}),
    ("/v1/client/allocation/", "/gc", {_READ: system.collect_allocation}),
    ("/v1/client/fs/logs/", "", {_READ: logs.logs}),
    ("/v1/standin/nodes/", "", {("DELETE",): system.stop_node}),
)

#: Paths that need no token.
_OPEN = ("/v1/status/", "/v1/agent/health", "/v1/standin/")


def handle(server: Server, request: Request) -> Reply:
    """Answer a request; never raises for what a client may do wrong."""
    try:
        handler = _find(request)
        if handler is None:
            return Reply(status=404)
        _check(server, request)
        return handler(server, request)
    except Refused as refused:
        return in_words(refused.status, refused.message)


def _find(request: Request) -> Handler | None:
    exact = _EXACT.get(request.path)
    if exact is not None:
        return _for_method(exact, request.method)
    for start, end, handlers in _OF_ONE:
        if request.path.startswith(start) and request.path.endswith(end):
            key = request.path[len(start) : len(request.path) - len(end)]
            handler = _for_method(handlers, request.method)
            return lambda server, asked: handler(server, asked, key)
    return None


def _for_method(handlers: dict[tuple[str, ...], H], method: str) -> H:
    for methods, handler in handlers.items():
        if method in methods:
            return handler
    raise Refused("Invalid method", 405)


def _check(server: Server, request: Request) -> None:
    """Refuse what no leader can be asked, and what the request's token does not allow."""
    if request.path.startswith(_OPEN):
        return
    if not server.store.leader:
        raise Refused("No cluster leader")
    if server.acl_token is None:
        return
    if not request.token:
        raise Refused("Permission denied", 403)
    if request.token != server.acl_token:
        raise Refused("ACL token not found", 403)

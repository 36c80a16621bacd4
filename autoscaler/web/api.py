"""
The API: the board's documents, and the stream of them.

Imports answers, board, events, serialised, status.documents, fastapi and starlette.
"""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from autoscaler.status.documents import Decisions, History, Nodes, Status
from autoscaler.web.answers import API, Refusal, accepts_gzip, as_is, refused
from autoscaler.web.board import Board
from autoscaler.web.events import LISTENERS_MAX, EventHub, Listener
from autoscaler.web.serialised import Ready, Serialised, in_thread

PREFIX = f"{API}v1"

DECISIONS_MAX = 500
HOURS_MAX = 24

_UNREAD: dict[int | str, dict[str, Any]] = {
    401: {"model": Refusal, "description": "A token is needed, or the one shown is wrong."},
    421: {"model": Refusal, "description": "Asked for by a name that is not this daemon's."},
    429: {"model": Refusal, "description": "Too many wrong tokens are being shown."},
    503: {"model": Refusal, "description": "The token's file cannot be read."},
}
_INVALID: dict[int | str, dict[str, Any]] = {
    422: {"model": Refusal, "description": "A parameter is not what it can be."}
}
_NO_POOL: dict[int | str, dict[str, Any]] = {
    404: {"model": Refusal, "description": "There is no such pool."}
}
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A stream of events named `status`, each with the document as its data.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    503: {"model": Refusal, "description": f"{LISTENERS_MAX} listen already."},
}


class Api:
    """Its endpoints.  For the loop's thread."""

    def __init__(self, board: Board, serialised: Serialised, events: EventHub) -> None:
        self._board = board
        self._serialised = serialised
        self._events = events

    def router(self) -> APIRouter:
        """What is served below ``/api/v1``."""
        router = APIRouter(prefix=PREFIX, tags=["status"], responses=_UNREAD)
        for path, endpoint, model, responses in (
            ("/status", self.status, Status, {}),
            ("/nodes", self.nodes, Nodes, {}),
            ("/decisions", self.decisions, Decisions, _INVALID | _NO_POOL),
            ("/history", self.history, History, _INVALID),
        ):
            router.add_api_route(
                path,
                endpoint,
                response_model=model,
                responses=responses,
                response_description=_first_line(model),
            )
        router.add_api_route(
            "/events", self.events, responses=_STREAM, response_class=StreamingResponse
        )
        return router

    async def status(self, request: Request) -> Response:
        """Everything at a glance: pools, last changes, and what is wrong."""
        return await _document(request, self._serialised.status)

    async def nodes(self, request: Request) -> Response:
        """Every node of every pool, and what each runs."""
        return await _document(request, self._serialised.nodes)

    async def decisions(
        self,
        request: Request,
        pool: Annotated[str | None, Query(description="Of this pool; of all where left out.")] = (
            None
        ),
        last: Annotated[int, Query(ge=1, le=DECISIONS_MAX, description="So many at most.")] = 20,
    ) -> Response:
        """The last decisions that were news, newest first, each with its reasons."""
        if pool is not None:
            pools = [one.name for one in self._board.status().pools]
            if pool not in pools:
                refusal = Refusal(f"no pool {pool[:100]!r}", f"there are: {', '.join(pools)}")
                return refused(request.scope["path"], 404, refusal)
        return await _document(request, lambda: self._serialised.decisions(pool, last))

    async def history(
        self,
        request: Request,
        hours: Annotated[float, Query(ge=1, le=HOURS_MAX, description="The last so many.")] = 6,
    ) -> Response:
        """The last hours of every pool, minute by minute."""
        return await _document(request, lambda: self._serialised.history(hours))

    async def events(self, request: Request) -> Response:
        """
        Server-sent events: the status now, and again on each change, once a second at most.

        Comments keep the connection alive; after an hour the stream ends, and is asked for again.
        """
        ready = await asyncio.to_thread(self._serialised.status)
        listener = self._events.join()
        if listener is None:
            refusal = Refusal(f"{LISTENERS_MAX} listen already", "close pages that are not needed")
            path: str = request.scope["path"]
            return refused(path, 503, refusal, {"Retry-After": "30"})
        # What changes from here on comes by itself.
        listener.tell(ready)
        return _Stream(self._events, listener)


class _Stream(StreamingResponse):
    """One listener's, who leaves however it ends, be it before it has begun."""

    def __init__(self, events: EventHub, listener: Listener) -> None:
        # Reverse proxies that gather an answer before they pass it on must not gather this one.
        headers = {"X-Accel-Buffering": "no"}
        super().__init__(listener.frames(), media_type="text/event-stream", headers=headers)
        self._events = events
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._events.leave(self._listener)


async def _document(request: Request, make: Callable[[], Ready]) -> Response:
    gzipped = accepts_gzip(request.headers.get("accept-encoding", ""))
    body, is_gzipped = await in_thread(make, gzipped=gzipped)
    return as_is(body, "application/json", {}, gzipped=is_gzipped)


def _first_line(model: type) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]

"""
What every request passes, and every answer gets: host, method, right to read, headers.

Imports access, answers, hosts and starlette.
"""

import asyncio
import time
from email.utils import formatdate

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from autoscaler.web.access import SIGN_IN, Access
from autoscaler.web.answers import CONTENT_SECURITY_POLICY, Refusal, refused
from autoscaler.web.hosts import Hosts

SIGN_OUT = "/sign-out"
#: What load balancers and supervisors ask for, by whatever name: they tell nothing.
HEALTH = frozenset({"/healthz", "/readyz"})
_UNGUARDED = HEALTH | {SIGN_IN, SIGN_OUT, "/sign-in.css"}
_POSTED = frozenset({SIGN_IN, SIGN_OUT})
#: A request's line and headers together.  The server bounds what it waits for by it, but not what
#: comes all at once.
HEAD_BYTES_MAX = 16_384

_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Gate:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, hosts: Hosts, access: Access) -> None:
        self._app = app
        self._hosts = hosts
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        request = Request(scope)
        send = _with_headers(send, closes=_has_body(request))
        answer: ASGIApp = await self._refusal(request) or self._app
        if request.method == "HEAD":
            await _without_body(answer, scope, send)
        else:
            await answer(scope, receive, send)

    async def _refusal(self, request: Request) -> Response | None:
        path: str = request.scope["path"]
        if _head_bytes(request) > HEAD_BYTES_MAX:
            refusal = Refusal("the request's head is too long", "leave headers out, or cookies")
            return refused("/", 431, refusal)
        host = request.headers.get("host", "")
        if path not in HEALTH and not self._hosts.allow(host):
            mend = "ask by the name or address of http.listen, or add the name to http.hosts"
            return refused(path, 421, Refusal(f"{host[:100]!r} is not this daemon", mend))
        if path in _POSTED and request.method == "POST":
            return None
        if request.method not in ("GET", "HEAD"):
            refusal = Refusal(f"{request.method} is not served", "nothing can be changed here: GET")
            return refused(path, 405, refusal, {"Allow": "GET, HEAD"})
        if path in _UNGUARDED:
            return None
        return await self._access.refusal(request)


def _head_bytes(request: Request) -> int:
    scope = request.scope
    headers = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    return headers + len(scope["raw_path"]) + len(scope["query_string"])


def _has_body(request: Request) -> bool:
    """Such as nobody reads: the connection must not go on behind it."""
    length = request.headers.get("content-length", "0")
    return length != "0" or "transfer-encoding" in request.headers


def _with_headers(send: Send, *, closes: bool) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Date"] = formatdate(time.time(), usegmt=True)
            headers.setdefault("Cache-Control", "no-store")
            for name, value in _ALWAYS.items():
                headers[name] = value
            if closes:
                headers["Connection"] = "close"
        await send(message)

    return sent


async def _without_body(answer: ASGIApp, scope: Scope, send: Send) -> None:
    """As GET would begin; what has no end ends there."""
    over = asyncio.Event()
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await over.wait()
        return {"type": "http.disconnect"}

    async def begun(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            over.set()

    await answer({**scope, "method": "GET"}, receive, begun)

"""
A way to Nomad or to AWS, on the loopback, on which anything can go wrong for a while.

Stands between the daemon and either of them, passes everything on, writes down what was asked, and
lets one fault at a time befall what passes.  A fault is a function of the request and of what asks
the server; those below are the usual ones.  May import the standard library only.
"""

import http.client
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
#: Nomad holds a blocking query for a minute and a little.
_TIMEOUT_SECONDS = 90.0
_INDEX = "X-Nomad-Index"
#: Of a request that was signed for AWS.
_SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came."""

    #: By ``time.monotonic``.
    at: float
    method: str
    path: str
    body: bytes
    #: Of AWS, such as ``autoscaling``; empty where it is none.
    service: str = ""

    @property
    def what(self) -> str:
        """AWS's action; of Nomad the method and the path."""
        if self.method == "POST" and b"Action=" in self.body:
            return parse_qs(self.body.decode())["Action"][0]
        return f"{self.method} {urlsplit(self.path).path}"

    @property
    def writes(self) -> bool:
        """Whether it asks for a change."""
        return not self.what.startswith(("GET", "HEAD", "Describe", "List", "Get"))

    @property
    def key(self) -> tuple[str, bytes]:
        """Equal for requests that ask for the same, however long they would wait for news."""
        parts = urlsplit(self.path)
        query = [one for one in parse_qsl(parts.query) if one[0] not in ("index", "wait")]
        return f"{self.method} {parts.path}?{urlencode(query)}", self.body


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    #: The connection ends after so many bytes of the body; None: it is sent whole.
    cut_at: int | None = None


class Reset(Exception):
    """The connection is reset instead of an answer."""


#: Asks the server; with another path where one is given.
Forward = Callable[[str | None], Reply]
Fault = Callable[[Asked, Forward], Reply]


class FaultProxy(ThreadingHTTPServer):
    """On a thread of this process, for the length of a ``with`` block."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, origin: str) -> None:
        """``origin``: the URL of the server behind it."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = urlsplit(origin).netloc
        self._state = threading.Lock()
        self._fault: Fault | None = None
        self._asked: list[Asked] = []
        #: What reached the server, in whole.
        self.passed: list[Asked] = []
        self._connections: set[socket.socket] = set()
        #: The last good answer to each question; while a fault lasts they stay as they are.
        self.known: dict[tuple[str, bytes], Reply] = {}
        #: Set while nothing goes wrong: what hangs waits for it.
        self.healthy = threading.Event()
        self.healthy.set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def begin(self, fault: Fault) -> None:
        """From now on this befalls every request; connections that are open end."""
        with self._state:
            self._fault = fault
            self.healthy.clear()
        self._cut()

    def end(self) -> None:
        """All goes well again; connections that are open end."""
        with self._state:
            self._fault = None
            self.healthy.set()
        self._cut()

    def asked(self, since: int = 0) -> list[Asked]:
        """All requests so far, less the first so many."""
        with self._state:
            return self._asked[since:]

    def answer(self, asked: Asked, forward: Forward) -> Reply:
        """What is to be answered now.  Raises ``Reset``."""
        with self._state:
            self._asked.append(asked)
            fault = self._fault
        if fault is not None:
            return fault(asked, forward)
        reply = forward(None)
        if not asked.writes and self.healthy.is_set():
            self.known[asked.key] = reply
        return reply

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
        self.shutdown()
        self.server_close()

    def opened(self, connection: socket.socket) -> None:
        """A client has come."""
        with self._state:
            self._connections.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """It has gone."""
        with self._state:
            self._connections.discard(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that leave, and connections that are cut, are what this is about."""

    def _cut(self) -> None:
        with self._state:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


# The usual faults.


def delayed(seconds: float) -> Fault:
    """Each answer comes so much later."""

    def fault(_asked: Asked, forward: Forward) -> Reply:
        time.sleep(seconds)
        return forward(None)

    return fault


def hanging(proxy: FaultProxy, chosen: Callable[[Asked], bool] = lambda _: True) -> Fault:
    """To those chosen no answer comes; when the fault is over the connection ends without one."""

    def fault(asked: Asked, forward: Forward) -> Reply:
        if not chosen(asked):
            return forward(None)
        proxy.healthy.wait(_TIMEOUT_SECONDS)
        raise Reset

    return fault


def reset(_asked: Asked, _forward: Forward) -> Reply:
    """The connection is reset before anything is asked of the server."""
    raise Reset


def lost(_asked: Asked, forward: Forward) -> Reply:
    """The server does what it was asked to, and its answer never arrives."""
    forward(None)
    raise Reset


def truncated(_asked: Asked, forward: Forward) -> Reply:
    """The connection ends in the middle of the answer."""
    reply = forward(None)
    return replace(reply, cut_at=len(reply.body) // 2)


def halved(_asked: Asked, forward: Forward) -> Reply:
    """Half an answer that says that it is a whole one."""
    reply = forward(None)
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def answering(status: int, body: bytes, kind: str = "text/plain", **headers: str) -> Fault:
    """The same to everything."""

    def fault(_asked: Asked, _forward: Forward) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Reply(status, {"Content-Type": kind, **named}, body)

    return fault


def stale(proxy: FaultProxy) -> Fault:
    """Reads are answered as they were before it began, and writes are done."""

    def fault(asked: Asked, forward: Forward) -> Reply:
        known = None if asked.writes else proxy.known.get(asked.key)
        return forward(None) if known is None else known

    return fault


def rewound(count: int) -> Fault:
    """Nomad's indexes are so much lower than before, as those of a server that was restored."""

    def fault(asked: Asked, forward: Forward) -> Reply:
        parts = urlsplit(asked.path)
        query = dict(parse_qsl(parts.query))
        if int(query.get("index", "0")) > 0:
            query["index"] = str(int(query["index"]) + count)
        reply = forward(parts._replace(query=urlencode(query)).geturl())
        if _INDEX not in reply.headers:
            return reply
        index = max(1, int(reply.headers[_INDEX]) - count)
        return replace(reply, headers={**reply.headers, _INDEX: str(index)})

    return fault


def impatient(asked: Asked, forward: Forward) -> Reply:
    """Nothing blocks: what waits for news is answered at once, and no index is told."""
    parts = urlsplit(asked.path)
    query = [one for one in parse_qsl(parts.query) if one[0] not in ("index", "wait")]
    reply = forward(parts._replace(query=urlencode(query)).geturl())
    headers = {name: value for name, value in reply.headers.items() if name != _INDEX}
    return replace(reply, headers=headers)


def forgotten(asked: Asked, forward: Forward) -> Reply:
    """Nomad knows no node, and nothing that runs on any: one that was restored, or made anew."""
    reply = forward(None)
    path = urlsplit(asked.path).path
    return replace(reply, body=b"[]") if path in ("/v1/nodes", "/v1/allocations") else reply


class _Handler(BaseHTTPRequestHandler):
    server: FaultProxy
    protocol_version = "HTTP/1.1"
    #: Else an answer in two parts waits for the client's word on the first.
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        super().finish()

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        signed = _SERVICE.search(self.headers.get("Authorization", ""))
        service = signed[1] if signed else ""
        asked = Asked(time.monotonic(), self.command, self.path, body, service)

        def forward(path: str | None) -> Reply:
            self.server.passed.append(asked)
            return self._forward(path or self.path, body)

        try:
            reply = self.server.answer(asked, forward)
        except (Reset, OSError, http.client.HTTPException):
            self._reset()
            return
        self._send(reply)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _do  # noqa: N815 - the parent's names

    def _forward(self, path: str, body: bytes) -> Reply:
        headers = {name: value for name, value in self.headers.items() if name != "Connection"}
        origin = self.server.origin
        with closing(http.client.HTTPConnection(origin, timeout=_TIMEOUT_SECONDS)) as connection:
            connection.request(self.command, path, body, headers)
            answer = connection.getresponse()
            told = {
                name: value
                for name, value in answer.getheaders()
                if name.lower() not in _HOP_BY_HOP
            }
            return Reply(answer.status, told, answer.read())

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[: reply.cut_at])
        if reply.cut_at is not None:
            self.wfile.flush()
            self.close_connection = True

    def _reset(self) -> None:
        """End the connection the hard way."""
        with suppress(OSError):
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        self.close_connection = True

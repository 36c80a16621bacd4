"""
Speak HTTP/1.1: read requests, write replies, keep connections open.

Each connection has a thread.  A reply goes out in one write on a socket without Nagle's delay.  May
import ``http.routes`` and ``http.messages``.
"""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from devstack.standin.http.messages import Reply, Request, in_words
from devstack.standin.http.routes import handle

if TYPE_CHECKING:
    from collections.abc import Callable

    from devstack.standin.server import Server

#: The largest body that is read: Nomad has no limit, a stand-in needs one.
LARGEST_BODY = 32 * 1024 * 1024
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}


class Listener(ThreadingHTTPServer):
    """The listening socket of one stand-in."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, server: Server, port: int) -> None:
        self.stand_in = server
        super().__init__(("127.0.0.1", port), Connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error; others are told on stderr."""
        import sys

        if not isinstance(sys.exception(), (BrokenPipeError, ConnectionResetError)):
            # typeshed wants a socket's own types; they are only passed on.
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Connection(BaseHTTPRequestHandler):
    """One connection, and the requests that come over it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def __getattr__(self, name: str) -> Callable[[], None]:
        """The library looks for ``do_GET``, ``do_PUT`` and so on: one method serves them all."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        """Say nothing: the access log would outweigh all else."""

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            self._send(in_words(413, "the body is too large or has no length"))
            self.close_connection = True
            return
        split = urlsplit(self.path)
        queries = parse_qs(split.query, keep_blank_values=True)
        request = Request(
            method=self.command,
            path=unquote(split.path),
            query={name: values[0] for name, values in queries.items()},
            queries=queries,
            token=self._token(),
            body=body,
        )
        reply = handle(self.server.stand_in, request)
        if reply.stream is None:
            self._send(reply)
        else:
            self._send_stream(reply)

    def _token(self) -> str:
        token = self.headers.get("X-Nomad-Token")
        return token or self.headers.get("Authorization", "").removeprefix("Bearer ")

    def _body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return self._chunked_body()
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return None
        return self.rfile.read(int(length)) if length != "0" else b""

    def _chunked_body(self) -> bytes | None:
        parts: list[bytes] = []
        size = 0
        while True:
            length = int(self.rfile.readline(1024).partition(b";")[0].strip() or b"0", 16)
            if length == 0:
                self.rfile.readline(1024)
                return b"".join(parts)
            size += length
            if size > LARGEST_BODY:
                return None
            parts.append(self.rfile.read(length))
            self.rfile.readline(8)

    def _head(self, reply: Reply, framing: str) -> bytes:
        lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Status')}"]
        # As Nomad does: clients compare clocks by it.
        lines.append(f"Date: {self.date_time_string()}")
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        if reply.content_type:
            lines.append(f"Content-Type: {reply.content_type}")
        lines.append(framing)
        if self.close_connection:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode()

    def _send(self, reply: Reply) -> None:
        self.wfile.write(self._head(reply, f"Content-Length: {len(reply.body)}") + reply.body)

    def _send_stream(self, reply: Reply) -> None:
        """Send the parts as they come; an empty part only looks whether the reader is there."""
        self.wfile.write(self._head(reply, "Transfer-Encoding: chunked"))
        for part in reply.stream or ():
            if part:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            elif self._has_left():
                self.close_connection = True
                return
        self.wfile.write(b"0\r\n\r\n")

    def _has_left(self) -> bool:
        self.connection.setblocking(False)
        try:
            return len(self.connection.recv(1, socket.MSG_PEEK)) == 0
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self.connection.setblocking(True)

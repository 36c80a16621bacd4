"""
A web server on loopback that fails as the world does, each path in its own way.

It knows one body (``DATA``, tagged) and counts the requests of each path, HEAD by themselves.
"""

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DATA = bytes(range(256)) * 800
OTHER = DATA[::-1]
CUT = len(DATA) * 6 // 10
METADATA_URL = "http://169.254.169.254/latest/meta-data/"

#: Body, tag, and whether ranges are served; cut short at the first request, but for ``WHOLE``.
BODIES: dict[str, tuple[bytes, str | None, bool]] = {
    "/whole": (DATA, '"one"', True),
    "/a%20b.mp4": (DATA, '"one"', True),
    "/cut-once": (DATA, '"one"', True),
    "/changed": (DATA, '"one"', True),
    "/no-ranges": (DATA, '"one"', False),
    "/untagged": (DATA, None, True),
    "/weak": (DATA, 'W/"one"', True),
    "/signed": (DATA, '"one"', True),
    "/signed-no-ranges": (DATA, '"one"', False),
}
WHOLE = ("/whole", "/a%20b.mp4", "/weak", "/signed", "/signed-no-ranges")
#: What a URL signed for GET answers to HEAD.
SIGNED_FOR_GET = ("/signed", "/signed-no-ranges")


class Handler(BaseHTTPRequestHandler):
    """One request; ``self.server`` keeps the counts and what was asked for."""

    protocol_version = "HTTP/1.1"
    server: "Faults"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        with self.server.lock:
            self.server.counts[path] += 1
            count = self.server.counts[path]
            self.server.ranges.append((path, self.headers.get("Range")))
        try:
            self._answer(path, count)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_HEAD(self) -> None:
        path = self.path.partition("?")[0]
        with self.server.lock:
            self.server.heads[path] += 1
        if path not in BODIES:
            self._plain(*ANSWERS.get(path, (404, {})))
            return
        data, tag, _ = BODIES[path]
        if path in SIGNED_FOR_GET:
            self._plain(403, {})
            return
        self.send_response(200)
        if tag:
            self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()

    def _answer(self, path: str, count: int) -> None:
        first = count == 1
        if path in BODIES:
            data, tag, ranges = BODIES[path]
            changed = path == "/changed" and not first
            cut = first and path not in WHOLE
            self._send(OTHER if changed else data, '"two"' if changed else tag, cut, ranges)
        elif path == "/away-once":
            self._plain(503, {"Retry-After": "0"}) if first else self._send(DATA)
        elif path == "/chunked-cut":
            self._chunked(DATA, cut=first)
        elif path == "/no-length-cut":
            self._without_length(self.server.unmeasured)
        elif path == "/lies":
            self._lie()
        elif path == "/drip":
            self._drip()
        elif path == "/trickle":
            self._trickle()
        else:
            self._plain(*ANSWERS.get(path, (404, {})))

    def _send(
        self, data: bytes, tag: str | None = '"one"', cut: bool = False, ranges: bool = True
    ) -> None:
        asked = self.headers.get("Range") if ranges else None
        if asked == "bytes=0-0":
            self._one_byte(data, tag)
            return
        start = int(asked[6:-1]) if asked and self.headers["If-Range"] == tag else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        if tag:
            self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        self.wfile.write(data[start : CUT if cut else None])
        self.close_connection = cut

    def _one_byte(self, data: bytes, tag: str | None) -> None:
        headers = {"Content-Range": f"bytes 0-0/{len(data)}", "Content-Length": "1"}
        self._plain(206, headers | ({"ETag": tag} if tag else {}))
        self.wfile.write(data[:1])

    def _lie(self) -> None:
        """A length that no answer ever has."""
        self._plain(200, {"Content-Length": str(len(DATA) + 1000), "ETag": '"one"'})
        self.wfile.write(DATA)
        self.close_connection = True

    def _chunked(self, data: bytes, *, cut: bool) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        half = len(data) // 2
        self.wfile.write(b"%x\r\n%b\r\n" % (half, data[:half]))
        if not cut:
            self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(data) - half, data[half:]))
        self.close_connection = cut

    def _without_length(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def _drip(self) -> None:
        """A few bytes, and then nothing until the server ends."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(DATA)))
        self.end_headers()
        self.wfile.write(DATA[:100])
        self.wfile.flush()
        self.server.dripping.set()
        self.server.ended.wait(30)
        self.close_connection = True

    def _trickle(self) -> None:
        """A few bytes, again and again."""
        self._plain(200, {"Content-Length": str(len(DATA)), "ETag": '"one"'})
        while not self.server.ended.wait(0.02):
            self.wfile.write(DATA[:10])
            self.wfile.flush()

    def _plain(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the parent's name.
        """Keep the tests' output clean."""


ANSWERS: dict[str, tuple[int, dict[str, str]]] = {
    "/gone": (410, {}),
    "/away": (503, {}),
    "/forbidden": (403, {}),
    "/to-whole": (302, {"Location": "/whole"}),
    "/to-itself": (302, {"Location": "/to-itself"}),
    "/to-metadata": (302, {"Location": METADATA_URL}),
    "/to-a-file": (302, {"Location": "file:///etc/passwd"}),
    "/huge": (200, {"Content-Length": str(1 << 40)}),
}


class Faults(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.counts: Counter[str] = Counter()
        self.heads: Counter[str] = Counter()
        self.ranges: list[tuple[str, str | None]] = []
        #: What ``/no-length-cut`` sends.
        self.unmeasured = DATA[:CUT]
        self.dripping = threading.Event()
        self.ended = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that leaves in the middle: that is what some tests are about."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def asked(self, path: str) -> list[str | None]:
        """The ranges that were asked of a path, one for each request."""
        return [span for name, span in self.ranges if name == path]


@contextmanager
def serving() -> Iterator[Faults]:
    server = Faults()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()

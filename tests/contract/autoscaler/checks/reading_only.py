"""A way to Nomad that lets reads pass, and writes down whatever else is asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests


class ReadingOnly(ThreadingHTTPServer):
    """On loopback; ``asked`` is what passed, ``refused`` what did not."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.asked: list[str] = []
        self.refused: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ReadingOnly

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        kept = {name: value for name, value in self.headers.items() if name.startswith("X-")}
        reply = requests.get(self.server.upstream + self.path, headers=kept, timeout=10)
        self.send_response(reply.status_code)
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content)

    def _refuse(self) -> None:
        self.server.refused.append(f"{self.command} {self.path}")
        self.close_connection = True
        self.send_error(405)

    def do_POST(self) -> None:
        self._refuse()

    def do_PUT(self) -> None:
        self._refuse()

    def do_DELETE(self) -> None:
        self._refuse()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def reading_only(upstream: str) -> Iterator[ReadingOnly]:
    """Serves for the length of the block."""
    server = ReadingOnly(upstream)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

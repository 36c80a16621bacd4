"""A way to the local AWS on which calls that name a certain thing get no answer."""

import http.client
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class HangingAws(ThreadingHTTPServer):
    """A proxy on a thread of this process, for the length of a ``with`` block."""

    daemon_threads = True

    def __init__(self, endpoint: str, word: str) -> None:
        """Calls whose bodies hold ``word`` hang until ``let_go``; then their connections end."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = urlsplit(endpoint).netloc
        self.word = word.encode()
        self.hung_count = 0
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def let_go(self) -> None:
        """From now on nothing hangs."""
        self.released.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.let_go()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: HangingAws
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.word in body and not self.server.released.is_set():
            self.server.hung_count += 1
            self.server.released.wait()
            self.close_connection = True
            return
        headers = {key: value for key, value in self.headers.items() if key != "Connection"}
        with closing(http.client.HTTPConnection(self.server.origin, timeout=30)) as connection:
            connection.request("POST", self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

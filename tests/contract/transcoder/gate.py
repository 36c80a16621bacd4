"""
A web server on loopback that holds a body back until it is told to go on, or to break off.

What comes after a break may be another version: resuming it by its tag then starts from the first
byte.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE_SECONDS = 30.0


@dataclass
class Script:
    """A body, and what becomes of it."""

    data: bytes
    #: So much of it is sent to the first who asks, before the hold.
    before_hold: int
    #: Whether the first answer ends there, and what later ones are then of; None: there are none.
    breaks: bool = False
    after_break: bytes | None = None
    #: Called once the hold is reached.
    on_hold: Callable[[], object] = lambda: None
    release: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Gate"

    def do_GET(self) -> None:
        script, is_first = self.server.script, self.server.is_first()
        try:
            if is_first:
                self._held(script)
            elif script.after_break is None:
                self._headers(503, b"")
            else:
                self._headers(200, script.after_break, '"other"')
                self.wfile.write(script.after_break)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_HEAD(self) -> None:
        self._headers(200, self.server.script.data, '"first"')

    def _held(self, script: Script) -> None:
        self._headers(200, script.data, '"first"')
        self.wfile.write(script.data[: script.before_hold])
        self.wfile.flush()
        script.on_hold()
        script.release.wait(PATIENCE_SECONDS)
        if script.breaks:
            self.close_connection = True
        else:
            self.wfile.write(script.data[script.before_hold :])

    def _headers(self, status: int, data: bytes, tag: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the parent's name.
        """Keep the tests' output clean."""


class Gate(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self._lock = threading.Lock()
        self._asked_count = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/clip"

    def is_first(self) -> bool:
        with self._lock:
            self._asked_count += 1
            return self._asked_count == 1


@contextmanager
def gate(script: Script) -> Iterator[Gate]:
    server = Gate(script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        script.release.set()
        server.shutdown()
        server.server_close()
        thread.join()

"""One daemon's way to AWS: what went over it and when, and a pair of scissors."""

import http.client
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_READS = ("Describe", "GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Sent:
    """One call, when it had come whole; one that was cut off is none."""

    at: float
    service: str
    #: Such as ``SetDesiredCapacity``; for S3 the HTTP method.
    action: str

    @property
    def scales(self) -> bool:
        """Whether it could change groups or instances."""
        return self.service != "s3" and not self.action.startswith(_READS)


class Wire(ThreadingHTTPServer):
    """A proxy on threads of this process."""

    daemon_threads = True

    def __init__(self, endpoint: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = urlsplit(endpoint).netloc
        self.calls: list[Sent] = []
        self._cut: frozenset[str] = frozenset()
        self._mended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def scaled_at(self) -> list[float]:
        """When the calls came that could change groups or instances."""
        return [call.at for call in self.calls if call.scales]

    def cut(self, *services: str) -> None:
        """Calls to these vanish from now on, and nothing is answered."""
        self._mended.clear()
        self._cut = frozenset(services)

    def mend(self) -> None:
        """All go through again; those that vanished do not come back."""
        self._cut = frozenset()
        self._mended.set()

    def vanishes(self, service: str) -> bool:
        """Whether the call does; if so, it is held until the wire is mended."""
        if service not in self._cut:
            return False
        self._mended.wait(60)
        return True


class _Handler(BaseHTTPRequestHandler):
    server: Wire
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Any method is passed on in the same way."""
        self._serve()

    def do_HEAD(self) -> None:
        """As ``do_GET``."""
        self._serve()

    def do_PUT(self) -> None:
        """As ``do_GET``."""
        self._serve()

    def do_POST(self) -> None:
        """As ``do_GET``."""
        self._serve()

    def _serve(self) -> None:
        signed = _SERVICE.search(self.headers.get("Authorization", ""))
        service = signed.group(1) if signed else "none"
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.vanishes(service):
            self.close_connection = True
            return
        named = parse_qs(body.decode(errors="replace")).get("Action")
        action = named[0] if named and service != "s3" else self.command
        self.server.calls.append(Sent(time.monotonic(), service, action))
        self._pass_on(body)

    def _pass_on(self, body: bytes) -> None:
        headers = {key: value for key, value in self.headers.items() if key != "Connection"}
        with closing(http.client.HTTPConnection(self.server.origin, timeout=30)) as connection:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        try:
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # Who asked has ended, or gave it up.


@contextmanager
def a_wire(endpoint: str) -> Iterator[Wire]:
    """For the length of the block."""
    wire = Wire(endpoint)
    serving = threading.Thread(target=wire.serve_forever, args=(0.05,), daemon=True)
    serving.start()
    try:
        yield wire
    finally:
        wire.mend()
        wire.shutdown()
        wire.server_close()

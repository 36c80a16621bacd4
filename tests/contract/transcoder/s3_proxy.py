"""
A server on loopback between a client and moto, which fails as S3 and the way to it do.

It also keeps what moto leaves out: conditions of CompleteMultipartUpload, and that of two
conditional writes at once one is the first.
"""

import http.client
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as it came."""

    operation: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """An error of S3's own, without asking moto."""

    status: int
    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection breaks before all of the request is read."""


@dataclass(frozen=True, slots=True)
class LoseReply:
    """Moto does what is asked, and nobody hears of it."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing is answered, or not even read, until ``release``; then moto is asked."""

    is_read: bool = True
    reached: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)

    def hold(self) -> None:
        self.reached.set()
        self.release.wait(30)


@dataclass(frozen=True, slots=True)
class Alter:
    """Moto's reply, changed on its way."""

    change: Callable[[dict[str, str], bytes], bytes]


@dataclass(frozen=True, slots=True)
class First:
    """Something else happens just before moto is asked."""

    act: Callable[[], object]


Fault = Answer | Reset | LoseReply | Hang | Alter | First | None


class Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, moto_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.moto = urlsplit(moto_url).netloc
        self.lock = threading.Lock()
        self._answered = threading.Condition()
        self._answered_counts: Counter[str] = Counter()
        self.asked: list[Asked] = []
        self._faults: dict[str, list[Fault]] = {}
        self._always: dict[str, Fault] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fail(self, operation: str, *faults: Fault) -> None:
        """Let the next requests of an operation fail, each in its way; None lets one through."""
        self._faults.setdefault(operation, []).extend(faults)

    def always(self, operation: str, fault: Fault) -> None:
        """Let every request of an operation fail that no other fault meets."""
        self._always[operation] = fault

    def operations(self) -> list[str]:
        return [asked.operation for asked in self.asked]

    def of(self, operation: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.operation == operation]

    def wait_for(self, operation: str, count: int) -> bool:
        """Whether so many requests of an operation have been answered, within ten seconds."""
        with self._answered:
            return self._answered.wait_for(
                lambda: self._answered_counts[operation] >= count, timeout=10
            )

    def count(self, operation: str) -> None:
        """Note that a request has been answered."""
        with self._answered:
            self._answered_counts[operation] += 1
            self._answered.notify_all()

    def note(self, asked: Asked) -> Fault:
        with self.lock:
            self.asked.append(asked)
            waiting = self._faults.get(asked.operation)
            return waiting.pop(0) if waiting else self._always.get(asked.operation)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def handle(self) -> None:
        # A client that leaves in the middle is what some tests are about.
        with _left_alone():
            super().handle()

    def _do(self) -> None:
        asked = Asked(_operation(self.command, self.path), self.path, dict(self.headers))
        fault = self.server.note(asked)
        length = int(self.headers.get("Content-Length") or 0)
        if isinstance(fault, Reset):
            self.rfile.read(min(length, 1 << 16) // 2)
            self._reset()
            return
        if isinstance(fault, Hang) and not fault.is_read:
            fault.hold()
        body = self.rfile.read(length)
        # Half a request is none.
        if len(body) == length:
            self._serve(asked, fault, body)

    def _serve(self, asked: Asked, fault: Fault, body: bytes) -> None:
        if isinstance(fault, Hang):
            fault.hold()
        elif isinstance(fault, First):
            fault.act()
        elif isinstance(fault, Answer):
            self._refuse(fault)
            return
        status, headers, data = self._forward(asked, body)
        if isinstance(fault, LoseReply):
            self._reset()
            return
        if isinstance(fault, Alter):
            data = fault.change(headers, data)
        self._answer(status, headers, data)
        self.server.count(asked.operation)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _do  # noqa: N815 -- the parent's names.

    def _forward(self, asked: Asked, body: bytes) -> tuple[int, dict[str, str], bytes]:
        conditional = any(name in self.headers for name in ("If-Match", "If-None-Match"))
        if not conditional or self.command in ("GET", "HEAD"):
            return self._ask(self.command, self.path, dict(self.headers), body)
        with self.server.lock:
            tag = self.headers.get("If-Match")
            if asked.operation == "CompleteMultipartUpload" and tag is not None:
                who = {"Authorization": self.headers["Authorization"]}
                _, there, _ = self._ask("HEAD", self.path.partition("?")[0], who, b"")
                if there.get("etag") != tag:
                    return 412, {}, _error(Answer(412, "PreconditionFailed"))
            return self._ask(self.command, self.path, dict(self.headers), body)

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.server.moto, timeout=30)
        try:
            headers = {name: value for name, value in headers.items() if name != "Expect"}
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            told = {name.lower(): value for name, value in reply.getheaders()}
            return reply.status, told, reply.read()
        finally:
            connection.close()

    def _refuse(self, fault: Answer) -> None:
        data = b"" if self.command == "HEAD" else _error(fault)
        self._answer(fault.status, {"content-length": str(len(data))}, data)

    def _answer(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self.send_response_only(status)
        if self.command != "HEAD":
            headers = {**headers, "content-length": headers.get("content-length", str(len(data)))}
        for name, value in headers.items():
            if name not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        if self.command != "HEAD" and int(headers["content-length"]) != len(data):
            self.close_connection = True

    def _reset(self) -> None:
        """End the connection the hard way."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the parent's name.
        """Keep the tests' output clean."""


def _error(fault: Answer) -> bytes:
    text = f"<Error><Code>{fault.code}</Code><Message>{fault.message}</Message></Error>"
    return text.encode()


@contextmanager
def _left_alone() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError):
        # ValueError: what is written to a connection that is closed here.
        return


def _operation(method: str, path: str) -> str:
    parts = urlsplit(path)
    query = parse_qs(parts.query, keep_blank_values=True)
    of_object = bool(parts.path.strip("/").partition("/")[2])
    if "uploadId" in query:
        by_method = {
            "PUT": "UploadPart",
            "POST": "CompleteMultipartUpload",
            "DELETE": "AbortMultipartUpload",
        }
    elif of_object:
        by_method = {
            "PUT": "PutObject",
            "POST": "CreateMultipartUpload",
            "GET": "GetObject",
            "HEAD": "HeadObject",
            "DELETE": "DeleteObject",
        }
    else:
        by_method = {"GET": "ListObjectsV2", "POST": "DeleteObjects"}
    return by_method.get(method, method)


@contextmanager
def proxying(moto_url: str) -> Iterator[Proxy]:
    server = Proxy(moto_url)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""
Datadog's intake on loopback: takes what its API's reference describes, and is bad when told to.

A payload that the reference would not allow is kept as a problem.
"""

import json
import socket
import ssl
import struct
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KEY = "0123456789abcdef0123456789abcdef"
#: What is said instead of taking a request: a status, or what servers in trouble do.
Answer = int | Literal["reset", "hang", "redirect"]
_REFUSAL = b'{"errors": ["Forbidden"]}'
#: As a load balancer before the API answers.
_PAGE = b"<!DOCTYPE html><html><body>not now</body></html>"


@dataclass(frozen=True, slots=True)
class Request:
    """One that came."""

    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    at: float
    #: What it was answered.
    answer: Answer


class FakeIntake:
    """The server, for the length of a ``with`` block."""

    def __init__(self, certificate: Path | None = None) -> None:
        """With the file of a certificate and its key, it speaks TLS."""
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self.answers: deque[Answer] = deque()
        #: For every request that has no other answer.
        self.usually: Answer = 202
        self.bytes_max = 1 << 20
        self.retry_after = ""
        self._certificate = certificate
        self.released = threading.Event()

    def __enter__(self) -> Self:
        intake = self

        class Handler(_Handler):
            def do_POST(self) -> None:
                self.take(intake)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if self._certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        scheme = "http" if self._certificate is None else "https"
        return f"{scheme}://127.0.0.1:{self._server.server_address[1]}"

    def taken(self, path: str) -> list[Request]:
        """Those to one endpoint that were answered well."""
        return [one for one in self.requests if one.path == path and one.answer == 202]

    def series(self, name: str, path: str = "/api/v1/series") -> list[dict[str, Any]]:
        """All entries of one metric that were taken, in order."""
        return [
            entry
            for request in self.taken(path)
            for entry in request.body["series"]
            if entry["metric"] == name
        ]

    def next_answer(self, size: int) -> Answer:
        if size > self.bytes_max:
            return 413
        return self.answers.popleft() if self.answers else self.usually


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def take(self, intake: FakeIntake) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "deflate":
            raw = zlib.decompress(raw)
        body = json.loads(raw)
        answer = intake.next_answer(len(raw))
        request = Request(self.path, body, dict(self.headers), time.monotonic(), answer)
        intake.problems.extend(problems(request))
        intake.requests.append(request)
        if answer == "hang":
            intake.released.wait(30)
        elif answer == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        else:
            self._answer(answer, intake)
            return
        self.close_connection = True

    def _answer(self, answer: int | str, intake: FakeIntake) -> None:
        status = 302 if answer == "redirect" else int(answer)
        content = {202: b'{"status": "ok"}', 403: _REFUSAL}.get(status, _PAGE)
        self.send_response(status)
        if answer == "redirect":
            self.send_header("Location", f"{intake.url}/elsewhere")
        if status == 429 and intake.retry_after:
            self.send_header("Retry-After", intake.retry_after)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, *_: object) -> None:
        """Nothing: the tests read ``requests``."""


def self_signed(path: Path) -> Path:
    """A file with a certificate for loopback and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    return path


def problems(request: Request) -> Iterator[str]:
    """Each way in which it is not what Datadog's reference describes."""
    if request.headers.get("DD-API-KEY") != KEY:
        yield "no API key in the header"
    if "api_key" in request.path or "?" in request.path:
        yield f"a secret may be in the address: {request.path}"
    if request.headers.get("Content-Type") != "application/json":
        yield f"content type {request.headers.get('Content-Type')}"
    check = _CHECKS.get(request.path)
    if check is None:
        yield f"no endpoint {request.path}"
    else:
        yield from (f"{request.path}: {one}" for one in check(request.body))


def _of_series(body: Mapping[str, Any]) -> Iterator[str]:
    for entry in body["series"]:
        yield from _of_entry(entry)
        if entry["type"] not in ("gauge", "count", "rate"):
            yield f"type {entry['type']}"
        if entry["type"] == "count" and type(entry.get("interval")) is not int:
            yield f"a count without its interval: {entry}"
        if not all(_is_seconds(at) and type(value) is float for at, value in entry["points"]):
            yield f"points {entry['points']}"


def _of_distributions(body: Mapping[str, Any]) -> Iterator[str]:
    for entry in body["series"]:
        yield from _of_entry(entry)
        if entry["type"] != "distribution":
            yield f"type {entry['type']}"
        for at, values in entry["points"]:
            if not (_is_seconds(at) and values and all(type(one) is float for one in values)):
                yield f"points {entry['points']}"


def _of_entry(entry: Mapping[str, Any]) -> Iterator[str]:
    if not (isinstance(entry["metric"], str) and len(entry["metric"]) <= 200):
        yield f"metric {entry['metric']}"
    if not (entry["points"] and isinstance(entry["host"], str) and _are_tags(entry["tags"])):
        yield f"entry {entry}"


def _of_event(body: Mapping[str, Any]) -> Iterator[str]:
    if not (body["title"] and len(body["text"]) <= 4000 and _are_tags(body["tags"])):
        yield f"event {body}"
    if body["alert_type"] not in ("info", "success", "warning", "error"):
        yield f"alert type {body['alert_type']}"
    if len(body["aggregation_key"]) > 100 or not _is_seconds(body["date_happened"]):
        yield f"event {body}"


def _of_check(body: Mapping[str, Any]) -> Iterator[str]:
    if not (body["check"] and body["host_name"] and _are_tags(body["tags"])):
        yield f"check {body}"
    if body["status"] not in range(4) or not _is_seconds(body["timestamp"]):
        yield f"check {body}"


def _is_seconds(at: object) -> bool:
    return type(at) is int and 0 < at < 1 << 33


def _are_tags(tags: object) -> bool:
    return isinstance(tags, list) and all(isinstance(tag, str) and ":" in tag for tag in tags)


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "/api/v1/series": _of_series,
    "/api/v1/distribution_points": _of_distributions,
    "/api/v1/events": _of_event,
    "/api/v1/check_run": _of_check,
}

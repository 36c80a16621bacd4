"""Fetching over https: the connection goes to a checked address, the certificate is the name's."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from transcoder.adapters.download import Download, Limits
from transcoder.adapters.http_guard import guarded_manager
from transcoder.adapters.http_source import HttpRemote
from transcoder.core.retry import Backoff
from transcoder.errors import Reason, TaskError

DATA = b"0123456789" * 1000
QUICK = Limits(backoff=Backoff(attempts=1))
HOST = "video.invalid"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(DATA)))
        self.end_headers()
        self.wfile.write(DATA)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the parent's name.
        """Keep the tests' output clean."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us leaves in the middle."""


def certificate(place: Path) -> Path:
    """A self-signed certificate of HOST and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path = place / "both.pem"
    path.write_bytes(private + made.public_bytes(pem))
    return path


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that is trusted by this process, as HOST."""
    both = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(both))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def fetch(url: str, place: Path) -> int:
    manager = guarded_manager(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"])
    return Download(HttpRemote(manager, url), QUICK).to_file(place / "in").bytes


def test_a_certificate_is_held_against_the_name_and_not_the_address(
    port: int, tmp_path: Path
) -> None:
    assert fetch(f"https://{HOST}:{port}/x", tmp_path) == len(DATA)


def test_a_certificate_of_another_name_is_not_trusted(port: int, tmp_path: Path) -> None:
    with pytest.raises(TaskError) as failure:
        fetch(f"https://other.invalid:{port}/x", tmp_path)
    assert failure.value.reason is Reason.SOURCE_UNAVAILABLE
    assert "certificate verify failed" in failure.value.detail

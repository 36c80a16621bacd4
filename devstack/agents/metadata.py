"""
Be the instance metadata service of EC2 for one instance.

What is not known is 404, as on EC2.  Each instance has a server of its own: Nomad drops the path
of the address that it is given.  May import ``devstack.cluster`` and the standard library.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from devstack.cluster import NodeSpec

_KEYS = "/latest/meta-data/"
_TOKEN_PATH = "/latest/api/token"  # noqa: S105 - a path, no secret.
_ANY_TOKEN = b"devstack"


class MetadataService(ThreadingHTTPServer):
    """A server on a thread of this process, from the start until ``close``."""

    daemon_threads = True

    def __init__(self, spec: NodeSpec) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.values = {
            "ami-id": "ami-1",
            "hostname": spec.instance_id,
            "instance-id": spec.instance_id,
            "instance-type": spec.instance_type,
            "local-hostname": spec.instance_id,
            "local-ipv4": "127.0.0.1",
            "placement/availability-zone": spec.availability_zone,
        }
        threading.Thread(
            target=self.serve_forever, args=(0.05,), name="metadata", daemon=True
        ).start()

    @property
    def url(self) -> str:
        """The address in the form that Nomad's AWS_ENV_URL takes."""
        return f"http://127.0.0.1:{self.server_address[1]}{_KEYS}"

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: MetadataService
    protocol_version = "HTTP/1.1"

    def __getattr__(self, name: str) -> Callable[[], None]:
        """The library looks for ``do_GET`` and ``do_PUT``: one method serves both."""
        if name in {"do_GET", "do_PUT"}:
            return self._serve
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        key = self.path.removeprefix(_KEYS)
        if self.path == _TOKEN_PATH:
            # IMDSv2's session: any token will do.
            self._answer(200, _ANY_TOKEN)
        elif key in self.server.values:
            self._answer(200, self.server.values[key].encode())
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600")
        self.end_headers()
        self.wfile.write(body)

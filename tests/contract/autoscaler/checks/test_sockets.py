"""Agents, ports and an API that are there, or not: real sockets on loopback."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from autoscaler.adapters.control_socket import ControlSocket
from autoscaler.checks.datadog import ApiFacts, read_api, read_statsd
from autoscaler.checks.http import read_listen
from autoscaler.checks.state import read_state
from devstack.statsd import StatsdSink

KEY = "0123456789abcdef0123456789abcdef"


def test_an_agent_by_udp_is_heard_and_takes_no_notice() -> None:
    with StatsdSink() as sink:
        found = read_statsd(sink.address)

        assert found.state == "listening"
        assert sink.received == 0


def test_a_port_that_nobody_has_is_silent() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    assert read_statsd(f"127.0.0.1:{port}").state == "silent"


def test_of_another_machine_udp_tells_nothing() -> None:
    assert read_statsd("192.0.2.1:8125").state == "untold"


def test_a_name_that_is_none_is_broken() -> None:
    found = read_statsd("nobody.invalid:8125")

    assert found.state == "broken"
    assert found.detail


def test_unix_sockets_are_told_apart(tmp_path: Path) -> None:
    """A datagram socket that is bound, one that a dead agent left, a stream's, a file, nothing."""
    live, dead, stream, plain = (tmp_path / name for name in ("live", "dead", "stream", "plain"))
    plain.touch()
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as agent,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other,
    ):
        agent.bind(str(live))
        other.bind(str(stream))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as gone:
            gone.bind(str(dead))

        states = {
            path.name: read_statsd(f"unix://{path}").state
            for path in (live, dead, stream, plain, tmp_path / "nothing")
        }

    assert states == {
        "live": "listening",
        "dead": "silent",
        "stream": "broken",
        "plain": "broken",
        "nothing": "broken",
    }


class _Api(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.path == "/api/v1/validate" and self.headers["DD-API-KEY"] == KEY
        body = json.dumps({"valid": known}).encode()
        self.send_response(200 if known else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[str]:
    """An API that knows one key."""
    with HTTPServer(("127.0.0.1", 0), _Api) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_the_api_is_asked_whether_it_knows_the_key(api: str) -> None:
    assert read_api(api, KEY) == ApiFacts(api, key_given=True, status=200)
    assert read_api(api, "another").status == 403
    assert read_api(api, None) == ApiFacts(api, key_given=False)


def test_an_api_that_does_not_answer_is_told_without_the_key(api: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    found = read_api(f"http://127.0.0.1:{port}", KEY)

    assert found.status is None
    assert "refused" in found.detail
    assert KEY not in repr(found)


def test_a_free_port_stays_free_and_a_taken_one_has_a_holder() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        listen = f"127.0.0.1:{server.getsockname()[1]}"

        ours, theirs = read_listen(listen, os.getpid()), read_listen(listen, os.getppid())
        nobody = read_listen(listen, None)

    assert (ours.holder, theirs.holder, nobody.holder) == ("daemon", "other", "other")
    assert ours.error is not None
    assert read_listen(listen, None).error is None


def test_an_address_that_is_not_this_machines_cannot_be_had() -> None:
    assert read_listen("192.0.2.1:9646", None).error is not None


def test_a_daemon_is_known_by_its_socket(tmp_path: Path) -> None:
    with closing(ControlSocket(tmp_path)) as control:
        assert control.open()

        assert read_state(tmp_path).daemon_pid == os.getpid()

    assert read_state(tmp_path).daemon_pid is None

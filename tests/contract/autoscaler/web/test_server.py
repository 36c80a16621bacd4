"""The server's own manners: what keeps it from serving, slow clients, reload, TLS and the end."""

import socket
import ssl
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from autoscaler.config import HttpSettings
from autoscaler.web import connection
from tests.contract.autoscaler.web.certificates import write_certificate
from tests.contract.autoscaler.web.conftest import Web, Webs, wait_for
from tests.web_client import Listening, ask

STATUS = "/api/v1/status"


def codes(web: Web) -> list[str]:
    """Of the alarms that stand."""
    return [alarm.code for alarm in web.alarms.standing()]


def connected(web: Web) -> socket.socket:
    """A client that has said nothing yet."""
    host, port = web.address.split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def ended(client: socket.socket) -> bool:
    """Whether the server ends the connection, after what it still had to say or without a word."""
    try:
        while client.recv(65536):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


class TestUnavailable:
    """An alarm, a line of the log, and tries until it can be had."""

    def test_a_taken_port_is_told_once_and_taken_when_it_is_free(self, serve: Webs) -> None:
        with socket.socket() as taker, capture_logs() as lines:
            taker.bind(("127.0.0.1", 0))
            taker.listen()
            listen = f"127.0.0.1:{taker.getsockname()[1]}"
            web = serve(HttpSettings(listen=listen), again_seconds=0.05)
            assert web.server.address is None
            assert web.server.url is None
            (alarm,) = web.alarms.standing()
            assert alarm.code == "http.unavailable"
            assert alarm.what == f"cannot listen on {listen}: Address already in use"
            assert "http.listen" in alarm.mend
            time.sleep(0.3)  # Several tries, which are no news.
        wait_for(lambda: web.server.address == listen)
        assert ask(listen, STATUS).status == 200
        assert codes(web) == []
        events = [line["event"] for line in lines]
        assert events.count("http.unavailable") == 1

    @pytest.mark.parametrize(
        ("listen", "told"),
        [
            ("192.0.2.1:0", "Cannot assign requested address"),
            ("no-such-host.invalid:0", "is not known"),
        ],
    )
    def test_an_address_that_is_not_ours_is_told(self, serve: Webs, listen: str, told: str) -> None:
        web = serve(HttpSettings(listen=listen, token_file=None))
        wait_for(lambda: codes(web) == ["http.unavailable"])
        assert told in web.alarms.standing()[0].what
        assert web.server.address is None

    def test_a_token_file_that_is_not_there_keeps_it_shut_until_it_is(
        self, serve: Webs, tmp_path: Path
    ) -> None:
        path = tmp_path / "token"
        settings = HttpSettings(listen="127.0.0.1:0", token_file=str(path))
        web = serve(settings, again_seconds=0.05)
        assert web.server.address is None
        assert str(path) in web.alarms.standing()[0].what
        path.write_text("a-token-of-the-tests\n")
        wait_for(lambda: web.server.address is not None)
        assert ask(web.address, STATUS).status == 401

    def test_nothing_is_served_where_nothing_is_to_be(self, serve: Webs) -> None:
        web = serve(HttpSettings(listen=None))
        assert web.server.address is None
        assert codes(web) == []

    def test_its_end_takes_the_alarm_back(self, serve: Webs) -> None:
        web = serve(HttpSettings(listen="192.0.2.1:0"))
        wait_for(lambda: codes(web) == ["http.unavailable"])
        began = time.monotonic()
        web.server.close()
        assert time.monotonic() - began < 1
        assert codes(web) == []


class TestEnd:
    """Within a second, whoever is connected."""

    def test_does_not_wait_for_clients_that_say_nothing_or_take_nothing(self, serve: Webs) -> None:
        web = serve()
        mute, half = connected(web), connected(web)
        half.sendall(b"GET / HTTP/1.1\r\nHost: ")
        with Listening(web.address) as stream, mute, half:
            stream.status_event()
            began = time.monotonic()
            web.server.close()
            assert time.monotonic() - began < 1
            assert ended(mute)
            assert stream.frame() is None
        assert web.server.address is None

    def test_frees_the_port_and_can_be_repeated(self, serve: Webs) -> None:
        first = serve()
        address = first.address
        ask(address, STATUS)
        first.server.close()
        first.server.close()
        second = serve(HttpSettings(listen=address))
        assert second.address == address
        assert ask(address, STATUS).status == 200


class TestReload:
    """With settings that are the same, and others."""

    def test_streams_go_on_where_nothing_has_changed(self, web: Web) -> None:
        settings, sources = web.server._settings, web.server._sources
        with Listening(web.address) as stream:
            stream.status_event()
            assert web.server.reload(settings, sources)
            web.board.set_queue("transcode", 31)
            assert stream.status_event()["pools"][0]["queue"]["pending"] == 31

    def test_another_address_is_gone_to(self, web: Web) -> None:
        before = web.address
        assert web.server.reload(HttpSettings(listen="127.0.0.1:0"), web.server._sources)
        # The same settings: port 0 stays where it is.
        assert web.address == before
        other = HttpSettings(listen="localhost:0")
        web.server.reload(other, web.server._sources)
        assert web.address != before
        assert ask(web.address, STATUS).status == 200

    def test_it_can_be_turned_off_and_on_again(self, web: Web) -> None:
        sources = web.server._sources
        assert not web.server.reload(HttpSettings(listen=None), sources)
        assert web.server.address is None
        web.server.reload(HttpSettings(listen="127.0.0.1:0"), sources)
        assert ask(web.address, STATUS).status == 200


class TestSlowness:
    """Who asks slowly is cut off, and takes nobody's place."""

    def test_a_request_that_does_not_come_is_not_waited_for(
        self, web: Web, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connection, "REQUEST_SECONDS", 0.2)
        with connected(web) as mute, connected(web) as half, connected(web) as second:
            half.sendall(b"GET / HTTP/1.1\r\nHost: local")
            second.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert second.recv(4) == b"HTTP"
            second.sendall(b"GET /healthz HT")
            assert ended(mute)
            assert ended(half)
            assert ended(second)

    def test_an_answer_that_is_not_taken_is_given_up(
        self, serve: Webs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.2)
        web = serve()
        with connected(web) as client:
            ask_day = b"GET /api/v1/history?hours=24 HTTP/1.1\r\nHost: localhost\r\n\r\n"
            # More than the system holds between the two.
            client.sendall(ask_day * 40)
            time.sleep(1)  # In which it takes nothing.
            received = 0
            try:
                while part := client.recv(1 << 20):
                    received += len(part)
            except ConnectionResetError:
                pass
            whole = len(ask(web.address, "/api/v1/history?hours=24").body)
            assert received < 40 * whole

    def test_more_connections_than_there_is_room_for_are_not_kept(
        self, web: Web, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connection, "CONNECTIONS_MAX", 3)
        clients = [connected(web) for _ in range(4)]
        try:
            assert ended(clients[3])
        finally:
            for client in clients:
                client.close()
        wait_for(lambda: _answers(web))


def _answers(web: Web) -> bool:
    try:
        return ask(web.address, STATUS).status == 200
    except OSError:
        return False


class TestTls:
    """With a certificate of one's own."""

    @pytest.fixture
    def files(self, tmp_path: Path) -> tuple[Path, Path]:
        cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
        write_certificate(cert, key)
        return cert, key

    def test_is_spoken_where_a_certificate_is_given(
        self, serve: Webs, files: tuple[Path, Path], token_file: Path
    ) -> None:
        cert, key = files
        web = serve(
            HttpSettings(
                listen="127.0.0.1:0", cert=str(cert), key=str(key), token_file=str(token_file)
            )
        )
        assert (web.server.url or "").startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(cert))
        token = token_file.read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        assert ask(web.address, STATUS, headers=headers, context=context).status == 200
        entered = ask(web.address, "/sign-in", "POST", body=f"token={token}", context=context)
        assert "Secure" in entered.headers["set-cookie"]

    def test_plain_http_is_not_answered_there(self, serve: Webs, files: tuple[Path, Path]) -> None:
        web = serve(HttpSettings(listen="127.0.0.1:0", cert=str(files[0]), key=str(files[1])))
        with connected(web) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try:
                said = client.recv(4)
            except ConnectionResetError:
                said = b""
            assert said != b"HTTP"
            assert ended(client)

    def test_a_new_certificate_is_taken_at_a_reload_and_a_bad_one_is_told(
        self, serve: Webs, files: tuple[Path, Path]
    ) -> None:
        cert, key = files
        web = serve(HttpSettings(listen="127.0.0.1:0", cert=str(cert), key=str(key)))
        settings, sources = web.server._settings, web.server._sources
        write_certificate(cert, key)
        assert web.server.reload(settings, sources)
        renewed = ssl.create_default_context(cafile=str(cert))
        assert ask(web.address, STATUS, context=renewed).status == 200

        key.write_text("no key at all")
        assert web.server.reload(settings, sources)
        assert codes(web) == ["http.unavailable"]
        assert ask(web.address, STATUS, context=renewed).status == 200

    @pytest.mark.parametrize("missing", ["cert", "key"])
    def test_a_file_that_is_not_there_is_named(
        self, serve: Webs, files: tuple[Path, Path], missing: str
    ) -> None:
        path = files[0] if missing == "cert" else files[1]
        path.unlink()
        web = serve(HttpSettings(listen="127.0.0.1:0", cert=str(files[0]), key=str(files[1])))
        (alarm,) = web.alarms.standing()
        assert alarm.what == f"http.{missing}: {path}: No such file or directory"

    def test_a_key_that_is_not_the_certificates_is_told(
        self, serve: Webs, files: tuple[Path, Path], tmp_path: Path
    ) -> None:
        write_certificate(tmp_path / "other.pem", files[1])
        web = serve(HttpSettings(listen="127.0.0.1:0", cert=str(files[0]), key=str(files[1])))
        (alarm,) = web.alarms.standing()
        assert "KEY_VALUES_MISMATCH" in alarm.what.upper().replace(" ", "_")
        assert "its own key" in alarm.mend


@pytest.mark.skipif(not socket.has_ipv6, reason="there is no IPv6 here")
def test_ipv6_is_served_and_written_in_brackets(serve: Webs) -> None:
    web = serve(HttpSettings(listen="[::1]:0"))
    if web.server.address is None:
        pytest.skip("loopback has no IPv6 address here")
    assert web.address.startswith("[::1]:")
    assert ask(web.address, STATUS).status == 200

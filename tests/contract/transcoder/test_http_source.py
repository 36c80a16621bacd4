"""Fetching over http from a server on loopback that fails as the world does."""

import hashlib
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract.transcoder.faults import CUT, DATA, OTHER, Faults, serving
from transcoder.adapters.download import Download, Limits
from transcoder.adapters.http_guard import guarded_manager
from transcoder.adapters.http_source import HttpRemote
from transcoder.adapters.sources import Sources
from transcoder.core.identity import Identity
from transcoder.core.retry import Backoff
from transcoder.errors import Reason, TaskError
from transcoder.ports import Fetched

QUICK = Limits(backoff=Backoff(attempts=3, first_seconds=0.01))


@pytest.fixture(scope="module")
def server() -> Iterator[Faults]:
    with serving() as faults:
        yield faults


def arrived(
    url: str, scratch: Path, limits: Limits = QUICK, *, allow_private: bool = True
) -> Fetched:
    with Sources(limits, allow_private=allow_private).open(url, scratch) as arrival:
        return arrival.whole()


def fetch(url: str, scratch: Path, limits: Limits = QUICK, *, allow_private: bool = True) -> bytes:
    fetched = arrived(url, scratch, limits, allow_private=allow_private)
    data = fetched.path.read_bytes()
    assert (fetched.md5, fetched.bytes) == (hashlib.md5(data).hexdigest(), len(data))
    return data


def refusal(url: str, scratch: Path, limits: Limits = QUICK, **how: bool) -> TaskError:
    with pytest.raises(TaskError) as failure:
        fetch(url, scratch, limits, **how)
    return failure.value


@pytest.mark.parametrize("path", ["/whole", "/to-whole", "/a b.mp4", "/away-once"])
def test_a_body_arrives_whole(path: str, server: Faults, tmp_path: Path) -> None:
    assert fetch(server.url(path), tmp_path) == DATA


def test_a_body_cut_short_is_resumed_by_a_range(server: Faults, tmp_path: Path) -> None:
    assert fetch(server.url("/cut-once"), tmp_path) == DATA
    assert server.asked("/cut-once") == [None, f"bytes={CUT}-"]


def test_a_file_that_changed_meanwhile_is_fetched_anew(server: Faults, tmp_path: Path) -> None:
    assert fetch(server.url("/changed"), tmp_path) == OTHER
    assert server.asked("/changed") == [None, f"bytes={CUT}-"]


@pytest.mark.parametrize("path", ["/no-ranges", "/untagged", "/chunked-cut"])
def test_a_server_that_cannot_resume_is_asked_for_all(
    path: str, server: Faults, tmp_path: Path
) -> None:
    assert fetch(server.url(path), tmp_path) == DATA
    assert server.counts[path] == 2


@pytest.mark.parametrize(
    ("path", "reason", "words"),
    [
        ("/nothing", Reason.MISSING_INPUT, "answered 404"),
        ("/gone", Reason.MISSING_INPUT, "answered 410"),
        ("/forbidden", Reason.INPUT_FORBIDDEN, "answered 403"),
        ("/away", Reason.SOURCE_UNAVAILABLE, "gave up after 3 attempts"),
        ("/lies", Reason.SOURCE_UNAVAILABLE, "gave up after 3 attempts: the body was cut short"),
        ("/to-itself", Reason.UNSUPPORTED_INPUT, "redirects more than 5 times"),
        ("/to-a-file", Reason.UNSUPPORTED_INPUT, "redirects to file:///etc/passwd"),
        ("/huge", Reason.TOO_LARGE, "larger than the limit"),
    ],
)
def test_a_refusal_is_told_by_its_cause(
    path: str, reason: Reason, words: str, server: Faults, tmp_path: Path
) -> None:
    error = refusal(server.url(path), tmp_path)
    assert error.reason is reason
    assert words in error.detail


def test_permanent_refusals_are_asked_once(server: Faults, tmp_path: Path) -> None:
    before = server.counts["/gone"]
    refusal(server.url("/gone"), tmp_path)
    assert server.counts["/gone"] == before + 1


def test_a_source_that_drips_is_given_up_though_each_byte_is_in_time(
    server: Faults, tmp_path: Path
) -> None:
    impatient = replace(QUICK, slow_seconds=0.2)
    error = refusal(server.url("/trickle"), tmp_path, impatient)
    assert error.reason is Reason.SOURCE_UNAVAILABLE
    assert "gave up after 3 attempts: only" in error.detail


def test_an_input_that_has_no_room_is_refused_before_its_content(
    server: Faults, tmp_path: Path
) -> None:
    """A terabyte is said to come, which no test's disk has, and the limit would allow it."""
    error = refusal(server.url("/huge"), tmp_path, replace(QUICK, most_bytes=1 << 50))
    assert error.reason is Reason.DISK_FULL
    assert "give it more room" in error.detail


def test_nobody_listening_is_worth_another_attempt(tmp_path: Path) -> None:
    with serving() as short_lived:
        url = short_lived.url("/whole")
    assert refusal(url, tmp_path).reason is Reason.SOURCE_UNAVAILABLE


def test_loopback_is_refused_before_anything_is_sent(server: Faults, tmp_path: Path) -> None:
    port = server.server_address[1]
    before = sum(server.counts.values())
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
        error = refusal(f"http://{host}:{port}/whole", tmp_path, allow_private=False)
        assert error.reason is Reason.BLOCKED_ADDRESS
        assert "TRANSCODER_ALLOW_PRIVATE=1 allows it" in error.detail
    assert sum(server.counts.values()) == before


def test_a_redirect_to_the_metadata_service_is_refused_even_where_private_ones_are_allowed(
    server: Faults, tmp_path: Path
) -> None:
    error = refusal(server.url("/to-metadata"), tmp_path)
    assert error.reason is Reason.BLOCKED_ADDRESS
    assert "link-local" in error.detail


@pytest.mark.parametrize("url", ["http:///x", "gopher://h/x", "s3://", "file://elsewhere/x"])
def test_what_cannot_be_asked_is_unsupported(url: str, tmp_path: Path) -> None:
    assert refusal(url, tmp_path).reason is Reason.UNSUPPORTED_INPUT


def test_an_empty_body_is_an_empty_input(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    assert refusal(str(empty), tmp_path).reason is Reason.EMPTY_INPUT


def test_files_are_read_in_place(tmp_path: Path) -> None:
    path = tmp_path / "a b#c?d.mp4"
    path.write_bytes(DATA)
    for given in (str(path), f"file://{path}", f"file://localhost{path}"):
        fetched = arrived(given, tmp_path / "scratch", allow_private=False)
        assert fetched.path == path
        assert fetched.md5 == hashlib.md5(DATA).hexdigest()


@pytest.mark.parametrize("name", ["absent.mp4", "", "nul\0.mp4"])
def test_no_regular_file_is_a_missing_input(name: str, tmp_path: Path) -> None:
    error = refusal(f"{tmp_path}/{name}", tmp_path)
    assert error.reason is Reason.MISSING_INPUT


def test_a_file_over_the_limit_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "big.mp4"
    path.write_bytes(DATA)
    error = refusal(str(path), tmp_path, Limits(most_bytes=1000))
    assert error.reason is Reason.TOO_LARGE


def identify(url: str, *, allow_private: bool = True) -> Identity | None:
    return Sources(QUICK, allow_private=allow_private).identify(url)


@pytest.mark.parametrize("path", ["/whole", "/signed", "/signed-no-ranges", "/a%20b.mp4"])
def test_an_input_is_identified_as_the_one_that_then_comes(
    path: str, server: Faults, tmp_path: Path
) -> None:
    url = server.url(f"{path}?X-Amz-Date=1&X-Amz-Signature=beef")
    identity = identify(url)
    assert identity == Identity(server.url(path), '"one"', len(DATA))
    fetched = arrived(url, tmp_path)
    assert fetched.identity == identity


def test_what_answers_head_is_asked_for_no_content(server: Faults) -> None:
    before = server.counts["/whole"]
    assert identify(server.url("/whole")) is not None
    assert server.counts["/whole"] == before
    assert server.heads["/whole"]


def test_a_version_elsewhere_is_of_both_places(server: Faults, tmp_path: Path) -> None:
    identity = identify(server.url("/to-whole"))
    fetched = arrived(server.url("/to-whole"), tmp_path)
    assert fetched.identity == identity
    assert identity is not None
    assert identity.place == f"{server.url('/to-whole')} {server.url('/whole')}"


@pytest.mark.parametrize(
    "path", ["/untagged", "/weak", "/gone", "/away", "/nothing", "/to-itself", "/to-metadata"]
)
def test_what_is_not_told_for_sure_is_no_identity(path: str, server: Faults) -> None:
    assert identify(server.url(path)) is None


def test_nothing_is_asked_of_a_refused_address_for_an_identity(server: Faults) -> None:
    before = sum(server.heads.values())
    assert identify(server.url("/whole"), allow_private=False) is None
    assert sum(server.heads.values()) == before


@pytest.mark.parametrize("url", ["/none.mp4", "http:///x", "gopher://h/x", "s3://"])
def test_what_cannot_be_asked_has_no_identity(url: str) -> None:
    assert identify(url) is None


def names(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    """A resolver that knows one host and is asked once for each connection."""
    answers = list(addresses)
    return lambda _host, _port: [answers.pop(0)]


def test_a_connection_goes_to_the_address_that_was_checked(server: Faults, tmp_path: Path) -> None:
    """A second answer of the name server, for the connection itself, is not even asked for."""
    port = server.server_address[1]
    manager = guarded_manager(allow_private=True, resolve=names("127.0.0.1"))
    remote = HttpRemote(manager, f"http://video.invalid:{port}/whole")
    assert Download(remote, QUICK).to_file(tmp_path / "in").bytes == len(DATA)


@pytest.mark.parametrize(
    "addresses", [["169.254.169.254"], ["93.184.216.34", "127.0.0.1"], ["::ffff:10.0.0.1"]]
)
def test_a_name_with_one_refused_address_is_refused(addresses: list[str]) -> None:
    manager = guarded_manager(allow_private=False, resolve=lambda _host, _port: addresses)
    remote = HttpRemote(manager, "http://video.invalid/whole")
    with pytest.raises(TaskError) as failure, remote.open(0, None):
        pytest.fail("it was connected to")
    assert failure.value.reason is Reason.BLOCKED_ADDRESS


def test_the_next_address_of_a_name_is_tried(server: Faults, tmp_path: Path) -> None:
    """The server listens on one address of loopback only."""
    both = ["127.0.0.3", "127.0.0.1"]
    manager = guarded_manager(allow_private=True, resolve=lambda _host, _port: both)
    remote = HttpRemote(manager, f"http://video.invalid:{server.server_address[1]}/whole")
    assert Download(remote, QUICK).to_file(tmp_path / "in").bytes == len(DATA)


def test_a_name_that_does_not_resolve_is_worth_another_attempt(tmp_path: Path) -> None:
    def fail(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    manager = guarded_manager(allow_private=False, resolve=fail)
    remote = HttpRemote(manager, "http://video.invalid/whole")
    with pytest.raises(TaskError) as failure:
        Download(remote, QUICK).to_file(tmp_path / "in")
    assert failure.value.reason is Reason.SOURCE_UNAVAILABLE
    assert "video.invalid" in failure.value.detail


def test_a_proxy_of_the_environment_is_not_used(
    server: Faults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(server.url("/whole"), tmp_path) == DATA

"""Fetching over http from a server on loopback that fails as the world does."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.transcoder.faults import CUT, DATA, OTHER, Faults, serving
from transcoder.adapters.download import Limits
from transcoder.adapters.sources import Sources
from transcoder.core.retry import Backoff
from transcoder.errors import Reason, TaskError

QUICK = Limits(backoff=Backoff(attempts=3, first_seconds=0.01))


@pytest.fixture(scope="module")
def server() -> Iterator[Faults]:
    with serving() as faults:
        yield faults


def fetch(url: str, scratch: Path, limits: Limits = QUICK, *, allow_private: bool = True) -> bytes:
    fetched = Sources(limits, allow_private=allow_private).fetch(url, scratch)
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
        fetched = Sources(QUICK, allow_private=False).fetch(given, tmp_path / "scratch")
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

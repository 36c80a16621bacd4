"""The API over a real socket: documents, refusals, headers, and the description of it all."""

import gzip
import json
import socket
import typing
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from autoscaler.status.documents import History, Nodes
from autoscaler.status.json import dump, load
from tests.contract.autoscaler.web.conftest import Web
from tests.web_client import Answer, ask

DESCRIPTION = "/api/v1/openapi.json"


def test_each_document_is_the_boards(web: Web) -> None:
    for path, document in (
        ("status", web.board.status()),
        ("nodes", web.board.nodes()),
        ("decisions", web.board.decisions(None, 20)),
        ("decisions?pool=transcode&last=3", web.board.decisions("transcode", 3)),
        ("history", web.board.history(6)),
        ("history?hours=24", web.board.history(24)),
    ):
        answer = ask(web.address, f"/api/v1/{path}")
        assert answer.status == 200
        assert answer.body == dump(document)


def test_a_document_is_made_once_for_a_revision_however_often_it_is_asked_for(web: Web) -> None:
    for _ in range(5):
        ask(web.address, "/api/v1/nodes")
    assert web.board.asked == 1

    web.board.set_queue("transcode", 99)
    ask(web.address, "/api/v1/nodes")
    assert web.board.asked == 2


def test_a_change_is_in_the_next_answer(web: Web) -> None:
    ask(web.address, "/api/v1/status")
    web.board.set_queue("transcode", 1234)
    pools = ask(web.address, "/api/v1/status").json()["pools"]
    assert pools[0]["queue"]["pending"] == 1234


def test_what_is_big_is_compressed_for_those_who_can_read_it(web: Web) -> None:
    plain = ask(web.address, "/api/v1/nodes")
    packed = ask(web.address, "/api/v1/nodes", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    assert load(Nodes, plain.body) == web.board.nodes()


def test_what_is_small_and_who_refuses_gzip_gets_it_plain(web: Web) -> None:
    small = ask(web.address, "/api/v1/decisions?last=1", headers={"Accept-Encoding": "gzip"})
    refuser = ask(web.address, "/api/v1/nodes", headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in small.headers
    assert "content-encoding" not in refuser.headers


def test_unknown_figures_are_null_and_not_zero(web: Web) -> None:
    archive = ask(web.address, "/api/v1/status").json()["pools"][2]
    assert archive["queue"]["pending"] is None
    assert archive["groups"] is None


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("decisions?last=0", "last: Input should be greater than or equal to 1"),
        ("decisions?last=501", "last: Input should be less than or equal to 500"),
        ("decisions?last=many", "last: Input should be a valid integer"),
        ("history?hours=0.5", "hours: Input should be greater than or equal to 1"),
        ("history?hours=25", "hours: Input should be less than or equal to 24"),
        ("history?hours=nan", "hours: Input should be"),
        ("history?hours=", "hours: Input should be a valid number"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_with_its_name(
    web: Web, path: str, told: str
) -> None:
    answer = ask(web.address, f"/api/v1/{path}")
    assert answer.status == 422
    assert answer.json()["error"].startswith(told)
    assert answer.json()["mend"] == f"{DESCRIPTION} tells what a parameter can be"


def test_a_pool_that_is_not_there_is_refused_with_those_that_are(web: Web) -> None:
    answer = ask(web.address, "/api/v1/decisions?pool=nope")
    assert answer.status == 404
    assert answer.json() == {
        "error": "no pool 'nope'",
        "mend": "there are: transcode, thumbnails, archive",
    }


def test_what_is_not_there_is_refused_in_the_form_of_where_it_was_looked_for(web: Web) -> None:
    below_api = ask(web.address, "/api/v1/nope")
    elsewhere = ask(web.address, "/nope.html")
    deeper = ask(web.address, "/nope/../../etc/passwd")
    assert (below_api.status, elsewhere.status, deeper.status) == (404, 404, 404)
    assert set(below_api.json()) == {"error", "mend"}
    assert elsewhere.headers["content-type"] == "text/plain; charset=utf-8"
    assert deeper.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_changed(web: Web, method: str) -> None:
    for path in ("/api/v1/status", "/", "/metrics", "/healthz", "/nope"):
        answer = ask(web.address, path, method)
        assert answer.status == 405
        assert answer.headers["allow"] == "GET, HEAD"


def test_head_tells_what_get_would_and_has_no_body(web: Web) -> None:
    for path in ("/api/v1/status", "/api/v1/nodes", "/healthz", "/metrics", "/api/v1/nope"):
        got, headed = ask(web.address, path), ask(web.address, path, "HEAD")
        assert (headed.status, headed.body) == (got.status, b"")
        if path != "/metrics":  # Which is another at each scrape.
            assert headed.headers["content-length"] == str(len(got.body))


def test_head_of_the_stream_ends(web: Web) -> None:
    answer = ask(web.address, "/api/v1/events", "HEAD")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_every_answer_forbids_browsers_what_the_page_does_not_need(web: Web) -> None:
    for path in (
        "/",
        "/api/v1/status",
        "/metrics",
        "/healthz",
        "/nope",
        "/api/v1/decisions?last=x",
    ):
        headers = ask(web.address, path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers
        assert headers["date"].endswith("GMT")
    assert ask(web.address, "/api/v1/status").headers["cache-control"] == "no-store"


def test_a_head_of_a_request_without_bound_is_refused(web: Web) -> None:
    long = ask(web.address, "/api/v1/status", headers={"X-Long": "x" * 20_000})
    asked = ask(web.address, "/api/v1/status?" + "x" * 20_000)
    assert (long.status, asked.status) == (431, 431)


def test_a_head_that_does_not_end_is_refused_before_it_has_come(web: Web) -> None:
    host, port = web.address.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        answer = b""
        while not answer:
            try:
                client.sendall(b"x" * 4096)
                client.settimeout(0.05)
                answer = client.recv(4096)
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_body_that_nobody_reads_ends_the_connection(web: Web) -> None:
    answer = ask(web.address, "/api/v1/status", body="x")
    assert answer.headers["connection"] == "close"


def test_a_defect_shows_no_traceback(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> typing.NoReturn:
        raise ZeroDivisionError("the secret of the house")

    monkeypatch.setattr(web.board, "status", broken)
    answer = ask(web.address, "/api/v1/status")
    assert answer.status == 500
    assert answer.json()["error"] == "a defect of the autoscaler's own"
    assert b"secret" not in answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert ask(web.address, "/api/v1/nodes").status == 200


class TestDescription:
    """What is documented, and whether it is so."""

    def test_is_valid(self, web: Web) -> None:
        validate(ask(web.address, DESCRIPTION).json())

    def test_has_the_words_of_the_documents(self, web: Web) -> None:
        schemas = ask(web.address, DESCRIPTION).json()["components"]["schemas"]
        assert schemas["Paused"]["description"] == "The pool is observed, and not acted upon."
        assert "HTTPValidationError" not in schemas

    def test_every_path_answers_as_documented(self, web: Web) -> None:
        description = ask(web.address, DESCRIPTION).json()
        looked_at = set()
        for path, operations in description["paths"].items():
            method = "HEAD" if path.endswith("/events") else "GET"
            _require_documented(description, operations["get"], ask(web.address, path, method))
            looked_at.add(path)
        assert looked_at >= {"/api/v1/status", "/api/v1/nodes", "/metrics", "/healthz"}

    @pytest.mark.parametrize(
        ("path", "query", "status"),
        [
            ("/api/v1/decisions", "?pool=nope", 404),
            ("/api/v1/decisions", "?last=x", 422),
            ("/api/v1/history", "?hours=99", 422),
        ],
    )
    def test_refusals_are_as_documented(self, web: Web, path: str, query: str, status: int) -> None:
        description = ask(web.address, DESCRIPTION).json()
        answer = ask(web.address, path + query)
        assert answer.status == status
        _require_documented(description, description["paths"][path]["get"], answer)

    def test_a_loop_that_is_not_well_is_as_documented(self, web: Web) -> None:
        web.board.set_health(alive=False, ready=False, detail="no cycle has ended for 2 min")
        description = ask(web.address, DESCRIPTION).json()
        answer = ask(web.address, "/healthz")
        assert answer.status == 503
        _require_documented(description, description["paths"]["/healthz"]["get"], answer)


def test_what_a_document_says_can_be_read_back(web: Web) -> None:
    body = ask(web.address, "/api/v1/history?hours=1").body
    assert load(History, body) == web.board.history(1)


def _require_documented(description: Any, operation: Any, answer: Answer) -> None:
    documented = operation["responses"][str(answer.status)]["content"]
    kind = answer.headers["content-type"].partition(";")[0]
    schema = documented[kind]["schema"]
    if kind == "application/json":
        # The references in it are to the components.
        whole = {**schema, "components": description["components"]}
        OAS31Validator(whole).validate(json.loads(answer.body))

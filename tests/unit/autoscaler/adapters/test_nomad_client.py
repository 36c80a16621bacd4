"""Errors of Nomad and of the way to it, translated; nothing is sent anywhere here."""

from types import SimpleNamespace

import pytest
import requests
from nomad.api.exceptions import (
    BaseNomadException,
    TimeoutNomadException,
    URLNotAuthorizedNomadException,
    URLNotFoundNomadException,
)

from autoscaler.adapters.nomad_client import (
    NomadClient,
    NomadConnection,
    NotFound,
    NotServed,
    decoded,
    decoded_list,
)
from autoscaler.errors import MalformedReply, NomadDenied, NomadUnavailable


class Endpoint:
    """An endpoint of python-nomad's that does as it is told."""

    ENDPOINT = "node"

    def __init__(self, outcome):
        self.outcome = outcome
        self.asked = []

    def request(self, *path, **kwargs):
        self.asked.append((path, kwargs))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def a_client(timeout=10.0):
    connection = NomadConnection(
        "http://127.0.0.1:9", "secret", "video", None, None, None, None, timeout
    )
    return NomadClient(connection)


def a_reply(status, body):
    reply = requests.Response()
    reply.status_code = status
    reply._content = body.encode()
    return reply


@pytest.mark.parametrize(
    ("outcome", "raised", "words"),
    [
        (URLNotFoundNomadException(a_reply(404, "job not found")), NotFound, "/v1/node/a%2Fb"),
        (
            URLNotAuthorizedNomadException(a_reply(403, "Permission denied")),
            NomadDenied,
            "refuses GET /v1/node/a%2Fb: 403 Permission denied",
        ),
        (
            BaseNomadException(a_reply(500, "No cluster leader")),
            NomadUnavailable,
            "No cluster leader",
        ),
        (BaseNomadException(a_reply(500, "node not found")), NotFound, "/v1/node"),
        (BaseNomadException(a_reply(405, "Invalid method")), NotServed, "/v1/node"),
        (BaseNomadException(a_reply(501, "")), NotServed, "/v1/node"),
        (TimeoutNomadException(requests.ReadTimeout("10 s")), NomadUnavailable, "10 s"),
        (BaseNomadException(requests.ConnectionError("x")), NomadUnavailable, "ConnectionError"),
    ],
)
def test_errors_are_translated_with_their_place(outcome, raised, words):
    with pytest.raises(raised, match=words) as caught:
        a_client().get(Endpoint(outcome), "a/b")

    assert caught.value.__cause__ is outcome


def test_an_endpoint_that_is_not_served_is_as_good_as_not_found():
    assert issubclass(NotServed, NotFound)


def test_every_call_has_a_timeout_of_its_own_or_the_connections():
    endpoint = Endpoint(a_reply(200, "[]"))
    client = a_client(timeout=7)

    client.get(endpoint, "x")
    client.get(endpoint, "x", timeout=70)
    client.post(endpoint, "x", body={})

    assert [kwargs["timeout"] for _, kwargs in endpoint.asked] == [7, 70, 7]


def test_the_batch_queue_speaks_as_the_librarys_own_endpoints_do():
    client = a_client()

    assert client.batch_queue.ENDPOINT == "queue"
    assert client.batch_queue.token == "secret"
    assert client.batch_queue.session is client.nomad.nodes.session
    assert client.namespace == "video"


def test_a_long_body_is_cut():
    with pytest.raises(NomadUnavailable) as caught:
        a_client().get(Endpoint(BaseNomadException(a_reply(500, "x" * 10_000))), "a")

    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("body", ["null", "{}", "3"])
def test_what_is_no_list_is_no_empty_one(body):
    with pytest.raises(MalformedReply, match="node list is no list"):
        decoded_list(a_reply(200, body), "node list")
    assert decoded_list(a_reply(200, "[]"), "node list") == []


def test_what_is_no_json_is_malformed():
    with pytest.raises(MalformedReply, match="node list is no JSON"):
        decoded(a_reply(200, "<html>"), "node list")
    reply = SimpleNamespace(json=lambda: [1])
    assert decoded(reply, "node list") == [1]


class Refusing(Endpoint):
    """Takes one token only."""

    def __init__(self, token):
        super().__init__(a_reply(200, "{}"))
        self.takes, self.token, self.shown = token, None, []

    def request(self, *path, **kwargs):
        self.shown.append(self.token)
        if self.token != self.takes:
            raise URLNotAuthorizedNomadException(a_reply(403, "ACL token not found"))
        return super().request(*path, **kwargs)


def a_client_with_a_file(path):
    connection = NomadConnection(
        "http://127.0.0.1:9", "old-token", "video", None, None, None, None, 10.0, str(path)
    )
    return NomadClient(connection)


def test_a_token_that_was_replaced_is_read_anew_when_nomad_refuses_the_old_one(tmp_path):
    path = tmp_path / "token"
    path.write_text("new-token\n")
    client, node, jobs = a_client_with_a_file(path), Refusing("new-token"), Refusing("new-token")

    assert client.get(node, "n").status_code == 200
    client.get(jobs, "j")

    assert (node.shown, jobs.shown) == (["old-token", "new-token"], ["new-token"])


@pytest.mark.parametrize("content", ["old-token\n", "other-token\n", "", None])
def test_a_refusal_stands_where_the_file_has_no_better_token(content, tmp_path):
    path = tmp_path / "token"
    if content is not None:
        path.write_text(content)
    node = Refusing("new-token")

    with pytest.raises(NomadDenied, match=r"nomad\.token_file"):
        a_client_with_a_file(path).get(node, "n")

    assert len(node.shown) == (2 if content == "other-token\n" else 1)

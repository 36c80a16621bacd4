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

"""The question that is asked last: before each attempt of a call that changes something."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.awsrequest import AWSResponse
from nomad.api.exceptions import URLNotAuthorizedNomadException

from autoscaler.adapters.asg import AutoScalingGroups
from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.fence import Fence
from autoscaler.adapters.nomad_client import NomadClient, NomadConnection
from autoscaler.errors import ActionError

GROUP = "nomad-clients"


class Gate:
    """Lets so many calls through, and keeps their names."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.asked: list[str] = []

    def permit(self, call: str) -> None:
        self.asked.append(call)
        if len(self.asked) > self._most:
            raise ActionError(f"{call} is not sent", stage="lock", retryable=True)


class Aws:
    """Takes the place of the network under a client: every call fails as AWS does when busy."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        body = request.body if isinstance(request.body, str) else request.body.decode()
        self.sent.append(body.partition("Action=")[2].partition("&")[0])
        return AWSResponse(request.url, 503, {}, Raw())


class Raw:
    """An empty body."""

    def stream(self, **_: Any) -> list[bytes]:
        return []


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> Callable[[Gate], tuple[AutoScalingGroups, Aws]]:
    """A pool's groups behind a gate, and the network under them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    # Botocore waits for up to seconds before it tries again.
    monkeypatch.setattr("time.sleep", lambda _: None)

    def made(gate: Gate) -> tuple[AutoScalingGroups, Aws]:
        network = Aws()
        found = AutoScalingGroups(
            AwsConnection("us-east-1"), [GROUP], fence=Fence(gate.permit, 10.0)
        )
        found._autoscaling.meta.events.register("before-send", network)
        return found, network

    return made


def test_what_changes_something_is_asked_for_and_not_sent_where_it_is_refused(
    groups: Callable[[Gate], tuple[AutoScalingGroups, Aws]],
) -> None:
    gate = Gate(0)
    found, network = groups(gate)

    with pytest.raises(ActionError, match="is not sent") as refused:
        found.terminate(GROUP, "i-1")
    assert refused.value.stage == "lock"
    assert gate.asked == ["TerminateInstanceInAutoScalingGroup"]
    assert network.sent == []


def test_each_further_attempt_is_asked_for_too(
    groups: Callable[[Gate], tuple[AutoScalingGroups, Aws]],
) -> None:
    """The first was allowed, and failed; by the second the lead is lost."""
    gate = Gate(1)
    found, network = groups(gate)

    with pytest.raises(ActionError, match="is not sent"):
        found.terminate(GROUP, "i-1")
    assert len(gate.asked) == 2
    assert network.sent == ["TerminateInstanceInAutoScalingGroup"]


def test_what_only_looks_is_not_asked_for(
    groups: Callable[[Gate], tuple[AutoScalingGroups, Aws]],
) -> None:
    gate = Gate(0)
    found, network = groups(gate)

    with pytest.raises(ActionError, match="DescribeAutoScalingGroups"):
        found.set_desired_capacity(GROUP, 3)
    assert gate.asked == []
    assert set(network.sent) == {"DescribeAutoScalingGroups"}


def test_an_attempt_ends_before_the_lease_does(
    groups: Callable[[Gate], tuple[AutoScalingGroups, Aws]],
) -> None:
    found, _ = groups(Gate(0))
    config = found._autoscaling.meta.config

    # Two addresses are tried, and one is waited for.
    assert 2 * config.connect_timeout + config.read_timeout <= 10


class Endpoint:
    """An endpoint of python-nomad's; refuses the token as often as it is told."""

    ENDPOINT = "node"

    def __init__(self, refusals: int = 0) -> None:
        self._refusals = refusals
        self.asked: list[dict[str, Any]] = []

    def request(self, *path: str, **kwargs: Any) -> requests.Response:
        self.asked.append({"path": path, **kwargs})
        reply = requests.Response()
        reply.status_code, reply._content = 403, b"no"
        if len(self.asked) <= self._refusals:
            raise URLNotAuthorizedNomadException(reply)
        return reply


def a_client(gate: Gate, token_file: str | None = None) -> NomadClient:
    connection = NomadConnection(
        "http://127.0.0.1:9", "old", "video", None, None, None, None, 10.0, token_file
    )
    return NomadClient(connection, Fence(gate.permit, 6.0))


def test_nomad_is_told_nothing_either() -> None:
    gate, endpoint = Gate(0), Endpoint()

    with pytest.raises(ActionError, match="is not sent"):
        a_client(gate).post(endpoint, "node-1", "eligibility", body={})
    assert gate.asked == ["node/node-1/eligibility"]
    assert endpoint.asked == []


def test_nomad_is_looked_at_all_the_same_and_told_within_the_lease() -> None:
    endpoint = Endpoint()
    a_client(Gate(0)).get(endpoint, "node-1")
    a_client(Gate(1)).post(endpoint, "node-1", "purge", body={})

    assert [one["timeout"] for one in endpoint.asked] == [10.0, 2.0]


def test_nomad_is_not_told_with_a_new_token_once_the_lead_is_lost(tmp_path: Any) -> None:
    (tmp_path / "token").write_text("new")
    gate, endpoint = Gate(1), Endpoint(refusals=1)

    with pytest.raises(ActionError, match="is not sent"):
        a_client(gate, str(tmp_path / "token")).post(endpoint, "node-1", "purge", body={})
    assert (len(gate.asked), len(endpoint.asked)) == (2, 1)

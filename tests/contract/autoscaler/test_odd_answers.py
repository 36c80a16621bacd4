"""
What answers instead of Nomad or AWS: a gateway, another program, half of the truth.

Whatever it is, an adapter raises what the cycle heeds, in one line that names the call; never
anything else, which would be a defect of the daemon's own.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from autoscaler.adapters.asg import AutoScalingGroups
from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.nomad import NomadPool
from autoscaler.adapters.nomad_client import NomadClient
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import ActionError, ObservationError
from devstack.faultproxy import FaultProxy, answering
from tests.contract.autoscaler.nomad_clusters import connection_to

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head>\n\n<body>" + b"x" * 4000
_XHTML = b'<?xml version="1.0"?><html><head><title>It works</title></head></html>'
BODIES = {
    "nothing": (b"", "text/plain"),
    "a page": (_HTML, "text/html"),
    "a page in XML": (_XHTML, "text/html"),
    "null": (b"null", "application/json"),
    "an object": (b"{}", "application/json"),
    "another object": (b'{"Children": 3, "ID": null, "Summary": []}', "application/json"),
    "a list of nothing": (b"[null]", "application/json"),
    "a list of other things": (b'[{"ID": 7}, 3]', "application/json"),
    "a string": (b'"ok"', "application/json"),
    "half": (b'[{"ID": "a', "application/json"),
    "an empty answer of AWS": (b'<DescribeAutoScalingGroupsResponse xmlns="x"/>', "text/xml"),
    "bytes": (bytes(range(256)), "application/octet-stream"),
}


class Impatient(AwsConnection):
    """Tries no call again: another program's answer is the same each time."""

    def client(self, service: str, **told: Any) -> Any:
        return super().client(service, **told, attempts_max=1)


@pytest.fixture
def way() -> Iterator[FaultProxy]:
    """Behind it there is nobody."""
    with FaultProxy("http://127.0.0.1:9") as proxy:
        yield proxy


def heeded(do: Callable[[], object]) -> str:
    """What was raised, which must be what a cycle heeds; empty where it went through."""
    try:
        do()
    except (ObservationError, ActionError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("status", [200, 404, 429, 500])
@pytest.mark.parametrize("odd", BODIES)
def test_of_nomad(way: FaultProxy, odd: str, status: int) -> None:
    body, kind = BODIES[odd]
    way.begin(answering(status, body, kind))
    pool = NomadPool(NomadClient(connection_to(way.url)), NodeSelector(class_="x"), ["transcode"])

    told = [
        heeded(lambda: pool.nodes(NOW)),
        heeded(lambda: pool.queue("transcode", NOW)),
        heeded(lambda: pool.recount(NOW + timedelta(hours=1))),
        heeded(lambda: pool.still_idle("a-node")),
        heeded(lambda: pool.still_unjoined("i-1")),
        heeded(lambda: pool.check_eligible("a-node")),
    ]

    assert all(told)
    assert all(len(one) < 600 and "\n" not in one for one in told)
    heeded(lambda: pool.set_eligibility("a-node", eligible=False))
    heeded(lambda: pool.purge("a-node"))


@pytest.mark.parametrize("odd", BODIES)
def test_of_aws(way: FaultProxy, odd: str, aws_keys: None) -> None:
    body, kind = BODIES[odd]
    way.begin(answering(200, body, kind))
    groups = AutoScalingGroups(Impatient("us-east-1", way.url), ["clients"])

    told = [
        heeded(lambda: groups.observe(NOW)),
        heeded(lambda: groups.set_desired_capacity("clients", 3)),
        heeded(lambda: groups.terminate("clients", "i-1")),
        heeded(lambda: groups.complete_hook("clients", "i-1")),
        heeded(lambda: groups.extend_hook("clients", "i-1")),
    ]

    assert all(told)
    assert all(len(one) < 600 and "\n" not in one for one in told)
    heeded(lambda: groups.mark("i-1", NOW))
    heeded(lambda: groups.unmark("i-1"))


@pytest.fixture
def aws_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any: nobody looks at them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

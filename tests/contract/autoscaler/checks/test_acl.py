"""The token's rights, by a real Nomad with ACLs."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from autoscaler.adapters.nomad_client import NomadClient
from autoscaler.checks.acl import POLICY, judge_token, read_token
from autoscaler.checks.nomad import judge_server, read_server
from autoscaler.clock import SystemClock
from autoscaler.config import NomadSettings
from devstack.agents.cluster import Agents
from devstack.cluster import find_nomad
from tests.contract.autoscaler.nomad_clusters import connection_to

pytestmark = [
    pytest.mark.nomad,
    pytest.mark.skipif(not os.environ.get("NOMAD_BIN"), reason="NOMAD_BIN names no agent"),
]


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agents]:
    """A server that wants tokens."""
    executable = find_nomad()
    assert executable is not None
    running = Agents.start(tmp_path_factory.mktemp("agents") / "nomad", executable, acl=True)
    try:
        yield running
    finally:
        running.close()


def put(agents: Agents, path: str, body: Any) -> requests.Response:
    """As the one who may do everything."""
    headers = {"X-Nomad-Token": agents.token}
    reply = requests.put(f"{agents.address}/v1/{path}", json=body, headers=headers, timeout=10)
    assert reply.status_code == 200, reply.text
    return reply


def a_token(agents: Agents, rules: str) -> str:
    """One with a policy of these rules."""
    name = f"p-{uuid.uuid4().hex[:8]}"
    put(agents, f"acl/policy/{name}", {"Name": name, "Rules": rules})
    reply = put(agents, "acl/token", {"Name": name, "Type": "client", "Policies": [name]})
    return str(reply.json()["SecretID"])


def verdicts(agents: Agents, token: str | None) -> dict[str, str]:
    """By code."""
    clock = SystemClock()
    client = NomadClient(connection_to(agents.address, token))
    facts = read_token(client, read_server(client, clock.now).agent)
    return {one.code: one.verdict for one in judge_token(facts, "default", clock.now())}


def test_the_policy_that_the_check_recommends_is_enough(agents: Agents) -> None:
    rules = POLICY.replace("} node", "}\nnode")

    assert verdicts(agents, a_token(agents, rules)) == {"acl.token": "ok"}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (
            'namespace "*" { policy = "read" }\nnode { policy = "read" }',
            {"acl.node_write": "wrong"},
        ),
        ('node { policy = "write" }', {"acl.jobs": "wrong"}),
        (
            'namespace "default" { policy = "read" }\nnode { policy = "write" }',
            {"acl.namespaces": "warning", "acl.token": "ok"},
        ),
        (
            'namespace "default" { policy = "deny" }\nnode { policy = "write" }',
            {"acl.jobs": "wrong"},
        ),
    ],
)
def test_a_policy_that_lacks_something_is_told_by_what(
    agents: Agents, rules: str, expected: dict[str, str]
) -> None:
    assert verdicts(agents, a_token(agents, rules)) == expected


def test_no_token_and_tokens_that_nomad_does_not_know_are_wrong(agents: Agents) -> None:
    assert verdicts(agents, None) == {"acl.token": "wrong"}
    assert verdicts(agents, str(uuid.uuid4())) == {"acl.token": "wrong"}
    assert verdicts(agents, "not-even-an-id") == {"acl.token": "wrong"}


def test_the_management_token_is_a_warning(agents: Agents) -> None:
    assert verdicts(agents, agents.token) == {"acl.token": "warning"}


@pytest.mark.parametrize(
    ("namespace", "region", "expected"),
    [
        ("default", "global", {}),
        ("prod", "global", {"nomad.namespace": "wrong"}),
        ("default", "mars", {"nomad.region": "wrong"}),
    ],
)
def test_a_namespace_or_a_region_that_is_not_there_is_wrong(
    agents: Agents, namespace: str, region: str, expected: dict[str, str]
) -> None:
    connection = replace(connection_to(agents.address, agents.token), region=region)
    settings = NomadSettings(address=agents.address, namespace=namespace, region=region)

    facts = read_server(NomadClient(connection), SystemClock().now)

    found = {one.code: one.verdict for one in judge_server(facts, settings, ())}
    assert {code: verdict for code, verdict in found.items() if verdict != "ok"} == expected


def test_agents_without_acls_want_no_token(tmp_path: Path) -> None:
    executable = find_nomad()
    assert executable is not None
    running = Agents.start(tmp_path / "nomad", executable)
    try:
        assert verdicts(running, None) == {"acl.token": "ok"}
        assert verdicts(running, "any") == {"acl.token": "ok"}
    finally:
        running.close()

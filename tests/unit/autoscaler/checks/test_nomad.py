"""Nomad judged by what it says of itself."""

from dataclasses import replace

import pytest

from autoscaler.checks.clock import Stamp
from autoscaler.checks.finding import Finding
from autoscaler.checks.nomad import (
    AgentFacts,
    ServerFacts,
    judge_server,
    judge_transport,
    version_of,
)
from autoscaler.checks.reading import Unread
from autoscaler.config import NomadSettings
from autoscaler.core.settings import NodeSelector
from tests.builders import at, some_settings

SETTINGS = NomadSettings(address="http://127.0.0.1:4646", namespace="default")
WELL = ServerFacts(
    leader="10.0.0.1:4647",
    agent=AgentFacts("1.9.4", acl_enabled=True),
    regions=("global",),
    namespaces=("default", "video"),
    stamp=Stamp(at(0), at(0), "Sun, 01 Mar 2026 12:00:00 GMT"),
)
POOLS = (some_settings(),)


def judged(facts: ServerFacts, settings: NomadSettings = SETTINGS) -> dict[str, Finding]:
    """By code."""
    return {one.code: one for one in judge_server(facts, settings, POOLS)}


def test_a_server_that_leads_and_knows_the_namespace_is_well() -> None:
    found = judged(WELL)

    assert {one.verdict for one in found.values()} == {"ok"}
    assert "Nomad 1.9.4 (no batch queue)" in found["nomad.reachable"].says


def test_of_one_that_does_not_answer_only_that_is_said() -> None:
    found = judged(ServerFacts(Unread("connection refused")))

    assert {code: one.verdict for code, one in found.items()} == {"nomad.reachable": "wrong"}


@pytest.mark.parametrize(
    ("why", "mend"),
    [
        ("SSLError: certificate verify failed", "nomad.ca_cert"),
        ("400 Client sent an HTTP request to an HTTPS server.", "https://"),
        ("connection refused", "nomad.address"),
    ],
)
def test_each_way_of_not_answering_has_a_mend_of_its_own(why: str, mend: str) -> None:
    assert mend in judged(ServerFacts(Unread(why)))["nomad.reachable"].mend


def test_no_leader_is_told_apart_from_no_answer() -> None:
    assert set(judged(ServerFacts(""))) == {"nomad.leader"}


def test_a_region_that_is_not_there_is_wrong() -> None:
    settings = replace(SETTINGS, region="mars")

    assert judged(WELL, settings)["nomad.region"].verdict == "wrong"
    refused = ServerFacts(Unread("500 No path to region"))
    assert judged(refused, settings)["nomad.region"].verdict == "wrong"


def test_a_namespace_that_is_not_seen_is_wrong_and_the_seen_ones_are_named() -> None:
    found = judged(WELL, replace(SETTINGS, namespace="prod"))["nomad.namespace"]

    assert found.verdict == "wrong"
    assert "default, video" in found.says


def test_a_version_that_may_not_be_read_is_unknown() -> None:
    found = judged(replace(WELL, agent=Unread("403", "denied")))["nomad.version"]

    assert found.verdict == "unknown"
    assert 'agent { policy = "read" }' in found.mend


def test_node_pools_are_wanted_of_a_version_that_has_none() -> None:
    pools = (replace(some_settings(), nodes=NodeSelector(pool="gpu")),)
    old = replace(WELL, agent=AgentFacts("1.5.6", acl_enabled=False))

    found = {one.code: one for one in judge_server(old, SETTINGS, pools)}

    assert found["nomad.node_pools"].verdict == "wrong"


def test_a_version_from_before_any_that_was_tried_is_a_warning() -> None:
    found = judged(replace(WELL, agent=AgentFacts("0.12.10", acl_enabled=False)))

    assert found["nomad.version"].verdict == "warning"


@pytest.mark.parametrize(
    ("address", "verdicts"),
    [
        ("http://127.0.0.1:4646", []),
        ("http://[::1]:4646", []),
        ("http://nomad.internal:4646", ["warning"]),
        ("https://nomad.internal:4646", ["ok"]),
    ],
)
def test_plain_http_to_another_machine_is_a_warning(address: str, verdicts: list[str]) -> None:
    found = judge_transport(replace(SETTINGS, address=address))

    assert [one.verdict for one in found] == verdicts


@pytest.mark.parametrize(
    ("text", "version"), [("1.9.4+ent", (1, 9)), ("v2.1.0-rc.1", (2, 1)), ("dev", (0, 0))]
)
def test_versions_are_read_as_nomad_writes_them(text: str, version: tuple[int, int]) -> None:
    assert version_of(text) == version

"""The check against a running Nomad: the stand-in, and a real agent where NOMAD_BIN is."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from autoscaler.adapters.nomad import NomadPool
from autoscaler.core.settings import NodeSelector, NodeShape
from devstack.cluster import NomadCluster
from tests.contract.autoscaler import nomad_clusters
from tests.contract.autoscaler.aws_account import Account
from tests.contract.autoscaler.checks.checkup import (
    Checkup,
    a_checkup,
    a_pool,
    by_code,
    no_time_lost,
    troubles,
)
from tests.contract.autoscaler.checks.reading_only import reading_only
from tests.contract.autoscaler.nomad_clusters import boot, call

Checkups = Callable[..., Checkup]


@pytest.fixture
def checkup(account: Account, cluster: NomadCluster) -> Checkups:
    """Of this test's group, and of the pool that a test makes of it."""

    def make(address: str = cluster.address, **changes: Any) -> Checkup:
        return a_checkup(address, account.aws.endpoint, a_pool(account.name, **changes))

    return make


def test_a_node_on_an_instance_of_the_group_is_well(
    account: Account, cluster: NomadCluster, pool: NomadPool, checkup: Checkups
) -> None:
    (instance_id,) = account.launch(1)
    boot(cluster, pool, instance_id)

    findings = checkup().findings()

    assert troubles(findings) == {"state.none": "warning"}
    found = by_code(findings)
    assert found["nodes.joined"].says.startswith("1 of 1 nodes on instances")
    assert "2 to a node" in found["job.dispatchable"].says
    assert found["clock.skew"].verdict == "ok"
    assert found["acl.token"].says.startswith("ACLs are off")


def test_nodes_and_instances_that_do_not_go_together_are_named(
    account: Account, cluster: NomadCluster, pool: NomadPool, checkup: Checkups
) -> None:
    """One instance's node is of another class; another node is on no instance of the group."""
    (instance_id,) = account.launch(1)
    boot(cluster, pool, "i-0aaaaaaaaaaaaaaaa")
    other = nomad_clusters.a_pool(cluster, NodeSelector(class_="web"))
    boot(cluster, other, instance_id, node_class="web")

    found = by_code(checkup().findings())

    assert found["nodes.strangers"].verdict == "warning"
    assert "i-0aaaaaaaaaaaaaaaa" in found["nodes.strangers"].says
    assert found["nodes.not_selected"].verdict == "wrong"
    assert instance_id in found["nodes.not_selected"].says
    assert "its class is 'web', not 'transcode'" in found["nodes.not_selected"].says


def test_a_node_that_somebody_made_ineligible_is_named(
    account: Account, cluster: NomadCluster, pool: NomadPool, checkup: Checkups
) -> None:
    (instance_id,) = account.launch(1)
    node = boot(cluster, pool, instance_id)
    body = {"NodeID": node.node_id, "Eligibility": "ineligible"}
    call(cluster, "POST", f"node/{node.node_id}/eligibility", body)

    assert troubles(checkup().findings())["nodes.foreign"] == "warning"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"jobs": ("nothing",)}, "job.missing"),
        ({"node": NodeShape(cpu=500, memory=500)}, "job.fits_no_node"),
        ({"nodes": NodeSelector(class_="web")}, "job.fits_no_node"),
        ({"nodes": NodeSelector(pool="gpu")}, "nomad.node_pools"),
    ],
)
def test_a_job_that_the_pool_cannot_serve_is_wrong(
    checkup: Checkups, changes: dict[str, Any], code: str
) -> None:
    assert troubles(checkup(**changes).findings())[code] == "wrong"


def test_a_job_that_is_not_parameterized_is_wrong(cluster: NomadCluster, checkup: Checkups) -> None:
    job = call(cluster, "GET", "job/transcode")
    plain = {**job, "ID": "plain", "Name": "plain", "ParameterizedJob": None}
    call(cluster, "PUT", "jobs", {"Job": plain})

    found = troubles(checkup(jobs=("plain",)).findings())

    assert found["job.not_parameterized"] == "wrong"


def test_two_pools_of_the_same_nodes_are_wrong(
    account: Account, cluster: NomadCluster, pool: NomadPool
) -> None:
    boot(cluster, pool)
    first, second = a_pool(account.name), a_pool(account.another_group("second"), name="second")

    found = a_checkup(cluster.address, account.aws.endpoint, first, second).findings()

    assert troubles(found)["nodes.shared"] == "wrong"


def test_nomad_is_asked_nothing_but_to_be_read(
    account: Account, cluster: NomadCluster, pool: NomadPool, checkup: Checkups
) -> None:
    (instance_id,) = account.launch(1)
    boot(cluster, pool, instance_id)

    with reading_only(cluster.address) as way:
        findings = checkup(way.address).findings()

    assert by_code(findings)["nodes.joined"].says.startswith("1 of 1")
    assert any(path.startswith("/v1/acl/token/self") for path in way.asked)
    assert way.refused == []


def test_a_server_that_hangs_costs_its_timeout_and_the_rest_is_told(
    cluster: NomadCluster, checkup: Checkups
) -> None:
    asked = checkup()
    nomad = replace(asked.config.nomad, timeout=timedelta(seconds=1))
    os.kill(cluster.server_pid, signal.SIGSTOP)
    try:
        with no_time_lost(20):
            findings = replace(asked, config=replace(asked.config, nomad=nomad)).findings()
    finally:
        os.kill(cluster.server_pid, signal.SIGCONT)

    found = by_code(findings)
    assert found["nomad.reachable"].verdict == "wrong"
    assert found["nodes.unread"].verdict == "unknown"
    assert found["group.safe"].verdict == "ok"

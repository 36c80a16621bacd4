"""The autoscaler's policy, by a real Nomad: all that the daemon calls goes, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests

from autoscaler.adapters.nomad import NomadPool
from autoscaler.adapters.nomad_client import NomadClient
from autoscaler.core.model import Node
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import ActionError, NomadDenied
from devstack.agents import Agents
from devstack.cluster import NodeSpec
from devstack.deadline import wait_until
from devstack.pools import JOB_FILE
from tests.contract.autoscaler.nomad_clusters import connection_to
from tests.unit.nomad.files import policy, without

pytestmark = pytest.mark.nomad

INSTANCE = "i-0123456789abcdef0"
POLICY = policy("autoscaler")
Tokens = Callable[[str], str]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def cluster(guarded: Agents) -> Agents:
    """With the transcode job, a child that waits for ever, and a node too small for it."""
    variables = {"s3_bucket": "none", "driver": "raw_exec", "command": "/bin/true", "cpu": "9000"}
    guarded.register(JOB_FILE, variables)
    body = {"Meta": {"input": "http://127.0.0.1:9/never"}}
    headers = {"X-Nomad-Token": guarded.token or ""}
    url = f"{guarded.address}/v1/job/transcode/dispatch"
    assert requests.put(url, json=body, headers=headers, timeout=10).status_code == 200
    guarded.start_node(NodeSpec(INSTANCE))
    return guarded


def a_pool(cluster: Agents, token: str) -> NomadPool:
    client = NomadClient(connection_to(cluster.address, token))
    return NomadPool(client, NodeSelector(class_="transcode"), ["transcode"])


def the_node(cluster: Agents) -> Node:
    """As the one who may do everything sees it, once it takes work."""
    pool = a_pool(cluster, cluster.token or "")
    wait_until(
        lambda: any(node.places_work for node in pool.nodes(now())),
        seconds=40,
        what=f"the node on {INSTANCE}",
    )
    return next(node for node in pool.nodes(now()) if node.instance_id == INSTANCE)


def test_the_daemon_reads_and_writes_all_that_it_needs(cluster: Agents, token_for: Tokens) -> None:
    node = the_node(cluster)
    pool = a_pool(cluster, token_for(POLICY))

    assert [one.instance_id for one in pool.nodes(now())] == [INSTANCE]
    pool.queue("transcode", now())
    pool.recount(now())
    queue = pool.queue("transcode", now())
    assert queue.pending_count == 1
    assert queue.verdict is not None, "the evaluations were read"
    assert not pool.still_unjoined(INSTANCE)
    pool.check_eligible(node.node_id)
    pool.set_eligibility(node.node_id, eligible=False)
    assert pool.still_idle(node.node_id)
    pool.set_eligibility(node.node_id, eligible=True)
    # Whether it may, and no more: Nomad says of an id that it does not know only to who may purge.
    pool.purge("00000000-0000-0000-0000-000000000000")


def test_without_list_jobs_the_children_that_wait_cannot_be_counted(
    cluster: Agents, token_for: Tokens
) -> None:
    pool = a_pool(cluster, token_for(without(POLICY, "list-jobs")))
    pool.nodes(now())
    pool.queue("transcode", now())

    with pytest.raises(NomadDenied, match="/v1/jobs"):
        pool.recount(now())


def test_without_read_job_there_is_no_queue(cluster: Agents, token_for: Tokens) -> None:
    pool = a_pool(cluster, token_for(without(POLICY, "read-job")))

    with pytest.raises(NomadDenied, match="/v1/job/transcode"):
        pool.queue("transcode", now())


def test_without_writing_nodes_none_can_be_cordoned_or_purged(
    cluster: Agents, token_for: Tokens
) -> None:
    node = the_node(cluster)
    pool = a_pool(cluster, token_for(without(POLICY, "node:write")))

    assert pool.nodes(now())
    with pytest.raises(ActionError):
        pool.set_eligibility(node.node_id, eligible=False)
    with pytest.raises(ActionError):
        pool.purge(node.node_id)


def test_nothing_else_is_allowed(cluster: Agents, token_for: Tokens) -> None:
    headers = {"X-Nomad-Token": token_for(POLICY)}

    def status(method: str, path: str, body: object = None) -> int:
        url = f"{cluster.address}/v1/{path}"
        return requests.request(method, url, json=body, headers=headers, timeout=10).status_code

    assert status("PUT", "job/transcode/dispatch", {"Meta": {"input": "x"}}) == 403
    assert status("DELETE", "job/transcode") == 403
    job = requests.get(f"{cluster.address}/v1/job/transcode", headers=headers, timeout=10).json()
    assert status("PUT", "jobs", {"Job": {**job, "ID": "mine", "Name": "mine"}}) == 403
    assert status("GET", "operator/scheduler/configuration") == 403
    assert status("GET", "agent/self") == 403
    assert status("PUT", "system/gc") == 403
    assert status("GET", "acl/tokens") == 403

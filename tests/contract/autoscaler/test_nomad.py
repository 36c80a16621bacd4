"""The Nomad adapters against a running cluster: the stand-in, a real agent where NOMAD_BIN is."""

import os
import random
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from autoscaler.adapters.nomad import NomadNodes, NomadQueue
from autoscaler.adapters.nomad_client import NomadClient, NomadConnection
from autoscaler.adapters.watcher import JobWatcher
from autoscaler.core.model import Resources
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import ActionError, JobMissing, NomadDenied, NomadUnavailable
from devstack.cluster import NodeSpec, NomadCluster, find_nomad, open_cluster
from devstack.deadline import wait_until
from devstack.standin import StandIn
from tests.builders import at

JOB_FILE = Path("nomad/transcode.nomad.hcl")
SELECTOR = NodeSelector(class_="transcode")
REAL = [pytest.param("nomad", marks=pytest.mark.nomad)] if os.environ.get("NOMAD_BIN") else []


def connection_to(address: str, token: str | None = None) -> NomadConnection:
    return NomadConnection(address, token, "default", None, None, None, None, 10)


@pytest.fixture(params=["stand-in", *REAL])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NomadCluster]:
    """With the job of this project, whose children sleep; no node yet."""
    executable = find_nomad() if request.param == "nomad" else None
    with closing(open_cluster(tmp_path / "nomad", executable)) as running:
        command = tmp_path / "sleeps"
        command.write_text("#!/bin/sh\nexec sleep 600\n")
        command.chmod(0o755)
        variables = {
            "s3_bucket": "none",
            "driver": "raw_exec",
            "command": str(command),
            "cpu": "900",
            "memory": "900",
        }
        assert running.register(JOB_FILE, variables) == "transcode"
        yield running


@pytest.fixture
def client(cluster: NomadCluster) -> NomadClient:
    return NomadClient(connection_to(cluster.address))


def dispatch(cluster: NomadCluster, count: int = 1) -> None:
    for _ in range(count):
        reply = requests.put(
            f"{cluster.address}/v1/job/transcode/dispatch",
            json={"Meta": {"input": "x"}},
            timeout=10,
        )
        assert reply.status_code == 200


def boot(cluster: NomadCluster, nodes: NomadNodes) -> str:
    """Start a node with room for two children; its id, once it takes work."""
    cluster.start_node(NodeSpec("i-0123456789abcdef0"))
    wait_until(
        lambda: any(node.places_work for node in nodes.observe()), seconds=40, what="the node"
    )
    return nodes.observe()[0].node_id


def test_children_without_a_node_wait_with_their_ask_and_their_age(
    cluster: NomadCluster, client: NomadClient
) -> None:
    dispatch(cluster, 3)
    queue = NomadQueue(client, "transcode")

    first = queue.observe()
    queue.recount(at(0))
    second = queue.observe()

    assert (first.pending_count, first.running_count) == (3, 0)
    assert first.ask == Resources(900, 900, 300)
    assert first.oldest_pending_at is None
    assert second.oldest_pending_at is not None
    assert second.drift_count == 0


def test_a_node_tells_its_instance_its_room_and_what_lives_on_it(
    cluster: NomadCluster, client: NomadClient
) -> None:
    nodes, queue = NomadNodes(client, SELECTOR), NomadQueue(client, "transcode")
    dispatch(cluster, 3)
    boot(cluster, nodes)
    wait_until(lambda: queue.observe().running_count == 2, seconds=20, what="two placed")

    (node,) = nodes.observe()

    assert node.instance_id == "i-0123456789abcdef0"
    assert node.capacity.cpu_mhz == 2000
    assert node.live_count == 2
    assert node.allocated.cpu_mhz == 1800
    assert queue.observe().pending_count == 1
    assert NomadNodes(client, NodeSelector(class_="other")).observe() == ()


def test_an_ineligible_node_places_nothing_until_it_is_taken_back(
    cluster: NomadCluster, client: NomadClient
) -> None:
    nodes, queue = NomadNodes(client, SELECTOR), NomadQueue(client, "transcode")
    node_id = boot(cluster, nodes)

    assert not nodes.still_idle(node_id)
    nodes.set_eligibility(node_id, eligible=False)
    nodes.set_eligibility(node_id, eligible=False)
    assert nodes.still_idle(node_id)

    dispatch(cluster)
    assert queue.observe().pending_count == 1
    nodes.set_eligibility(node_id, eligible=True)
    wait_until(lambda: queue.observe().running_count == 1, seconds=20, what="the child placed")

    nodes.set_eligibility(node_id, eligible=False)
    assert not nodes.still_idle(node_id)
    (node,) = nodes.observe()
    assert (node.eligible, node.draining, node.live_count) == (False, False, 1)


def test_a_purged_node_is_gone_and_purging_it_again_is_as_good(
    cluster: NomadCluster, client: NomadClient
) -> None:
    nodes = NomadNodes(client, SELECTOR)
    node_id = boot(cluster, nodes)
    cluster.stop_node("i-0123456789abcdef0")
    wait_until(lambda: nodes.observe()[0].status.value == "down", seconds=40, what="the node down")

    nodes.purge(node_id)
    nodes.purge(node_id)

    assert nodes.observe() == ()
    with pytest.raises(ActionError, match="is gone"):
        nodes.still_idle(node_id)


def test_the_watcher_wakes_when_a_child_is_dispatched(
    cluster: NomadCluster, client: NomadClient
) -> None:
    woken = threading.Event()
    watcher = JobWatcher(client, "transcode", woken.set, random.Random(1))
    watcher.start()
    assert woken.wait(10)
    woken.clear()

    dispatch(cluster)

    assert woken.wait(10)
    watcher.stop()


def test_a_job_that_is_not_there_is_named_with_the_mend(client: NomadClient) -> None:
    with pytest.raises(JobMissing, match="has no job 'nope'; register it"):
        NomadQueue(client, "nope").observe()


def test_a_server_that_does_not_answer_is_unavailable() -> None:
    """Port 9 of loopback, where nothing listens."""
    client = NomadClient(connection_to("http://127.0.0.1:9"))

    with pytest.raises(NomadUnavailable, match="connection refused; is the server running"):
        NomadNodes(client, SELECTOR).observe()


def test_a_server_without_a_leader_is_unavailable_and_its_queue_is_not_empty(
    tmp_path: Path,
) -> None:
    with closing(StandIn.start(tmp_path / "nomad")) as standin:
        address = f"{standin.address}/v1/standin/leader"
        assert requests.post(address, json={"present": False}, timeout=10).status_code == 200
        client = NomadClient(connection_to(standin.address))

        with pytest.raises(NomadUnavailable, match="500 No cluster leader"):
            NomadQueue(client, "transcode").observe()


def test_a_token_that_lacks_the_right_is_refused_and_never_shown(tmp_path: Path) -> None:
    token = "11111111-2222-3333-4444-555555555555"
    with closing(StandIn.start(tmp_path / "nomad", acl_token=token)) as standin:
        connection = connection_to(standin.address, "99999999-2222-3333-4444-555555555555")

        with pytest.raises(NomadDenied, match=r"NOMAD_TOKEN or nomad\.token_file") as raised:
            NomadNodes(NomadClient(connection), SELECTOR).observe()

        assert "99999999" not in str(raised.value) + repr(connection)
        good = NomadClient(replace(connection, token=token))
        assert NomadNodes(good, SELECTOR).observe() == ()

"""The Nomad adapters against a running cluster: nodes, switches, the watcher and failures."""

import random
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from autoscaler.adapters.nomad import NomadPool
from autoscaler.adapters.nomad_client import NomadClient
from autoscaler.adapters.watcher import JobWatcher
from autoscaler.core.model import Node, NodeStatus
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import ActionError, JobMissing, NomadDenied, NomadUnavailable
from devstack.cluster import NomadCluster
from devstack.deadline import wait_until
from devstack.standin import StandIn
from tests.contract.autoscaler.nomad_clusters import (
    SELECTOR,
    a_pool,
    boot,
    connection_to,
    dispatch,
    now,
    queue_once,
)


def only(nodes: tuple[Node, ...]) -> Node:
    (node,) = nodes
    return node


def test_a_node_tells_its_instance_its_room_and_what_lives_on_it(
    cluster: NomadCluster, pool: NomadPool
) -> None:
    dispatch(cluster, 3)
    boot(cluster, pool)
    queue = queue_once(pool, "two placed", lambda queue: queue.running_count == 2)
    wait_until(
        lambda: all(one.started_at for one in only(pool.nodes(now())).running),
        seconds=20,
        what="both started",
    )

    node = only(pool.nodes(now()))

    assert node.instance_id == "i-0123456789abcdef0"
    assert node.capacity.cpu_mhz == 2000
    assert node.allocated.cpu_mhz == 1800
    assert node.system.cpu_mhz == 0
    assert [one.job for one in node.running] == ["transcode"] * 2
    for one in node.running:
        assert one.placed_at is not None
        assert one.started_at is not None
        assert one.placed_at <= one.started_at <= now()
    assert queue.pending_count == 1
    assert a_pool(cluster, NodeSelector(class_="other")).nodes(now()) == ()


def test_a_node_states_its_facts_as_constraints_name_them(
    cluster: NomadCluster, pool: NomadPool
) -> None:
    node = boot(cluster, pool)

    assert node.facts is not None
    assert node.facts.kind
    facts = node.facts.values
    assert facts["node.class"] == "transcode"
    assert facts["node.datacenter"] == "dc1"
    assert facts["node.pool"] == "default"
    assert facts["attr.kernel.name"] == "linux"
    assert facts["attr.driver.raw_exec"] == "1"
    assert not any("unique." in name for name in facts)


def test_an_ineligible_node_places_nothing_until_it_is_taken_back(
    cluster: NomadCluster, pool: NomadPool
) -> None:
    node_id = boot(cluster, pool).node_id

    assert not pool.still_idle(node_id)
    pool.set_eligibility(node_id, eligible=False)
    pool.set_eligibility(node_id, eligible=False)
    assert pool.still_idle(node_id)

    dispatch(cluster)
    assert pool.queue("transcode", now()).pending_count == 1
    pool.set_eligibility(node_id, eligible=True)
    queue_once(pool, "the child placed", lambda queue: queue.running_count == 1)

    pool.set_eligibility(node_id, eligible=False)
    assert not pool.still_idle(node_id)
    node = only(pool.nodes(now()))
    assert (node.eligible, node.draining, node.live_count) == (False, False, 1)


def test_an_instance_is_joined_by_a_node_of_any_class_and_status(
    cluster: NomadCluster, pool: NomadPool
) -> None:
    others = a_pool(cluster, NodeSelector(class_="other"))
    assert pool.still_unjoined("i-00000000000000002")

    boot(cluster, others, "i-00000000000000002", node_class="other")

    assert not pool.still_unjoined("i-00000000000000002")
    assert pool.still_unjoined("i-00000000000000003")
    cluster.stop_node("i-00000000000000002")
    wait_until(
        lambda: only(others.nodes(now())).status is NodeStatus.DOWN, seconds=40, what="it down"
    )
    assert not pool.still_unjoined("i-00000000000000002")


def test_a_purged_node_is_gone_and_purging_it_again_is_as_good(
    cluster: NomadCluster, pool: NomadPool
) -> None:
    node_id = boot(cluster, pool).node_id
    cluster.stop_node("i-0123456789abcdef0")
    wait_until(
        lambda: only(pool.nodes(now())).status is NodeStatus.DOWN, seconds=40, what="it down"
    )

    pool.purge(node_id)
    pool.purge(node_id)

    assert pool.nodes(now()) == ()
    assert pool.still_unjoined("i-0123456789abcdef0")
    with pytest.raises(ActionError, match="is gone"):
        pool.still_idle(node_id)


def test_the_watcher_wakes_when_a_child_is_dispatched(cluster: NomadCluster) -> None:
    client = NomadClient(connection_to(cluster.address))
    woken = threading.Event()
    watcher = JobWatcher(client, "transcode", woken.set, random.Random(1))
    watcher.start()
    assert woken.wait(10)
    woken.clear()

    dispatch(cluster)

    assert woken.wait(10)
    watcher.stop()


def test_a_job_that_is_not_there_is_named_with_the_mend(cluster: NomadCluster) -> None:
    client = NomadClient(connection_to(cluster.address))

    with pytest.raises(JobMissing, match="has no job 'nope'; register it"):
        NomadPool(client, SELECTOR, ["nope"]).queue("nope", now())


def test_a_server_that_does_not_answer_is_unavailable() -> None:
    """Port 9 of loopback, where nothing listens."""
    client = NomadClient(connection_to("http://127.0.0.1:9"))
    pool = NomadPool(client, SELECTOR, ["transcode"])

    with pytest.raises(NomadUnavailable, match="connection refused; is the server running"):
        pool.nodes(now())
    with pytest.raises(NomadUnavailable):
        pool.recount(now())


def test_a_server_without_a_leader_is_unavailable_and_its_queue_is_not_empty(
    tmp_path: Path,
) -> None:
    with closing(StandIn.start(tmp_path / "nomad")) as standin:
        address = f"{standin.address}/v1/standin/leader"
        assert requests.post(address, json={"present": False}, timeout=10).status_code == 200

        with pytest.raises(NomadUnavailable, match="500 No cluster leader"):
            a_pool(standin).queue("transcode", now())


def test_a_token_that_lacks_the_right_is_refused_and_never_shown(tmp_path: Path) -> None:
    token = "11111111-2222-3333-4444-555555555555"
    with closing(StandIn.start(tmp_path / "nomad", acl_token=token)) as standin:
        connection = connection_to(standin.address, "99999999-2222-3333-4444-555555555555")

        with pytest.raises(NomadDenied, match=r"NOMAD_TOKEN or nomad\.token_file") as raised:
            NomadPool(NomadClient(connection), SELECTOR, []).nodes(now())

        assert "99999999" not in str(raised.value) + repr(connection)
        good = NomadClient(replace(connection, token=token))
        assert NomadPool(good, SELECTOR, []).nodes(now()) == ()

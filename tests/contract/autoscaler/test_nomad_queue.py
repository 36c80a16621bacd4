"""A job's queue as the adapter reads it from a running cluster: counts, ages, asks, verdicts."""

import copy
from typing import Any
from urllib.parse import quote

import pytest

from autoscaler.adapters.nomad import NomadPool
from autoscaler.adapters.nomad_client import NomadClient
from autoscaler.core.model import Constraint, Finished, WaitsFor
from autoscaler.core.resources import Ask
from autoscaler.core.settings import NodeSelector
from devstack.cluster import NomadCluster
from devstack.deadline import wait_until
from tests.contract.autoscaler.nomad_clusters import (
    SELECTOR,
    a_pool,
    boot,
    call,
    connection_to,
    dispatch,
    now,
    queue_once,
)


def register_variant(cluster: NomadCluster, name: str, **changes: Any) -> None:
    """Another parameterized job, like this project's but for some fields."""
    job = copy.deepcopy(call(cluster, "GET", "job/transcode"))
    call(cluster, "PUT", "jobs", {"Job": {**job, "ID": name, "Name": name, **changes}})


def a_pool_of(cluster: NomadCluster, *jobs: str) -> NomadPool:
    return NomadPool(NomadClient(connection_to(cluster.address)), SELECTOR, jobs)


def demand(target: str, value: str) -> list[dict[str, str]]:
    return [{"LTarget": target, "RTarget": value, "Operand": "="}]


def test_children_without_a_node_wait_with_their_ask_and_their_age(
    cluster: NomadCluster, pool: NomadPool
) -> None:
    dispatch(cluster, 3)
    first = pool.queue("transcode", now())
    pool.recount(now())
    second = pool.queue("transcode", now())

    assert (first.pending_count, first.running_count, first.dispatched_count) == (3, 0, 3)
    assert first.priority == 50
    (group,) = first.groups
    assert (group.name, group.ask, group.count) == ("transcode", Ask(900, 900, 4000), 1)
    assert Constraint("${node.datacenter}", "datacenters", "dc1") in group.constraints
    assert Constraint("${node.class}", "=", "transcode") in group.constraints
    assert Constraint("${attr.driver.raw_exec}", "is_set", "") in group.constraints
    assert first.oldest_pending_at is None
    assert sum(cohort.count for cohort in second.waiting) == 3
    assert second.oldest_pending_at is not None
    assert second.oldest_pending_at <= now()
    assert second.drift_count == 0


def test_children_that_come_between_two_recounts_wait_since_they_were_seen(
    cluster: NomadCluster, pool: NomadPool
) -> None:
    dispatch(cluster, 2)
    pool.queue("transcode", now())
    pool.recount(now())
    dispatch(cluster, 1)
    at = now()

    queue = pool.queue("transcode", at)

    assert queue.dispatched_count == 3
    assert [cohort.count for cohort in queue.waiting][-1] == 1
    assert queue.waiting[-1].dispatched_at == at
    assert sum(cohort.count for cohort in queue.waiting) == queue.pending_count == 3


def test_children_that_started_no_longer_wait(cluster: NomadCluster, pool: NomadPool) -> None:
    dispatch(cluster, 3)
    pool.queue("transcode", now())
    pool.recount(now())
    boot(cluster, pool)

    queue = queue_once(pool, "two placed", lambda queue: queue.running_count == 2)

    assert sum(cohort.count for cohort in queue.waiting) == queue.pending_count == 1


def test_children_that_ended_tell_how_long_they_worked_and_as_what(
    cluster: NomadCluster, pool: NomadPool
) -> None:
    boot(cluster, pool)
    dispatch(cluster, 1, seconds=1, profile="large")
    queue_once(pool, "it runs", lambda queue: queue.running_count == 1)

    queue = queue_once(pool, "it is over", lambda queue: bool(queue.finished))

    (finished,) = queue.finished
    assert isinstance(finished, Finished)
    assert finished.profile == "large"
    assert 0.5 < finished.seconds < 10
    assert pool.queue("transcode", now()).finished == ()


def test_a_child_at_work_shows_its_profile(cluster: NomadCluster, pool: NomadPool) -> None:
    boot(cluster, pool)
    dispatch(cluster, 1, profile="large")

    def profiles() -> list[str | None]:
        return [one.profile for node in pool.nodes(now()) for one in node.running]

    wait_until(lambda: len(profiles()) == 1, seconds=20, what="the child placed")
    pool.recount(now())

    assert profiles() == ["large"]


def test_children_wait_for_capacity_while_the_pool_has_no_node(
    cluster: NomadCluster, pool: NomadPool
) -> None:
    """A node of another class filters them all: that is no word on the nodes that we would buy."""
    boot(cluster, a_pool(cluster, NodeSelector(datacenter="dc1")), node_class="other")
    dispatch(cluster, 2)

    queue = queue_once(pool, "a verdict", lambda queue: queue.verdict is not None)

    assert queue.verdict is not None
    assert queue.verdict.waits_for is WaitsFor.CAPACITY


def test_children_wait_for_capacity_while_the_pools_nodes_are_full(
    cluster: NomadCluster, pool: NomadPool
) -> None:
    boot(cluster, pool)
    dispatch(cluster, 3)

    queue = queue_once(pool, "a verdict", lambda queue: queue.verdict is not None)

    assert queue.verdict is not None
    assert queue.verdict.waits_for is WaitsFor.CAPACITY
    assert "cpu on 1 nodes" in queue.verdict.detail


@pytest.mark.parametrize(
    ("target", "value"), [("${attr.kernel.name}", "windows"), ("${node.unique.name}", "nobody")]
)
def test_children_wait_for_a_constraint_that_no_node_of_the_pool_satisfies(
    cluster: NomadCluster, target: str, value: str
) -> None:
    register_variant(cluster, "demanding", Constraints=demand(target, value))
    pool = a_pool_of(cluster, "demanding")
    boot(cluster, pool)
    call(cluster, "PUT", "job/demanding/dispatch", {"Meta": {"input": "600"}})
    pool.queue("demanding", now())
    pool.recount(now())

    queue = pool.queue("demanding", now())

    assert queue.verdict is not None
    assert queue.verdict.waits_for is WaitsFor.CONSTRAINT
    assert f"{target} = {value}" in queue.verdict.detail


def test_a_verdict_is_forgotten_once_nothing_waits(cluster: NomadCluster, pool: NomadPool) -> None:
    dispatch(cluster, 1)
    queue_once(pool, "a verdict", lambda queue: queue.verdict is not None)
    boot(cluster, pool)

    queue = queue_once(pool, "it runs", lambda queue: not queue.pending_count)

    assert queue.verdict is None


def test_two_jobs_of_a_pool_each_have_their_own_queue(cluster: NomadCluster) -> None:
    register_variant(cluster, "transcode-fast", Priority=80)
    pool = a_pool_of(cluster, "transcode", "transcode-fast")
    dispatch(cluster, 2)
    call(cluster, "PUT", "job/transcode-fast/dispatch", {"Meta": {"input": "600"}})
    for job in pool.jobs:
        pool.queue(job, now())
    pool.recount(now())

    queues = [pool.queue(job, now()) for job in pool.jobs]

    assert [(queue.job, queue.pending_count, queue.priority) for queue in queues] == [
        ("transcode", 2, 50),
        ("transcode-fast", 1, 80),
    ]
    assert [len(queue.waiting) > 0 for queue in queues] == [True, True]


def test_a_child_that_was_stopped_while_it_waited_waits_no_more(
    cluster: NomadCluster, pool: NomadPool
) -> None:
    child = call(cluster, "PUT", "job/transcode/dispatch", {"Meta": {"input": "600"}})
    pool.queue("transcode", now())
    pool.recount(now())
    call(cluster, "DELETE", f"job/{quote(child['DispatchedJobID'], safe='')}")

    queue = queue_once(pool, "it is gone", lambda queue: not queue.pending_count)

    assert (queue.waiting, queue.oldest_pending_at) == ((), None)

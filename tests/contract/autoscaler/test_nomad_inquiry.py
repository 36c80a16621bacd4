"""What is asked of a running cluster about one child and one node."""

import copy
from typing import Any

import pytest

from autoscaler.adapters.nomad import NomadPool
from autoscaler.adapters.nomad_client import NomadClient
from autoscaler.adapters.nomad_inquiry import NomadInquiry
from autoscaler.core.child import ChildFacts
from autoscaler.core.model import WaitsFor
from devstack.cluster import NomadCluster
from devstack.deadline import wait_until
from tests.contract.autoscaler.nomad_clusters import (
    SELECTOR,
    boot,
    call,
    connection_to,
    dispatch,
    now,
)

JOBS = ("transcode",)


@pytest.fixture
def inquiry(cluster: NomadCluster) -> NomadInquiry:
    return NomadInquiry(NomadClient(connection_to(cluster.address)))


def facts_once(inquiry: NomadInquiry, child: str, status: str) -> ChildFacts:
    """What is known of it as soon as Nomad calls it so."""
    found: list[ChildFacts] = []

    def reached() -> bool:
        found[:] = [inquiry.facts(child, SELECTOR, now())]
        return found[0].status == status

    wait_until(reached, seconds=30, what=f"{child} {status}", hint=lambda: str(found))
    return found[0]


def test_children_are_found_by_the_beginning_of_their_ids(
    cluster: NomadCluster, inquiry: NomadInquiry
) -> None:
    dispatch(cluster, 2)
    known = inquiry.known(JOBS)

    assert len(known) == 2
    for child in known:
        assert inquiry.find(child, JOBS) == (child,)
        assert inquiry.find(child.partition("/")[2], JOBS) == (child,)
        assert inquiry.find(child[:-1], JOBS) == (child,)
    assert set(inquiry.find("transcode/dispatch-", JOBS)) == set(known)
    assert inquiry.find("transcode/dispatch-0", JOBS) == ()


def test_a_pending_child_is_told_with_its_account_and_its_place(
    cluster: NomadCluster, inquiry: NomadInquiry, pool: NomadPool
) -> None:
    boot(cluster, pool)
    for _ in range(4):
        dispatch(cluster)
    by_age = sorted(call(cluster, "GET", "jobs?prefix=transcode/dispatch-"), key=_submitted)
    # Whichever two are placed, the others wait in the order in which they came.
    wait_until(lambda: len(_pending(cluster)) == 2, seconds=20, what="two placed, and two pending")
    waiting = [one["ID"] for one in by_age if one["ID"] in _pending(cluster)]

    found = [facts_once(inquiry, child, "pending") for child in waiting]

    assert [one.ahead_count for one in found] == [0, 1]
    for one in found:
        assert one.job == "transcode"
        assert one.groups[0].ask.memory_mib == 900
        assert one.dispatched_at is not None
        assert one.dispatched_at <= now()
        assert one.verdict is not None
        assert one.verdict.waits_for is WaitsFor.CAPACITY
        assert one.placements == ()


def test_a_constraint_of_one_child_is_told_from_a_want_of_room(
    cluster: NomadCluster, inquiry: NomadInquiry, pool: NomadPool
) -> None:
    boot(cluster, pool)
    job = copy.deepcopy(call(cluster, "GET", "job/transcode"))
    arm = {"LTarget": "${attr.cpu.arch}", "RTarget": "none-such", "Operand": "="}
    job |= {"ID": "arm", "Name": "arm", "Constraints": [*(job["Constraints"] or ()), arm]}
    call(cluster, "PUT", "jobs", {"Job": job})
    child = call(cluster, "PUT", "job/arm/dispatch", {"Meta": {"input": "1"}})["DispatchedJobID"]

    found = facts_once(inquiry, child, "pending")

    def told() -> bool:
        verdict = inquiry.facts(child, SELECTOR, now()).verdict
        return verdict is not None and verdict.waits_for is WaitsFor.CONSTRAINT

    wait_until(told, seconds=20, what="the constraint told", hint=lambda: str(found))
    assert found.job == "arm"
    assert any(one.value == "none-such" for one in found.groups[0].constraints)


def test_a_child_is_told_where_it_runs_and_how_it_ended(
    cluster: NomadCluster, inquiry: NomadInquiry, pool: NomadPool
) -> None:
    node = boot(cluster, pool)
    dispatch(cluster, seconds=3)
    (child,) = inquiry.known(JOBS)

    running = facts_once(inquiry, child, "running")
    ended = facts_once(inquiry, child, "dead")

    assert [(one.node_id, one.live) for one in running.placements] == [(node.node_id, True)]
    (last,) = ended.placements
    assert (last.live, last.succeeded, last.node_name) == (False, True, node.name)
    assert last.started_at is not None
    assert last.ended_at is not None
    assert 2 < (last.ended_at - last.started_at).total_seconds() < 20


def test_a_node_is_told_by_its_class(
    cluster: NomadCluster, inquiry: NomadInquiry, pool: NomadPool
) -> None:
    node = boot(cluster, pool)

    assert "of class transcode" in (inquiry.node(node.name) or "")
    assert inquiry.node(node.node_id[:8]) == inquiry.node(node.name)
    assert inquiry.node("none-such") is None


def _submitted(stub: Any) -> Any:
    return stub["SubmitTime"]


def _pending(cluster: NomadCluster) -> set[str]:
    stubs = call(cluster, "GET", "jobs?prefix=transcode/dispatch-")
    return {one["ID"] for one in stubs if one["Status"] == "pending"}

"""
The batch job queue of Nomad 2.1, in the form that its API documents.

https://developer.hashicorp.com/nomad/api-docs/queue, and ``BatchJobQueueJobsResponse`` of
hashicorp/nomad:api/batch_job_queue.go.
"""

from datetime import timedelta

import pytest

from autoscaler.adapters.nomad_batch_queue import BatchQueue, QueueHead, heads_of
from autoscaler.adapters.nomad_client import NotServed
from autoscaler.errors import MalformedReply, NomadUnavailable
from tests.builders import at
from tests.unit.autoscaler.adapters.fake_nomad import FakeNomad

PATH = "queue/jobs"


def workload(job, status, position, **fields):
    """One job of a dynamic priority queue, as documented."""
    return {
        "AdjustedPriority": 111,
        "AgeAdjustment": 0,
        "BasePriority": 50,
        "CpuAdjustment": 4,
        "CreateIndex": 60,
        "CreatedAt": 1790351160272664000,
        "JobID": job,
        "MemoryAdjustment": 7,
        "Namespace": "team-b",
        "Position": position,
        "Status": status,
        "Tenant": "team-b",
        "UsageAdjustment": 50,
        **fields,
    }


def a_queue(*workloads, kind="dynamic_priority"):
    return {
        "Index": 0,
        "KnownLeader": True,
        "LastContact": 0,
        "NextToken": "",
        "Type": kind,
        "Workloads": list(workloads),
    }


def test_the_head_of_a_queue_is_what_it_handed_to_the_scheduler():
    queue = a_queue(workload("b-1", "placing", 0), workload("b-2", "queued", 1))

    assert heads_of(queue) == (QueueHead("b-1", "team-b", "placing"),)


def test_several_jobs_can_be_handed_over_and_held():
    held = "blocked (${attr.kernel.name} = windows)"
    queue = a_queue(workload("b-1", held, 0), workload("b-2", "placing", 0))

    assert [(one.job, one.status) for one in heads_of(queue)] == [
        ("b-1", held),
        ("b-2", "placing"),
    ]


def test_a_fifo_queue_tells_less_of_each_job():
    queue = a_queue(
        {"JobID": "b-1", "Position": 0, "Status": "placing", "CreatedAt": 1}, kind="fifo"
    )

    assert heads_of(queue) == (QueueHead("b-1", "", "placing"),)


@pytest.mark.parametrize(
    "queue", [a_queue(kind="passthrough"), a_queue(), {**a_queue(), "Workloads": None}]
)
def test_a_node_pool_without_a_queue_or_with_an_empty_one_has_no_head(queue):
    assert heads_of(queue) == ()


def test_the_queue_of_a_node_pool_is_asked_for_in_its_own_order():
    nomad = FakeNomad(**{PATH: a_queue(workload("b-1", "placing", 0))})

    assert BatchQueue(nomad).heads("video", at(0)) == (QueueHead("b-1", "team-b", "placing"),)
    assert nomad.asked == [(PATH, {"node_pool": "video", "sort": "priority", "per_page": 10})]


@pytest.mark.parametrize("pool", ["", "default", "all"])
def test_built_in_node_pools_have_no_queue_to_ask_for(pool):
    nomad = FakeNomad(**{PATH: a_queue(workload("b-1", "placing", 0))})

    assert BatchQueue(nomad).heads(pool, at(0)) == ()
    assert nomad.asked == []


@pytest.mark.parametrize("answers", [{}, {PATH: NotServed("no such method")}])
def test_a_server_that_has_no_queues_is_asked_again_only_after_an_hour(answers):
    nomad = FakeNomad(**answers)
    queue = BatchQueue(nomad)

    for minutes in (0, 1, 59, 60, 61):
        assert queue.heads("video", at(0) + timedelta(minutes=minutes)) == ()

    assert nomad.count(PATH) == 2


def test_a_clock_that_is_set_back_does_not_put_it_off():
    nomad = FakeNomad()
    queue = BatchQueue(nomad)

    for minutes in (0, -90, -80):
        queue.heads("video", at(0) + timedelta(minutes=minutes))

    assert nomad.count(PATH) == 2


def test_a_server_that_was_upgraded_is_asked_as_often_as_is_due():
    nomad = FakeNomad()
    queue = BatchQueue(nomad)
    queue.heads("video", at(0))
    nomad.answers[PATH] = a_queue(workload("b-1", "placing", 0))

    for seconds in (3600, 3615, 3630):
        assert len(queue.heads("video", at(seconds))) == 1


def test_a_failure_is_no_absence():
    nomad = FakeNomad(**{PATH: NomadUnavailable("no leader")})
    queue = BatchQueue(nomad)

    for seconds in (0, 15):
        with pytest.raises(NomadUnavailable):
            queue.heads("video", at(seconds))


def test_another_form_is_malformed():
    with pytest.raises(MalformedReply, match="batch job queue"):
        BatchQueue(FakeNomad(**{PATH: {"Workloads": 3}})).heads("video", at(0))

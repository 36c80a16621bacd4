"""Nomad's answers as a real server gave them, in the core's terms."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autoscaler.adapters.nomad_replies import (
    ChildCounts,
    NodeLoad,
    ask_of,
    child_counts,
    children,
    is_live,
    loads,
    node_of,
    read,
    selected,
)
from autoscaler.core.model import NodeStatus, Resources
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import JobMissing, MalformedReply

RECORDINGS = Path("tests/recordings/nomad")


def recorded(name):
    """The body of a recorded answer."""
    return json.loads((RECORDINGS / f"{name}.json").read_text())["response"]["body"]


@pytest.mark.parametrize(
    ("name", "pending", "running"),
    [
        ("summary-idle", 0, 0),
        ("summary-pending", 6, 0),
        ("summary-running", 2, 4),
        ("summary-after-gc", 0, 0),
    ],
)
def test_a_summary_tells_the_children_by_state(name, pending, running):
    assert child_counts(recorded(name)) == ChildCounts(pending, running)


def test_the_list_counts_as_the_summary_and_tells_who_waits_longest():
    counts, waiting = children(recorded("jobs-prefix"), "transcode")

    assert counts == child_counts(recorded("summary-pending"))
    assert len(waiting) == 6
    assert waiting[0].dispatched_at <= waiting[-1].dispatched_at
    assert waiting[0].dispatched_at.replace(microsecond=0) == datetime(
        2026, 11, 24, 2, 1, 7, tzinfo=UTC
    )


def test_another_jobs_children_under_the_same_prefix_are_not_counted():
    counts, waiting = children(recorded("jobs-prefix"), "transcode-other")

    assert (counts, waiting) == (ChildCounts(0, 0), [])


def test_the_ask_is_of_all_tasks_with_the_groups_disk():
    assert ask_of(recorded("job")) == Resources(900, 200, 50)


def test_a_job_that_is_not_parameterized_is_refused_with_the_mend():
    job = {**recorded("job"), "ParameterizedJob": None}

    with pytest.raises(JobMissing, match="not parameterized"):
        ask_of(job)


def test_live_allocations_load_their_nodes():
    stubs = recorded("allocations")
    live = [stub for stub in stubs if is_live(stub)]
    assert live

    by_node = loads(stubs)

    assert sum(load.live_count for load in by_node.values()) == len(live)
    for node_id, load in by_node.items():
        count = sum(1 for stub in live if stub["NodeID"] == node_id)
        assert load.allocated == Resources(900, 200, 50).times(count)


def test_a_system_jobs_allocation_takes_room_and_keeps_no_node():
    stub = {**next(filter(is_live, recorded("allocations"))), "JobType": "system"}

    (load,) = loads([stub]).values()

    assert (load.live_count, load.allocated) == (0, Resources(900, 200, 50))


@pytest.mark.parametrize(
    ("status", "task", "live"),
    [
        ("pending", "pending", True),
        ("running", "running", True),
        ("unknown", "running", True),
        ("complete", "dead", False),
        ("complete", "running", True),
        ("failed", "running", True),
        ("lost", "running", False),
    ],
)
def test_an_allocation_lives_while_any_of_its_tasks_does(status, task, live):
    """A poststop task, an upload say, runs on when its allocation is called complete."""
    assert is_live({"ClientStatus": status, "TaskStates": {"tc": {"State": task}}}) is live


def test_a_node_offers_its_total_less_what_is_reserved():
    stub = recorded("nodes")[0]
    stub["ReservedResources"] = {"Cpu": {"CpuShares": 100}, "Memory": {"MemoryMB": 24}}

    node = node_of(stub, "i-1", NodeLoad())

    assert node.capacity == Resources(1900, 1000, 74420)
    assert (node.status, node.eligible, node.draining) == (NodeStatus.READY, True, False)


def test_nodes_that_drain_or_are_down_are_told():
    draining = {stub["Drain"] for stub in recorded("nodes-draining")}
    down = {stub["Status"] for stub in recorded("nodes-down")}

    assert True in draining
    assert "down" in down


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        (NodeSelector(class_="transcode"), True),
        (NodeSelector(class_="other"), False),
        (NodeSelector(class_="transcode", datacenter="dc2"), False),
        (NodeSelector(pool="default"), True),
        (NodeSelector(pool="video"), False),
    ],
)
def test_a_selector_wants_all_that_it_gives(selector, chosen):
    assert selected(recorded("nodes")[0], selector) is chosen


@pytest.mark.parametrize(
    "reply", [{}, {"Children": None}, {"Children": {"Pending": "x"}}, [], None]
)
def test_an_answer_in_another_form_is_malformed_and_never_zero(reply):
    with pytest.raises(MalformedReply, match="job summary"):
        read("job summary", lambda: child_counts(reply))

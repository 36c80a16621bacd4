"""What lives on the nodes."""

from datetime import UTC, datetime

import pytest

from autoscaler.adapters.nomad_allocations import (
    by_node,
    is_live,
    live_allocations,
    worked_seconds,
)
from autoscaler.adapters.nomad_replies import read
from autoscaler.core.model import Running
from autoscaler.core.resources import Resources
from autoscaler.errors import MalformedReply
from tests.builders import at
from tests.unit.autoscaler.adapters.fake_nomad import a_task, an_allocation, recorded

NOW = at(0)


def only(stub):
    (one,) = live_allocations([stub], {})
    return one


def test_recorded_allocations_load_their_nodes():
    stubs = recorded("allocations")
    assert stubs

    loads = by_node(live_allocations(stubs, {}))

    for node_id, load in loads.items():
        count = sum(1 for stub in stubs if stub["NodeID"] == node_id)
        assert len(load.allocations) == count
        assert load.allocated == Resources(900 * count, 200 * count, 50 * count)
        assert load.system == Resources()


@pytest.mark.parametrize("job_type", ["system", "sysbatch"])
def test_a_system_jobs_allocation_takes_room_and_is_told_apart(job_type):
    stubs = [an_allocation(1, JobType=job_type), an_allocation(2)]

    load = by_node(live_allocations(stubs, {}))["node-1"]

    assert load.allocated == Resources(1800, 400, 100)
    assert load.system == Resources(900, 200, 50)
    assert [one.is_system for one in load.allocations] == [True, False]


def test_a_running_child_is_its_parents_with_its_times():
    started = datetime(2026, 2, 28, 12, 0, 0, 500_000, tzinfo=UTC)
    one = only(an_allocation(7, CreateTime=1772280000000000000))

    assert one.running("small", "default", NOW) == Running(
        "transcode",
        started,
        datetime(2026, 2, 28, 12, 0, tzinfo=UTC),
        "small",
        "transcode/dispatch-7",
    )


def test_an_allocation_began_with_its_first_task():
    tasks = {
        "fetch": a_task("dead", "2026-02-28T12:00:00Z", "2026-02-28T12:00:09Z"),
        "tc": a_task("running", "2026-02-28T12:00:10Z"),
        "upload": a_task("pending"),
    }

    assert only(an_allocation(TaskStates=tasks)).started_at == datetime(
        2026, 2, 28, 12, 0, tzinfo=UTC
    )


@pytest.mark.parametrize("tasks", [None, {"tc": a_task("pending")}])
def test_an_allocation_that_was_only_placed_has_not_begun(tasks):
    one = only(an_allocation(ClientStatus="pending", TaskStates=tasks))

    assert one.running(None, "default", NOW).started_at is None


def test_nothing_began_later_than_now_whatever_the_nodes_clock_says():
    tasks = {"tc": a_task("running", "2026-03-01T12:00:05Z")}
    one = only(an_allocation(TaskStates=tasks, CreateTime=2_000_000_000_000_000_000))

    running = one.running(None, "default", NOW)

    assert (running.started_at, running.placed_at) == (NOW, NOW)


def test_a_job_of_another_namespace_is_not_taken_for_ours():
    one = only(an_allocation(Namespace="other"))

    assert one.running(None, "default", NOW).job == "transcode@other"


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


def test_what_a_known_allocation_holds_is_not_reckoned_again():
    known = {"alloc-1": only(an_allocation(1))}

    (one,) = live_allocations([an_allocation(1, AllocatedResources=None)], known)

    assert one.holds == Resources(900, 200, 50)


def test_a_live_allocation_without_its_resources_is_malformed_and_not_nothing():
    with pytest.raises(MalformedReply):
        read(
            "allocation list",
            lambda: live_allocations([an_allocation(AllocatedResources=None)], {}),
        )


def test_a_recorded_allocation_worked_from_its_start_to_its_end():
    assert worked_seconds(recorded("allocation")) == pytest.approx(6.013170)


def test_an_allocation_of_several_tasks_worked_until_the_last_ended():
    tasks = {
        "fetch": a_task("dead", "2026-02-28T12:00:00Z", "2026-02-28T12:00:09Z"),
        "tc": a_task("dead", "2026-02-28T12:00:10Z", "2026-02-28T12:01:00Z"),
        "upload": a_task("dead", "2026-02-28T12:01:00Z", "2026-02-28T12:01:30Z"),
    }

    assert worked_seconds(an_allocation(ClientStatus="complete", TaskStates=tasks)) == 90


@pytest.mark.parametrize(
    "changes",
    [
        {"ClientStatus": "failed"},
        {"ClientStatus": "lost"},
        {"TaskStates": None},
        {"TaskStates": {"tc": a_task("dead", None, "2026-02-28T12:00:00Z")}},
        {"TaskStates": {"tc": a_task("dead", "2026-02-28T12:00:00Z", None)}},
        {"TaskStates": {"tc": a_task("dead", "2026-02-28T12:00:09Z", "2026-02-28T12:00:00Z")}},
    ],
)
def test_only_one_that_ended_well_and_says_when_tells_how_long(changes):
    assert worked_seconds({**recorded("allocation"), **changes}) is None

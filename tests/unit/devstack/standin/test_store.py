"""The state: what one entry changes, and under which index."""

from dataclasses import replace

from devstack.standin.model import COMPLETE, DOWN, RUNNING, Ask
from devstack.standin.state.store import Store
from devstack.standin.state.write import Write
from tests.unit.devstack.standin.builders import (
    a_job,
    a_node,
    a_template,
    an_allocation,
    an_evaluation,
)


def test_each_write_takes_the_next_index_and_marks_what_it_touched() -> None:
    store = Store(lambda: 5)
    first = store.index

    with store.write("JobRegistered") as write:
        job = write.put_job(a_job())
    with store.write("EvaluationUpdated") as write:
        write.put_eval(an_evaluation(job))

    assert (store.index, job.modify_index) == (first + 2, first + 1)
    assert store.table_index["jobs"] == first + 1
    assert store.table_index["evals"] == first + 2
    assert store.table_index["nodes"] == 0


def test_an_allocation_makes_its_job_run_and_its_parent_count_it() -> None:
    store = Store(lambda: 5)
    with store.write("JobRegistered") as write:
        parent = write.put_job(replace(a_template(), id="parent"))
    with store.write("JobRegistered") as write:
        child = write.put_job(replace(a_job(), id="child", parent_id=parent.id))
    assert store.summaries["parent"].pending == 1

    with store.write("PlanResult") as write:
        write.put_alloc(an_allocation(child), by_server=True)

    assert store.jobs["child"].status == RUNNING
    summary = store.summaries["parent"]
    assert (summary.pending, summary.running) == (0, 1)
    assert summary.modify_index == store.index


def test_usage_follows_the_allocations_that_are_not_over() -> None:
    store = Store(lambda: 5)
    with store.write("JobRegistered") as write:
        job = write.put_job(a_job())
    with store.write("PlanResult") as write:
        held = write.put_alloc(an_allocation(job), by_server=True)
    assert store.usage[held.node_id] == Ask(900, 200, 300)

    with store.write("AllocationUpdated") as write:
        write.put_alloc(replace(held, client_status=COMPLETE), by_server=False)

    assert store.usage[held.node_id] == Ask()
    assert write.freed


def test_room_comes_when_a_node_begins_to_take_work_and_not_when_it_stops() -> None:
    store = Store(lambda: 5)

    with store.write("NodeRegistration") as joined:
        node = joined.put_node(a_node())
    with store.write("NodeDeregistration") as lost:
        lost.put_node(replace(node, status=DOWN))

    assert (joined.freed, lost.freed) == (True, False)


def test_listeners_see_each_write_once_it_is_whole() -> None:
    store = Store(lambda: 5)
    seen: list[tuple[int, str, str]] = []

    def listener(write: Write) -> None:
        seen.append((store.index, write.kind, store.jobs["work"].status))

    store.listen(listener)
    with store.write("JobRegistered") as write:
        write.put_job(a_job())

    assert seen == [(write.index, "JobRegistered", "pending")]


def test_a_purged_child_is_counted_as_dead() -> None:
    store = Store(lambda: 5)
    with store.write("JobRegistered") as write:
        write.put_job(replace(a_template(), id="parent"))
        child = write.put_job(replace(a_job(), id="child", parent_id="parent"))

    with store.write("JobDeregistered") as write:
        write.delete_job(child)

    summary = store.summaries["parent"]
    assert (summary.pending, summary.dead) == (0, 1)
    assert "child" not in store.summaries


def test_who_waits_for_what_has_come_does_not_wait() -> None:
    store = Store(lambda: 5)

    store.wait_above(lambda: 7, 6, 3600)


def test_who_waits_is_let_go_at_the_end() -> None:
    store = Store(lambda: 5)
    store.close()

    store.wait_above(lambda: 6, 6, 3600)

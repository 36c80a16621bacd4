"""What has to be stopped and placed, from what a job wants and what there is."""

from dataclasses import replace

import pytest

from devstack.standin.model import COMPLETE, DEAD, DOWN, FAILED, LOST, RUNNING, SECOND, STOP
from devstack.standin.schedule.reconcile import difference
from tests.unit.devstack.standin.builders import a_job, a_node, a_template, an_allocation, state

NODES = {"node-i-1": a_node()}
NOW = 1000 * SECOND


def rescheduling(attempts: int, **changes: object) -> list[dict[str, object]]:
    group = a_job().spec["TaskGroups"][0]
    policy = {"Attempts": attempts, "Delay": 5 * SECOND, "Interval": 600 * SECOND, **changes}
    return [{**group, "ReschedulePolicy": {**group["ReschedulePolicy"], **policy}}]


def test_new_work_has_to_be_placed() -> None:
    todo = difference(a_job(), [], NODES, NOW)

    assert [place.name for place in todo.places] == ["work.g[0]"]
    assert not todo.stops


def test_a_template_runs_nothing_itself() -> None:
    assert not difference(a_template(), [], NODES, NOW).places


def test_work_that_runs_is_left_alone() -> None:
    job = a_job()

    todo = difference(job, [an_allocation(job)], NODES, NOW)

    assert (todo.places, todo.stops) == ([], [])


def test_work_that_is_done_is_not_done_again() -> None:
    job = a_job()
    done = an_allocation(job, client_status=COMPLETE, states={"t": state(DEAD)})

    assert not difference(job, [done], NODES, NOW).places


def test_stopped_work_that_ended_in_good_order_counts_as_done() -> None:
    job = a_job()
    drained = an_allocation(
        job, desired_status=STOP, client_status=COMPLETE, states={"t": state(DEAD)}
    )

    assert not difference(job, [drained], NODES, NOW).places


def test_a_node_that_is_down_loses_its_work_which_is_placed_anew() -> None:
    job = a_job()
    lost = an_allocation(job, client_status=RUNNING, states={"t": state(RUNNING)})

    todo = difference(job, [lost], {"node-i-1": a_node(status=DOWN)}, NOW)

    assert [(stop.allocation, stop.client_status) for stop in todo.stops] == [(lost, LOST)]
    assert [place.instead_of for place in todo.places] == [lost]


def test_a_node_that_was_purged_loses_its_work_too() -> None:
    job = a_job()

    todo = difference(job, [an_allocation(job)], {}, NOW)

    assert len(todo.places) == len(todo.stops) == 1


def test_lost_work_still_has_to_be_placed_at_the_next_look() -> None:
    job = a_job()
    lost = an_allocation(job, desired_status=STOP, client_status=LOST, states={"t": state(RUNNING)})

    assert len(difference(job, [lost], NODES, NOW).places) == 1


def test_what_was_placed_anew_is_not_placed_twice() -> None:
    job = a_job()
    lost = an_allocation(job, desired_status=STOP, client_status=LOST)
    again = an_allocation(job, previous=lost.id)

    assert not difference(job, [lost, again], NODES, NOW).places


@pytest.mark.parametrize("stopped", [True, False])
def test_a_stopped_or_purged_job_ends_what_runs(stopped: bool) -> None:
    job = a_job()
    running = an_allocation(job)
    wanted = None
    if stopped:
        wanted = replace(job, stop=True)

    todo = difference(wanted, [running], NODES, NOW)

    assert [stop.allocation for stop in todo.stops] == [running]
    assert not todo.places


def test_failed_work_waits_for_its_second_try() -> None:
    job = a_job(TaskGroups=rescheduling(1))
    ended = state(DEAD, failed=True, finished_at=NOW - SECOND)
    failed = an_allocation(job, client_status=FAILED, states={"t": ended})

    todo = difference(job, [failed], NODES, NOW)

    assert todo.later == {failed.id: NOW + 4 * SECOND}
    assert not todo.places


def test_failed_work_is_tried_again_when_its_delay_is_over() -> None:
    job = a_job(TaskGroups=rescheduling(1))
    ended = state(DEAD, failed=True, finished_at=NOW - 5 * SECOND)
    failed = an_allocation(job, client_status=FAILED, states={"t": ended})

    todo = difference(job, [failed], NODES, NOW)

    assert [place.rescheduled for place in todo.places] == [True]


@pytest.mark.parametrize("attempts", [0, 1])
def test_work_that_has_used_up_its_tries_has_failed_for_good(attempts: int) -> None:
    job = a_job(TaskGroups=rescheduling(attempts))
    failed = an_allocation(
        job,
        client_status=FAILED,
        states={"t": state(DEAD, failed=True)},
        rescheduled_at=(NOW - SECOND,) * attempts,
    )

    todo = difference(job, [failed], NODES, NOW)

    assert (todo.places, todo.later) == ([], {})


def test_tries_grow_apart_where_the_policy_says_so() -> None:
    policy = {"DelayFunction": "exponential", "MaxDelay": 15 * SECOND, "Unlimited": True}
    job = a_job(TaskGroups=rescheduling(0, **policy))
    ended = state(DEAD, failed=True, finished_at=NOW)

    def due(tries: int) -> int:
        failed = an_allocation(
            job, client_status=FAILED, states={"t": ended}, rescheduled_at=(1,) * tries
        )
        (instant,) = difference(job, [failed], NODES, NOW).later.values()
        return (instant - NOW) // SECOND

    assert [due(tries) for tries in range(3)] == [5, 10, 15]

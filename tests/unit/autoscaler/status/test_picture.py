"""A pool as people see it, from one cycle's report."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.memory import Memory
from autoscaler.core.model import Missing, Verdict, WaitsFor, Window
from autoscaler.core.pause import Pause
from autoscaler.core.plan import SetDesiredCapacity
from autoscaler.core.resources import Ask
from autoscaler.status.documents import (
    ActionStatus,
    GroupStatus,
    JobQueueStatus,
    NodesStatus,
    Paused,
    QueueStatus,
    ReasonStatus,
)
from autoscaler.status.picture import decision_status, pool_status, queue_status
from autoscaler.status.states import entries_of
from tests.builders import a_group, a_node, a_queue, an_instance, an_observation, at, some_settings
from tests.fakes import FakeClock
from tests.unit.autoscaler.status.cycles import a_report

UNKNOWN = NodesStatus(None, None, None, None, None, None, None)


def status_of(observed, settings=None, memory=None, clock=None):
    """The pool's status."""
    settings = settings or some_settings()
    report = a_report(observed, settings=settings, memory=memory, clock=clock)
    return pool_status(settings, report, entries_of(report), None)


def test_the_queue_of_one_job_is_the_pools():
    clock = FakeClock()
    clock.advance(75)

    status = status_of(an_observation(a_node(1, live=2), queue=a_queue(3, 2)), clock=clock)

    job = JobQueueStatus("transcode", 3, 2, 0, 75.0, None)
    assert status.queue == QueueStatus(3, 2, 0, 75.0, None, (job,))


def test_jobs_are_added_up_and_the_oldest_of_all_counts():
    clock = FakeClock()
    clock.advance(30)
    settings = some_settings(jobs=("transcode", "thumbs"))
    observed = replace(an_observation(), queues=(a_queue(1, 1), a_queue(0, 4, job="thumbs")))

    queue = status_of(observed, settings, clock=clock).queue

    assert (queue.pending, queue.running, queue.oldest_seconds) == (1, 5, 30.0)
    assert [one.oldest_seconds for one in queue.jobs] == [30.0, 0.0]


def test_of_a_job_that_was_not_read_and_of_all_together_nothing_is_claimed():
    missing = (Missing("nomad", "queue", "refused"),)
    settings = some_settings(jobs=("transcode", "thumbs"))

    queue = status_of(an_observation(queue=a_queue(2, 1), missing=missing), settings).queue

    assert (queue.pending, queue.running, queue.unplaceable, queue.oldest_seconds) == (None,) * 4
    assert queue.jobs[0].pending == 2
    assert queue.jobs[1] == JobQueueStatus("thumbs", None, None, None, None, None)


def test_how_long_the_oldest_waits_is_unknown_where_nobody_told():
    queue = status_of(an_observation(queue=a_queue(2, waiting=()))).queue

    assert (queue.pending, queue.oldest_seconds) == (2, None)


def test_children_that_fit_no_node_are_counted_and_unknown_without_the_nodes():
    observed = an_observation(a_node(1), queue=a_queue(2, ask=Ask(9000, 9000, 1)))

    assert status_of(observed).queue.unplaceable == 2
    assert status_of(replace(observed, groups=None)).queue.unplaceable is None


def test_what_nomad_says_that_children_wait_for_is_told_unless_it_is_capacity():
    quota = Verdict(WaitsFor.QUOTA, "cpu of transcoding")
    capacity = Verdict(WaitsFor.CAPACITY, "memory")

    held = status_of(an_observation(queue=a_queue(2, verdict=quota))).queue.jobs[0]
    free = status_of(an_observation(queue=a_queue(2, verdict=capacity))).queue.jobs[0]
    over = status_of(an_observation(queue=a_queue(0, verdict=quota))).queue.jobs[0]

    assert (held.held_by, held.unplaceable) == ("a quota: cpu of transcoding", 2)
    assert (free.held_by, over.held_by) == (None, None)


@pytest.mark.parametrize(("strategy", "target"), [("backlog", 120.0), ("per_node", None)])
def test_only_one_strategy_has_a_target_for_the_wait(strategy, target):
    settings = some_settings(strategy=strategy)

    assert status_of(an_observation(), settings).queue.target_wait_seconds == target


def test_groups_and_bounds():
    group = a_group(an_instance(1), desired=3, size_min=1, size_max=9)

    status = status_of(an_observation(a_node(1), group=group))

    assert status.groups == (GroupStatus("nomad-clients", 3, 1, 1, 9),)
    assert (status.size_min, status.size_max) == (0, 20)


def test_a_schedule_in_force_raises_the_least():
    report = a_report(an_observation())
    window = Window("0 8 * * *", 2, at(3600))
    report = replace(report, observation=replace(report.observation, windows=(window,)))

    assert pool_status(some_settings(), report, (), None).size_min == 2


def test_nothing_is_claimed_before_the_first_cycle():
    status = pool_status(some_settings(), None, None, None)

    assert status.queue.jobs == (JobQueueStatus("transcode", None, None, None, None, None),)
    assert (status.queue.pending, status.queue.oldest_seconds) == (None, None)
    assert (status.nodes, status.groups, status.decision) == (UNKNOWN, None, None)
    assert (status.last_success_at, status.boot_seconds, status.size_max) == (None, None, 20)


@pytest.mark.parametrize("part", ["nodes", "groups"])
def test_nodes_are_unknown_where_they_or_their_groups_were_not_read(part):
    assert status_of(replace(an_observation(a_node(1)), **{part: None})).nodes == UNKNOWN


def test_boots_have_a_length_once_one_was_measured():
    assert status_of(an_observation()).boot_seconds is None
    assert (
        status_of(an_observation(), memory=Memory(boot_seconds=(50.0, 70.0, 60.0))).boot_seconds
        == 60
    )


def test_a_pause_is_told_in_its_own_words():
    pause = Pause(at(-60), at(600), "moving the database", "ann")

    status = status_of(replace(an_observation(), pause=pause))

    assert status.paused == Paused(at(-60), at(600), "moving the database", "ann")


def test_the_settings_in_force_count_and_not_those_of_the_last_cycle():
    report = a_report(an_observation(), settings=some_settings(size_max=5))

    assert pool_status(some_settings(size_max=9), report, (), None).size_max == 9


def test_a_decision_tells_what_was_done_and_what_failed():
    clock = FakeClock()
    clock.advance(5)
    observed = an_observation(queue=a_queue(3))

    done = decision_status(a_report(observed, clock=clock))
    failed = decision_status(a_report(observed, refuses=SetDesiredCapacity))

    assert (done.pool, done.cycle_id, done.at) == ("transcode", "c-000001", at(5))
    assert (done.outcome, done.current, done.desired) == ("applied", 0, 2)
    assert done.why == "3 pending, 3 would need 2 new nodes at 2 per node"
    assert done.reasons == (ReasonStatus("demand", done.why),)
    what = "set the desired capacity of nomad-clients from 0 to 2"
    assert done.actions == (ActionStatus(what, "applied", ""),)
    assert failed.outcome == "failed"
    assert failed.actions == (ActionStatus(what, "failed", "refused by the test"),)


def test_a_clock_that_was_set_back_makes_no_wait_below_zero():
    report = a_report(an_observation(queue=a_queue(1)))
    report = replace(report, ended_at=report.ended_at - timedelta(seconds=9))

    assert queue_status(report, some_settings()).oldest_seconds == 0.0

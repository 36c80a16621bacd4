"""The simulated Nomad places, loses and finishes work as Nomad does."""

from dataclasses import replace

import pytest

from autoscaler.core.model import Constraint, GroupAsk, NodeFacts, NodeStatus, Verdict, WaitsFor
from autoscaler.core.resources import Ask, Resources
from autoscaler.errors import ActionError
from autoscaler.simulator.clock import seconds_at
from autoscaler.simulator.cluster import SchedulerSettings
from autoscaler.simulator.workload import JobSpec
from tests.unit.autoscaler.simulator.worlds import ASK, JOB, Parts


def test_children_are_placed_on_the_fullest_node_with_room_and_the_rest_wait() -> None:
    parts = Parts()
    first, second = parts.node(1), parts.node(2)
    for _ in range(5):
        parts.dispatch()

    assert (len(first.work), len(second.work)) == (2, 2)
    assert parts.cluster.pending_count == 1


def test_a_child_that_ends_makes_room_for_the_one_that_waits_longest() -> None:
    parts = Parts()
    parts.node()
    for service_seconds in (10.0, 50.0, 100.0, 100.0):
        parts.dispatch(service_seconds)
    parts.clock.advance(10)

    assert parts.cluster.pending_count == 1
    assert sorted(parts.tally.all_waits()) == [0.0, 0.0, 10.0]


def test_jobs_of_a_higher_priority_come_first() -> None:
    urgent = replace(JOB, name="urgent", priority=80)
    parts = Parts(jobs=(JOB, urgent))
    parts.dispatch()
    parts.dispatch()
    parts.dispatch(job="urgent")
    parts.node()
    parts.clock.advance(0)

    assert parts.cluster.jobs["urgent"].pending_count == 0
    assert parts.cluster.jobs["transcode"].pending_count == 1


def test_a_job_that_waits_for_a_quota_is_not_placed_and_says_so() -> None:
    held = replace(JOB, held_by=Verdict(WaitsFor.QUOTA, "cpu exhausted"))
    parts = Parts(jobs=(held,))
    parts.node()
    parts.dispatch()
    parts.clock.advance(5)
    (queue,) = parts.cluster.queues(["transcode"], parts.clock.now())

    assert queue.pending_count == 1
    assert queue.verdict == held.held_by


def test_a_child_of_several_allocations_is_placed_whole_or_not_at_all() -> None:
    pair = JobSpec("transcode", (GroupAsk("main", ASK, count=2, distinct_hosts=True),))
    parts = Parts(jobs=(pair,))
    parts.dispatch()
    first = parts.node(1)
    parts.clock.advance(0)
    assert not first.work
    second = parts.node(2)
    parts.clock.advance(0)

    assert (len(first.work), len(second.work)) == (1, 1)
    assert parts.cluster.running_count == 1


def test_constraints_are_kept() -> None:
    ask = GroupAsk("main", ASK, constraints=(Constraint("${node.class}", "=", "gpu"),))
    parts = Parts(jobs=(JobSpec("transcode", (ask,)),))
    facts = NodeFacts("small", {"node.class": "cpu"})
    parts.cluster.join("i-1", Resources(2000, 2000, 10_000), Resources(), facts)
    parts.dispatch()

    assert parts.cluster.pending_count == 1


def test_a_plan_made_before_a_cordon_can_land_after_it() -> None:
    scheduler = SchedulerSettings(plan_seconds=2.0, late_plan_chance=1.0)
    parts = Parts(scheduler=scheduler)
    node = parts.node()
    parts.dispatch()
    parts.cluster.set_eligibility(node.node_id, eligible=False, known=0)
    seen = [node.live]
    parts.clock.advance(2)
    seen.append(node.live)

    assert seen == [False, True]
    assert not node.eligible


def test_a_plan_that_the_cordon_overtook_is_refused_and_the_child_waits_on() -> None:
    parts = Parts(scheduler=SchedulerSettings(plan_seconds=2.0, late_plan_chance=0.0))
    node = parts.node()
    parts.dispatch()
    parts.cluster.set_eligibility(node.node_id, eligible=False, known=0)
    parts.clock.advance(2)

    assert not node.work
    assert parts.cluster.pending_count == 1


def test_no_plan_is_made_for_a_cordoned_node() -> None:
    parts = Parts(scheduler=SchedulerSettings(plan_seconds=2.0, late_plan_chance=1.0))
    node = parts.node()
    parts.cluster.set_eligibility(node.node_id, eligible=False, known=0)
    parts.dispatch()
    parts.clock.advance(60)

    assert not node.work


def test_the_children_of_a_lost_node_wait_again_and_are_counted_apart() -> None:
    parts = Parts()
    lost = parts.node(1)
    parts.dispatch(100.0)
    parts.cluster.power_off(lost.instance_id, ours=False)
    parts.clock.advance(30)
    assert lost.status is NodeStatus.DOWN
    assert (parts.tally.lost_count, parts.tally.killed_count) == (1, 0)
    assert parts.cluster.pending_count == 1
    parts.node(2)
    parts.clock.advance(100)

    assert parts.tally.finished_count == 1
    assert list(parts.tally.all_waits()) == [0.0]  # Its first start is what it waited for.


def test_work_that_ends_with_a_machine_that_we_ended_is_killed() -> None:
    parts = Parts()
    node = parts.node()
    parts.dispatch()
    parts.dispatch()
    parts.cluster.power_off(node.instance_id, ours=True)

    assert parts.tally.killed_count == 2


def test_a_node_that_is_cut_off_goes_down_and_comes_back() -> None:
    parts = Parts()
    node = parts.node()
    parts.dispatch()
    parts.cluster.cut_off(node.node_id)
    parts.clock.advance(30)
    seen = [node.status]
    parts.cluster.reconnect(node.node_id)
    parts.clock.advance(0)
    seen.append(node.status)

    assert seen == [NodeStatus.DOWN, NodeStatus.READY]
    assert node.live  # The child that waited again is placed there again.
    assert parts.tally.killed_count == 0


def test_a_node_that_is_heard_of_in_time_never_goes_down() -> None:
    parts = Parts()
    node = parts.node()
    parts.cluster.cut_off(node.node_id)
    parts.clock.advance(10)
    parts.cluster.reconnect(node.node_id)
    parts.clock.advance(60)

    assert node.status is NodeStatus.READY


def test_nomad_forgets_a_node_that_has_been_down_for_a_day() -> None:
    parts = Parts()
    node = parts.node()
    parts.cluster.power_off(node.instance_id, ours=False)
    parts.clock.advance(25 * 3600)

    assert not parts.cluster.nodes


def test_to_purge_a_node_at_work_is_to_kill() -> None:
    parts = Parts()
    node = parts.node()
    parts.dispatch()
    parts.cluster.purge(node.node_id)

    assert parts.tally.killed_count == 1
    assert parts.tally.offences == ["1: node-1 purged while it was ready"]


def test_somebody_elses_cordon_that_we_knew_of_is_not_ours_to_change() -> None:
    parts = Parts()
    node = parts.node()
    parts.cluster.showing()
    parts.cluster.set_foreign(node.node_id, eligible=False)
    parts.cluster.set_eligibility(node.node_id, eligible=True, known=1)
    assert not parts.tally.offences
    parts.cluster.set_foreign(node.node_id, eligible=False)
    parts.cluster.showing()
    parts.cluster.set_eligibility(node.node_id, eligible=True, known=2)

    assert len(parts.tally.offences) == 1


def test_a_draining_node_is_not_made_eligible() -> None:
    parts = Parts()
    node = parts.node()
    parts.cluster.set_foreign(node.node_id, eligible=False, draining=True)

    with pytest.raises(ActionError, match="draining"):
        parts.cluster.set_eligibility(node.node_id, eligible=True, known=0)


def test_a_plan_that_lands_on_a_dead_machine_is_no_start() -> None:
    parts = Parts(scheduler=SchedulerSettings(plan_seconds=2.0))
    node = parts.node()
    parts.dispatch()
    parts.cluster.power_off(node.instance_id, ours=False)
    parts.clock.advance(30)

    assert parts.tally.stranded_count == 1
    assert parts.tally.killed_count == parts.tally.lost_count == 0
    assert parts.cluster.pending_count == 1


def test_what_is_shown_counts_what_is_placed_and_what_system_jobs_hold() -> None:
    parts = Parts(scheduler=SchedulerSettings(plan_seconds=2.0))
    parts.cluster.join("x-1", Resources(2000, 2000, 10_000), Resources(100, 50, 0))
    parts.dispatch()
    (node,) = parts.cluster.showing()
    assert (node.allocated, node.running) == (Resources(100, 50, 0), ())
    parts.clock.advance(2)
    (node,) = parts.cluster.showing()

    assert node.allocated == Resources(1100, 1050, 300)
    assert [one.job for one in node.running] == ["transcode"]


def test_among_two_chosen_at_random_the_fuller_is_taken() -> None:
    parts = Parts(scheduler=SchedulerSettings(choices=2))
    big = Resources(10_000, 10_000, 10_000)
    nodes = [parts.node(number, big) for number in range(2)]
    for _ in range(6):
        parts.dispatch()

    # Of two nodes both are looked at each time, so that the first to be used takes all.
    assert sorted(len(node.work) for node in nodes) == [0, 6]


def test_children_that_ask_for_different_amounts_do_not_hold_each_other_up() -> None:
    large = JobSpec("large", (GroupAsk("main", Ask(2000, 2000, 300)),), priority=90)
    parts = Parts(jobs=(JOB, large))
    parts.node()
    parts.dispatch()
    parts.dispatch(job="large")
    parts.dispatch()

    assert parts.cluster.jobs["large"].pending_count == 1
    assert parts.cluster.jobs["transcode"].running_count == 2


def test_a_child_that_waits_again_is_shown_among_those_of_its_time() -> None:
    parts = Parts()
    lost = parts.node(1)
    parts.dispatch()
    parts.dispatch()
    for seconds in (10.0, 20.0):
        parts.clock.advance_to(seconds)
        parts.dispatch()
        parts.dispatch()
    parts.cluster.power_off(lost.instance_id, ours=False)
    parts.clock.advance(60)

    (queue,) = parts.cluster.queues(["transcode"], parts.clock.now())

    came = [(seconds_at(one.dispatched_at), one.count) for one in queue.waiting]
    assert came == [(0.0, 2), (10.0, 2), (20.0, 2)]


def test_what_waits_stays_in_the_queue_while_every_node_is_full() -> None:
    """No pass is made for it: the one before has left no room."""
    parts = Parts()
    parts.node(1)
    for _ in range(4):
        parts.dispatch(50.0)
    assert parts.cluster.pending_count == 2
    parts.node(2)
    parts.clock.advance(0)
    assert parts.cluster.pending_count == 0

    parts.dispatch()
    parts.clock.advance(60)

    assert (parts.cluster.pending_count, parts.tally.finished_count) == (0, 4)

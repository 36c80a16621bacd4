"""Nomad's word on what a job's children wait for: whom it is asked of, and how often."""

import pytest

from autoscaler.adapters.nomad_asks import job_ask
from autoscaler.adapters.nomad_batch_queue import BatchQueue
from autoscaler.adapters.nomad_evaluations import ReadyNode
from autoscaler.adapters.nomad_replies import PendingChild
from autoscaler.adapters.nomad_verdicts import NomadVerdicts
from autoscaler.core.model import WaitsFor
from autoscaler.errors import NomadDenied, NomadUnavailable
from tests.builders import at
from tests.unit.autoscaler.adapters.fake_nomad import FakeNomad, Reply, a_job

ASK = job_ask(a_job())
IN_VIDEO = job_ask(a_job(NodePool="video"))
READY = (ReadyNode("v1:ours", "transcode", "dc1", "video", create_index=1),)
FULL = {
    "tc": {
        "NodesEvaluated": 1,
        "NodesFiltered": 0,
        "NodesExhausted": 1,
        "DimensionExhausted": {"cpu": 1},
        "NodesAvailable": {"dc1": 1},
    }
}
WINDOWS = {
    "tc": {
        "NodesEvaluated": 1,
        "NodesFiltered": 1,
        "NodesExhausted": 0,
        "ConstraintFiltered": {"windows": 1},
        "NodesAvailable": {"dc1": 1},
    }
}


def child(number):
    return PendingChild(f"transcode/dispatch-{number}", at(number))


def blocked(failed=None, **changes):
    """The evaluations of a child that is held up."""
    return [
        {
            "Status": "blocked",
            "CreateIndex": 5,
            "FailedTGAllocs": failed or FULL,
            "ClassEligibility": {"v1:ours": failed is not WINDOWS},
            **changes,
        }
    ]


def paths_of(*numbers):
    return [f"job/transcode/dispatch-{number}/evaluations" for number in numbers]


def evaluations(*numbers, are):
    """Answers that give the same evaluations for each of these children."""
    return dict.fromkeys(paths_of(*numbers), are)


def some_verdicts(nomad):
    return NomadVerdicts(nomad, "transcode", BatchQueue(nomad))


def read(nomad, *, oldest=(1, 2, 3), ask=ASK, ready=READY):
    verdicts = some_verdicts(nomad)
    verdicts.read_if_due([child(number) for number in oldest], ask, ready, at(0))
    return verdicts.verdict


def test_the_three_that_have_waited_longest_are_asked_for():
    nomad = FakeNomad(**evaluations(1, 2, 3, 4, are=blocked()))

    verdict = read(nomad, oldest=(1, 2, 3, 4))

    assert verdict.waits_for is WaitsFor.CAPACITY
    assert [what for what, _ in nomad.asked] == paths_of(1, 2, 3)


def test_a_constraint_counts_where_all_of_them_wait_for_it():
    nomad = FakeNomad(**evaluations(1, 2, 3, are=blocked(WINDOWS)))
    assert read(nomad).waits_for is WaitsFor.CONSTRAINT

    nomad.answers.update(evaluations(2, are=blocked(FULL)))
    assert read(nomad).waits_for is WaitsFor.CAPACITY


def test_children_that_started_or_are_gone_have_no_say():
    nomad = FakeNomad(**evaluations(3, are=blocked(QuotaLimitReached="q")))
    nomad.answers.update(evaluations(2, are=[{"Status": "complete", "CreateIndex": 3}]))

    assert read(nomad).waits_for is WaitsFor.QUOTA


def test_there_is_no_verdict_before_nomad_has_evaluated_any():
    nomad = FakeNomad(**evaluations(1, are=[{"Status": "pending", "CreateIndex": 3}]))

    assert read(nomad) is None
    assert read(nomad, oldest=()) is None


def test_it_is_asked_every_fifteen_seconds_at_most():
    nomad = FakeNomad(**evaluations(1, are=blocked()))
    verdicts = some_verdicts(nomad)

    for seconds in (0, 1, 14, 15, 16, 30):
        verdicts.read_if_due([child(1)], ASK, READY, at(seconds))

    assert len(nomad.asked) == 3


def test_a_clock_that_is_set_back_does_not_put_the_next_look_off():
    nomad = FakeNomad(**evaluations(1, are=blocked()))
    verdicts = some_verdicts(nomad)

    for seconds in (3600, 1, 10):
        verdicts.read_if_due([child(1)], ASK, READY, at(seconds))

    assert len(nomad.asked) == 2


def test_a_new_queue_is_asked_about_at_once():
    nomad = FakeNomad(**evaluations(1, are=blocked()))
    verdicts = some_verdicts(nomad)
    verdicts.read_if_due([child(1)], ASK, READY, at(0))

    verdicts.forget()
    assert verdicts.verdict is None
    verdicts.read_if_due([child(1)], ASK, READY, at(1))

    assert verdicts.verdict is not None


def test_a_failed_look_leaves_the_verdict_as_it_was():
    nomad = FakeNomad(**evaluations(1, are=blocked(WINDOWS)))
    verdicts = some_verdicts(nomad)
    verdicts.read_if_due([child(1)], ASK, READY, at(0))
    nomad.answers.update(evaluations(1, are=NomadUnavailable("no leader")))

    with pytest.raises(NomadUnavailable):
        verdicts.read_if_due([child(1)], ASK, READY, at(15))

    assert verdicts.verdict.waits_for is WaitsFor.CONSTRAINT


def in_queue(*heads, **answers):
    """A Nomad whose node pool has a queue with these at its head: job and status."""
    workloads = [
        {"JobID": job, "Namespace": "team-b", "Status": status, "Position": 0}
        for job, status in heads
    ]
    mine = {
        "JobID": "transcode/dispatch-1",
        "Namespace": "default",
        "Status": "queued",
        "Position": 1,
    }
    return FakeNomad(**{"queue/jobs": {"Type": "fifo", "Workloads": [*workloads, mine]}, **answers})


def test_a_job_at_the_queues_head_that_cannot_be_placed_holds_up_ours():
    nomad = in_queue(("render", "placing"), **{"job/render/evaluations": blocked(WINDOWS)})

    verdict = read(nomad, ask=IN_VIDEO)

    assert verdict.waits_for is WaitsFor.QUEUE
    assert verdict.detail == (
        "render, at the head of Nomad's batch queue: no node of the pool satisfies: windows"
    )
    assert ("job/render/evaluations", {"namespace": "team-b"}) in nomad.asked


def test_a_job_at_the_queues_head_that_waits_for_capacity_is_served_by_buying():
    nomad = in_queue(("render", "placing"), **{"job/render/evaluations": blocked(FULL)})

    assert read(nomad, ask=IN_VIDEO) is None


def test_at_zero_nodes_a_blocked_head_only_waits_for_the_first_node():
    """The queue's ``blocked`` also means that there is no node."""
    nomad = in_queue(
        ("render", "blocked (no nodes)"), **{"job/render/evaluations": blocked(WINDOWS)}
    )

    assert read(nomad, ask=IN_VIDEO, ready=()) is None


def test_one_of_several_heads_that_moves_keeps_the_queue_moving():
    nomad = in_queue(
        ("render", "blocked (windows)"),
        ("bake", "placing"),
        **{"job/render/evaluations": blocked(WINDOWS), "job/bake/evaluations": []},
    )

    assert read(nomad, ask=IN_VIDEO) is None


@pytest.mark.parametrize(
    ("status", "held"),
    [("constrained (windows)", True), ("blocked (windows)", True), ("placing", False)],
)
def test_of_a_head_in_a_namespace_that_is_not_ours_to_read_the_queues_word_counts(status, held):
    nomad = in_queue(("render", status), **{"job/render/evaluations": NomadDenied("403")})

    verdict = read(nomad, ask=IN_VIDEO)

    assert (verdict is not None and verdict.waits_for is WaitsFor.QUEUE) is held


def test_a_child_of_ours_at_the_head_speaks_for_those_behind_it():
    """Those behind it have not been evaluated at all."""
    nomad = FakeNomad(**evaluations(9, are=blocked(WINDOWS)))
    nomad.answers["queue/jobs"] = {
        "Type": "fifo",
        "Workloads": [
            {"JobID": "transcode/dispatch-9", "Namespace": "default", "Status": "placing"}
        ],
    }

    verdict = read(nomad, ask=IN_VIDEO)

    assert verdict.waits_for is WaitsFor.CONSTRAINT
    assert [what for what, _ in nomad.asked][1:] == paths_of(9, 1, 2)


@pytest.mark.parametrize("answer", [{"Jobs": []}, NomadDenied("403"), Reply([])])
def test_a_queue_that_cannot_be_read_leaves_the_childrens_own_word(answer):
    nomad = FakeNomad(**evaluations(1, are=blocked(WINDOWS)), **{"queue/jobs": answer})

    assert read(nomad, ask=IN_VIDEO).waits_for is WaitsFor.CONSTRAINT

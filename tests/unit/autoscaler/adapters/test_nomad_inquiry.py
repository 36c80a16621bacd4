"""What Nomad knows of one child or node, as its answers tell it."""

import pytest

from autoscaler.adapters.nomad_inquiry import NomadInquiry
from autoscaler.core.model import WaitsFor
from autoscaler.core.resources import Ask
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import NomadUnavailable, ObservationError
from tests.builders import at
from tests.unit.autoscaler.adapters.fake_nomad import (
    FakeNomad,
    Reply,
    a_child,
    a_node_stub,
    a_task,
    an_allocation,
    recorded,
)

SELECTOR = NodeSelector(class_="transcode")
CHILD = "transcode/dispatch-2"
JOBS = ("transcode", "thumbs")


def a_job_form(**changes):
    """The recorded child, but for some fields."""
    return {**recorded("child-job"), "ID": CHILD, **changes}


def of_prefix(*stubs):
    """The list of jobs, by prefix and by state as the server filters it."""

    def answer(params):
        found = [one for one in stubs if one["ID"].startswith(params["prefix"])]
        if "filter" in params:
            found = [one for one in found if one["Status"] == "pending"]
        return found

    return answer


THREE = of_prefix(
    a_child(1), a_child(2, seconds=5), a_child(3, seconds=9), a_child(9, seconds=1, status="dead")
)


def ask(answers=None):
    """Of a Nomad with these children, no nodes, and answers by path."""
    nomad = FakeNomad(jobs=THREE, nodes=[], allocations=[])
    nomad.answers.update(answers or {})
    return NomadInquiry(nomad)


def facts(status="pending", evaluations=(), allocations=()):
    """Of the second child, with what Nomad says of it."""
    path = f"job/{CHILD}"
    answers = {
        path: a_job_form(Status=status),
        f"{path}/evaluations": list(evaluations),
        f"{path}/allocations": list(allocations),
    }
    return ask(answers).facts(CHILD, SELECTOR, at(30))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("transcode/dispatch-2", ("transcode/dispatch-2",)),
        ("dispatch-2", ("transcode/dispatch-2",)),
        ("3", ("transcode/dispatch-3",)),
        ("transcode/dispatch-", tuple(f"transcode/dispatch-{n}" for n in (1, 2, 3, 9))),
        ("nothing", ()),
    ],
)
def test_a_child_is_found_by_the_beginning_of_its_id_with_or_without_its_job(given, found):
    assert ask().find(given, JOBS) == found


def test_an_id_that_others_begin_with_is_itself():
    inquiry = NomadInquiry(FakeNomad(jobs=of_prefix(a_child(1), a_child(10))))

    assert inquiry.find("transcode/dispatch-1", JOBS) == ("transcode/dispatch-1",)


def test_jobs_that_are_no_children_are_not_found():
    parent = {**a_child(1), "ID": "transcode"}

    assert NomadInquiry(FakeNomad(jobs=of_prefix(parent))).find("transcode", JOBS) == ()


def test_all_pages_of_the_known_children_are_read():
    def answer(params):
        if "next_token" in params:
            return [a_child(2)]
        return Reply([a_child(1)], {"X-Nomad-Nexttoken": "more"})

    known = NomadInquiry(FakeNomad(jobs=answer)).known(("transcode",))

    assert known == ("transcode/dispatch-1", "transcode/dispatch-2")


def test_a_pending_childs_facts_are_its_ask_its_dispatch_its_account_and_its_place():
    found = facts(evaluations=recorded("child-evaluations"))

    assert (found.child, found.job, found.status) == (CHILD, "transcode", "pending")
    assert found.groups[0].ask == Ask(900, 200, 50)
    assert found.dispatched_at is not None
    assert found.verdict is not None
    assert found.verdict.waits_for is WaitsFor.CAPACITY
    assert found.ahead_count == 1
    assert (found.placements, found.retried_at, found.asked_at) == ((), None, at(30))


def test_a_running_childs_place_is_told():
    found = facts("running", allocations=[an_allocation(NodeName="n1")])

    (placed,) = found.placements
    assert (placed.node_id, placed.node_name, placed.live) == ("node-1", "n1", True)
    assert placed.started_at is not None
    assert placed.ended_at is None
    assert (found.verdict, found.ahead_count) == (None, None)


def test_a_failed_childs_end_is_told_in_the_words_of_the_task_that_failed():
    task = a_task("dead", "2026-02-28T12:00:00Z", "2026-02-28T12:00:09Z")
    events = ["Task started by client", "Exit Code: 65", "Not Restarting: no restarts allowed"]
    task |= {"Failed": True, "Events": [{"DisplayMessage": text} for text in events]}
    ended = an_allocation(ClientStatus="failed", TaskStates={"tc": task})

    (placed,) = facts("dead", allocations=[ended]).placements

    assert (placed.live, placed.succeeded) == (False, False)
    assert placed.detail == "Exit Code: 65"
    assert (placed.ended_at - placed.started_at).total_seconds() == 9


def test_a_child_that_ended_well_is_told_so():
    task = a_task("dead", "2026-02-28T12:00:00Z", "2026-02-28T12:00:09Z")
    ended = an_allocation(ClientStatus="complete", TaskStates={"tc": task})

    (placed,) = facts("dead", allocations=[ended]).placements

    assert (placed.live, placed.succeeded) == (False, True)


def test_an_evaluation_that_waits_for_its_time_is_when_the_child_is_tried_again():
    (blocked, complete) = recorded("child-evaluations")
    waits = {**blocked, "Status": "pending", "WaitUntil": "2026-03-01T12:01:00Z"}
    zero = {**blocked, "Status": "pending", "WaitUntil": "0001-01-01T00:00:00Z"}

    assert facts(evaluations=[complete, waits, zero]).retried_at == at(60)


def test_a_child_that_nomad_forgets_meanwhile_is_told_so():
    with pytest.raises(ObservationError, match="forgotten transcode/dispatch-2"):
        ask().facts(CHILD, SELECTOR, at(0))


def test_a_node_of_another_pool_is_told_by_its_class_and_its_place():
    stub = a_node_stub(1, NodeClass="db", Datacenter="dc2")
    inquiry = NomadInquiry(FakeNomad(nodes=[a_node_stub(2), stub]))

    assert inquiry.node("n1") == inquiry.node("node-1")
    assert "class db, node pool default, datacenter dc2, ready" in inquiry.node("n1")
    assert inquiry.node("n3") is None


def test_nomads_silence_is_not_an_answer():
    inquiry = NomadInquiry(FakeNomad(jobs=NomadUnavailable("refused")))

    with pytest.raises(NomadUnavailable):
        inquiry.find("transcode", JOBS)

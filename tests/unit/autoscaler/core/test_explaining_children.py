"""Why a child waits, or that it does not: each cause, by its code and the numbers with it."""

from dataclasses import replace

import pytest

from autoscaler.core.child import ChildFacts, Placement
from autoscaler.core.explaining_children import several_children, unknown_child
from autoscaler.core.model import (
    Constraint,
    GroupAsk,
    Missing,
    NodeFacts,
    Running,
    Verdict,
    WaitsFor,
)
from autoscaler.core.resources import Ask, Resources
from tests.builders import (
    ASK,
    SHAPE,
    a_node,
    a_queue,
    an_observation,
    at,
    some_settings,
)
from tests.unit.autoscaler.core.explained import BIG, CHILD, codes, detail, explained, pending


def test_a_child_that_is_too_large_is_told_by_which_dimension():
    observed = an_observation(a_node(), queue=a_queue(1, ask=BIG))

    found = explained(pending(), observed)

    assert found.code == "unplaceable"
    assert "it asks memory 9000 MiB, the largest node offers 2000 MiB" in found.sentence
    assert found.numbers == {"asks_memory_mib": 9000, "offers_memory_mib": 2000}
    assert codes(found) == ["unplaceable", "pending"]


def test_a_child_that_is_too_large_for_every_node_is_told_the_largest_of_them():
    large = a_node(2, capacity=Resources(4000, 8000, 10_000))
    observed = an_observation(a_node(1), large, queue=a_queue(1, ask=BIG))

    assert explained(pending(), observed).numbers["offers_memory_mib"] == 8000


def test_a_child_that_a_larger_node_could_take_is_not_told_that_it_never_starts():
    """New nodes are taken to be as small as the smallest, yet one that is there could hold it."""
    large = a_node(2, live=2, capacity=Resources(4000, 12_000, 10_000), allocated=SHAPE)
    observed = an_observation(
        a_node(1, live=2),
        replace(large, allocated=Resources(4000, 12_000)),
        queue=a_queue(1, ask=BIG),
    )

    found = explained(pending(), observed)

    assert found.code == "no_room"
    assert "only n2: it starts once enough of the work there has ended" in found.sentence


def test_before_any_node_was_seen_the_configured_size_is_told():
    observed = an_observation(queue=a_queue(1, ask=BIG))

    assert "by the configuration a node offers 2000 MiB" in explained(pending(), observed).sentence


def test_a_constraint_is_told_with_what_the_nodes_have_of_it():
    arm = Constraint("${attr.cpu.arch}", "=", "arm64")
    queue = a_queue(1, groups=(GroupAsk("main", ASK, constraints=(arm,)),))
    facts = NodeFacts("amd", {"attr.cpu.arch": "amd64"})
    observed = an_observation(a_node(1, facts=facts), a_node(2, facts=facts), queue=queue)

    found = explained(pending(), observed)

    assert found.code == "constraint"
    assert "${attr.cpu.arch} = arm64: the nodes have amd64 (2)" in found.sentence
    assert found.numbers == {"constraint": "${attr.cpu.arch} = arm64"}


@pytest.mark.parametrize(
    ("waits_for", "code"),
    [
        (WaitsFor.CONSTRAINT, "constraint"),
        (WaitsFor.QUOTA, "quota"),
        (WaitsFor.QUEUE, "queue_head"),
    ],
)
def test_what_nomad_holds_its_job_by_is_told_in_nomads_words(waits_for, code):
    verdict = Verdict(waits_for, "of Nomad's own telling")
    observed = an_observation(a_node(), queue=a_queue(2, verdict=verdict))

    found = explained(pending(), observed)

    assert found.code == code
    assert found.sentence.endswith("of Nomad's own telling")
    assert code in codes(found)


def test_nomads_word_on_the_child_itself_goes_before_that_on_its_job():
    observed = an_observation(a_node(), queue=a_queue(2))
    facts = pending(verdict=Verdict(WaitsFor.QUOTA, "quota prod is reached"))

    found = explained(facts, observed)

    assert found.code == "quota"
    assert "quota prod is reached" in found.sentence


def test_a_child_whose_job_asks_for_something_else_by_now_is_told_so():
    own = (GroupAsk("main", Ask(1500, 1500, 300)),)

    found = explained(pending(groups=own), an_observation(a_node(1), queue=a_queue(1)))

    assert "other_ask" in codes(found)


def test_a_child_that_came_after_the_picture_is_told_so():
    found = explained(pending(dispatched_at=at(70), asked_at=at(71)), an_observation(a_node(1)))

    assert found.code == "room"
    assert "too_new" in codes(found)


@pytest.mark.parametrize("part", ["nodes", "group", "queue"])
def test_what_cannot_be_read_is_no_reason_to_guess(part):
    missing = (Missing("nomad", part, "connection refused"),)
    observed = an_observation(a_node(1, live=2), queue=a_queue(1), missing=missing)
    gone: dict[str, dict[str, object]] = {
        "nodes": {"nodes": None},
        "group": {"groups": None},
        "queue": {"queues": ()},
    }

    found = explained(pending(), replace(observed, **gone[part]))

    assert found.code == "incomplete"
    assert codes(found) == ["incomplete"]


def placed(**changes: object) -> Placement:
    one = Placement("node-1", "n1", live=True, succeeded=False, placed_at=at(10))
    return replace(one, **changes)  # type: ignore[arg-type]  # As above.


def test_a_running_child_does_not_wait():
    facts = pending(status="running", placements=(placed(started_at=at(20)),))

    found = explained(facts, an_observation(a_node(1, live=1)))

    assert found.code == "running"
    assert "running since 12:00:20 UTC, 40 s, on n1 (i-1)" in found.sentence


def test_a_child_whose_task_is_being_started_waits_for_no_node():
    found = explained(pending(placements=(placed(),)), an_observation(a_node(1, live=1)))

    assert found.code == "starting"


@pytest.mark.parametrize(
    ("succeeded", "code", "words"),
    [(True, "finished", "finished well on n1"), (False, "failed", "failed on n1")],
)
def test_a_child_that_ended_does_not_wait(succeeded, code, words):
    end = placed(
        live=False, succeeded=succeeded, started_at=at(20), ended_at=at(50), detail="Exit Code: 65"
    )

    found = explained(pending(status="dead", placements=(end,)), an_observation())

    assert found.code == code
    assert words in found.sentence
    assert "at 12:00:50 UTC, after 30 s" in found.sentence
    assert ("Exit Code: 65" in found.sentence) is not succeeded


def test_a_child_that_was_stopped_before_it_started_is_told_so():
    assert "stopped before" in explained(pending(status="dead"), an_observation()).sentence


def test_a_child_that_nomad_tries_again_is_told_when():
    failed = placed(live=False, detail="Exit Code: 75")

    found = explained(pending(placements=(failed,), retried_at=at(90)), an_observation())

    assert found.code == "retrying"
    assert "tries it again in 30 s (12:01:30 UTC): Exit Code: 75" in found.sentence


def test_without_nomad_the_picture_shows_what_runs():
    one = Running("transcode", at(20), at(19), child=CHILD)
    observed = an_observation(a_node(1, live=1, running=(one,)))
    facts = ChildFacts(CHILD, "transcode", unasked="connection refused")

    assert explained(facts, observed).code == "running"


def test_without_nomad_what_is_told_of_a_child_that_may_wait_is_conditional():
    observed = an_observation(a_node(1, live=2), queue=a_queue(2))
    facts = ChildFacts(CHILD, "transcode", dispatched_at=at(0), unasked="connection refused")

    found = explained(facts, observed, some_settings(size_max=1))

    assert found.code == "size_max"
    assert found.sentence.startswith("if it still waits: no node has room")
    assert "connection refused" in found.details[-1].sentence
    # Of those that came at one time with it, all may be before it.
    assert detail(found, "position").numbers["position"] == 2


def test_a_child_of_a_job_that_the_pool_does_not_serve_is_told_so():
    found = explained(pending(job="other"), an_observation())

    assert found.code == "not_ours"


def test_an_unknown_id_is_told_with_those_that_could_be_meant():
    known = (CHILD, "transcode/dispatch-1-ffffffff")

    found = unknown_child("0a1b2c3d", known)

    assert found.code == "unknown"
    assert f"did you mean {CHILD}?" in found.sentence
    assert "forgets children" in unknown_child("zzz", ()).sentence
    assert "give more" in several_children("transcode", known).sentence


def test_what_a_new_node_is_expected_to_have_is_told_where_none_is_ready():
    elsewhere = Constraint("${node.class}", "=", "other")
    odd = Constraint("linux", "=", "windows")
    queue = a_queue(1, groups=(GroupAsk("main", ASK, constraints=(elsewhere,)),))

    found = explained(pending(), an_observation(queue=queue))

    assert "${node.class} = other: a new node is expected to have transcode" in found.sentence
    verdict = Verdict(WaitsFor.CONSTRAINT, f"no node of the pool satisfies: {odd.text}")
    held = a_queue(1, groups=(GroupAsk("main", ASK, constraints=(odd,)),), verdict=verdict)
    told = explained(pending(), an_observation(a_node(1), queue=held))
    assert "what the nodes have of it is not known" in told.details[0].sentence


def test_a_constraint_that_nomad_names_is_told_with_what_the_nodes_have():
    version = Constraint("${attr.os.version}", "version", ">= 99")
    verdict = Verdict(WaitsFor.CONSTRAINT, f"no node of the pool satisfies: {version.text}")
    groups = (GroupAsk("main", ASK, constraints=(version,)),)
    facts = NodeFacts("old", {"attr.os.version": "22.04"})
    observed = an_observation(
        a_node(1, facts=facts),
        a_node(2, facts=NodeFacts("bare", {})),
        a_node(3),
        queue=a_queue(1, groups=groups, verdict=verdict),
    )

    found = explained(pending(groups=groups), observed)

    assert found.code == "constraint"
    assert "22.04 (1), no such fact (1), what is not known (1)" in found.details[0].sentence

"""Why a child waits: each cause, by its code and the numbers in its sentence."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.child import ChildFacts, Placement
from autoscaler.core.explaining import Explanation
from autoscaler.core.explaining_children import explain_child, several_children, unknown_child
from autoscaler.core.memory import Boot, Memory, Trouble
from autoscaler.core.model import (
    Cohort,
    Constraint,
    FailureKind,
    GroupAsk,
    Lifecycle,
    Missing,
    NodeFacts,
    Observation,
    Running,
    Verdict,
    WaitsFor,
)
from autoscaler.core.policy import decide
from autoscaler.core.resources import Ask, Resources
from autoscaler.core.settings import PoolSettings, ScaleOut
from tests.builders import (
    ASK,
    SHAPE,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    some_settings,
)

CHILD = "transcode/dispatch-1772366400-0a1b2c3d"
NOW = at(60)
BIG = Ask(1000, 9000, 300)


def pending(**changes: object) -> ChildFacts:
    """A child that waits since the epoch, asked of Nomad."""
    facts = ChildFacts(CHILD, "transcode", "pending", at(0), ahead_count=0, asked_at=NOW)
    return replace(facts, **changes)  # type: ignore[arg-type]  # Fields by name, as replace takes.


def explained(
    facts: ChildFacts,
    observed: Observation,
    settings: PoolSettings | None = None,
    memory: Memory | None = None,
) -> Explanation:
    """What is told of it when the pool's own decision has been made."""
    settings, memory = settings or some_settings(), memory or Memory()
    decision = decide(observed, settings, memory, NOW)
    return explain_child(facts, observed, decision, settings, memory, NOW)


def detail(explanation: Explanation, code: str) -> Explanation:
    return next(one for one in explanation.details if one.code == code)


def codes(explanation: Explanation) -> list[str]:
    return [one.code for one in explanation.details]


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


def test_room_on_a_ready_node_is_told_with_the_nodes_that_have_it():
    observed = an_observation(a_node(1, live=2), a_node(2, live=1), queue=a_queue(1))

    found = explained(pending(), observed)

    assert found.code == "room"
    assert "room for it on n2" in found.sentence


def test_room_that_nomad_does_not_use_for_long_is_told_with_whom_to_ask():
    observed = an_observation(a_node(), queue=a_queue(1))
    memory = Memory(fitting_since=at(-60))

    found = explained(pending(), observed, memory=memory)

    assert found.code == "not_placed"
    assert f"`nomad job status {CHILD}`" in found.sentence


def test_a_child_behind_those_that_fill_the_ready_nodes_has_a_place_on_what_is_in_flight():
    group = a_group(an_instance(1), an_instance(2, lifecycle=Lifecycle.PENDING, launched_at=at(30)))
    observed = an_observation(a_node(1), queue=a_queue(3), group=group)
    boots = {"i-2": Boot("nomad-clients", at(20), at(30))}
    memory = Memory(boots=boots, boot_seconds=(100.0,))

    found = explained(pending(ahead_count=2), observed, memory=memory)

    assert found.code == "in_flight"
    assert "i-2, asked for 40 s ago and launched 30 s ago" in found.sentence
    assert "in 60 s (12:02:00 UTC), as boots take about 100 s" in found.sentence
    assert found.numbers["ready_seconds"] == 60.0
    assert detail(found, "position").numbers == {
        "position": 3,
        "pending_count": 3,
        "ahead_count": 2,
    }
    assert explained(pending(ahead_count=1), observed, memory=memory).code == "room"


def test_an_instance_that_aws_has_yet_to_launch_is_told_so():
    group = a_group(desired=1)
    observed = an_observation(queue=a_queue(1), group=group)

    found = explained(pending(), observed)

    assert found.code == "in_flight"
    assert "nomad-clients was asked for and AWS has not launched yet" in found.sentence
    assert "for none was seen yet" in found.sentence


def test_a_boot_that_takes_longer_than_most_is_no_promise():
    group = a_group(an_instance(2, lifecycle=Lifecycle.PENDING, launched_at=at(-290)))
    observed = an_observation(queue=a_queue(1), group=group)
    memory = Memory(boots={"i-2": Boot("nomad-clients", at(-300))}, boot_seconds=(100.0,))

    assert (
        "takes longer than most (100 s)" in explained(pending(), observed, memory=memory).sentence
    )


def test_what_was_asked_for_by_this_very_decision_is_told():
    found = explained(pending(), an_observation(queue=a_queue(3)))

    assert found.code == "ordered"
    assert "2 instances of nomad-clients" in found.sentence
    assert found.numbers["asked_count"] == 2


def test_orders_that_aws_refused_are_no_place_to_wait_for():
    observed, settings = an_observation(queue=a_queue(1)), some_settings()
    decision = decide(observed, settings, Memory(), NOW).placed_only(frozenset())

    found = explain_child(pending(), observed, decision, settings, Memory(), NOW)

    assert found.code == "no_room"


def test_a_group_at_its_maximum_is_told_with_when_what_runs_makes_room():
    observed = an_observation(a_node(1, live=2), queue=a_queue(1))
    memory = Memory(service_seconds={"transcode": {"": (100.0,) * 50}})

    found = explained(pending(), observed, some_settings(size_max=1), memory)

    assert found.code == "size_max"
    assert "the pool's maximum is 1" in found.sentence
    # It began 30 s before the epoch, takes 100 s, and a minute has passed.
    assert found.numbers["start_seconds"] == pytest.approx(10, abs=3)
    nearest = detail(found, "no_room").sentence
    assert "n1, has free of what it asks: cpu 0 of 1000 MHz, memory 0 of 1000 MiB" in nearest


def test_a_cooldown_is_told():
    settings = some_settings(scale_out=ScaleOut(cooldown=timedelta(minutes=5)))
    observed = an_observation(a_node(1, live=2), queue=a_queue(1))

    found = explained(pending(), observed, settings, Memory(last_scale_out_at=at(0)))

    assert found.code == "scale_out_cooldown"
    assert "240 s of scale-out cooldown left" in found.sentence


def test_launches_that_fail_are_told_with_the_mend():
    trouble = Trouble(FailureKind.QUOTA, 3, at(50), "limit exceeded")
    observed = an_observation(a_node(1, live=2), queue=a_queue(1))

    found = explained(pending(), observed, memory=Memory(troubles={"nomad-clients": trouble}))

    assert found.code == "launch_failure"
    assert "ask AWS to raise the account's limit" in found.sentence


def test_new_nodes_that_never_join_are_told():
    memory = Memory(never_joined_count=3, last_never_joined_at=at(50))
    observed = an_observation(a_node(1, live=2), queue=a_queue(1))

    assert explained(pending(), observed, memory=memory).code == "never_joined"


def test_the_rest_of_a_large_order_is_told_to_come_next():
    settings = some_settings(scale_out=ScaleOut(max_step=1))

    found = explained(pending(ahead_count=5), an_observation(queue=a_queue(6)), settings)

    assert found.code == "max_step"
    assert found.details[0].code in ("expected", "no_room")


def test_a_child_that_waits_on_purpose_is_told_when_it_starts_and_until_when_it_may_wait():
    settings = some_settings(strategy="backlog")
    queue = a_queue(1, waiting=(Cohort(at(50), 1),))
    observed = an_observation(a_node(1, live=2), queue=queue)
    memory = Memory(service_seconds={"transcode": {"": (100.0,) * 50}}, boot_seconds=(20.0,) * 5)

    found = explained(pending(dispatched_at=at(50)), observed, settings, memory)

    assert found.code == "backlog"
    assert found.sentence.startswith("it waits on purpose, without a node bought for it")
    assert "the target is 2 min, which ends in 110 s (12:02:50 UTC)" in found.sentence
    assert found.numbers["start_seconds"] == pytest.approx(10, abs=3)
    assert found.numbers["target_seconds"] == 120


def test_children_of_other_jobs_that_go_before_are_counted_by_job():
    urgent = a_queue(4, job="urgent", priority=90)
    hopeless = a_queue(7, job="huge", priority=90, ask=BIG)
    observed = replace(an_observation(a_node(1, live=2)), queues=(urgent, hopeless, a_queue(2)))
    settings = some_settings(jobs=("transcode", "urgent", "huge"))

    found = explained(pending(ahead_count=1), observed, settings)

    position = detail(found, "position")
    assert position.numbers == {"position": 2, "pending_count": 2, "ahead_count": 5}
    assert "5 ahead of it in all (4 of urgent)" in position.sentence


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


@given(
    pending_count=st.integers(1, 12),
    live=st.lists(st.integers(0, 2), max_size=3),
    flights=st.integers(0, 2),
    size_max=st.integers(0, 6),
)
def test_every_place_is_given_once(pending_count, live, flights, size_max):
    """First those of ready nodes, then those in flight, then those asked for; the rest wait."""
    nodes = [a_node(number, live=count) for number, count in enumerate(live, 1)]
    young = [an_instance(90 + number, launched_at=at(50)) for number in range(flights)]
    group = a_group(*(an_instance(number) for number in range(1, len(nodes) + 1)), *young)
    observed = an_observation(*nodes, queue=a_queue(pending_count), group=group)
    settings = some_settings(size_max=size_max)

    found = [
        explained(pending(ahead_count=ahead), observed, settings).code
        for ahead in range(pending_count)
    ]

    ordered = decide(observed, settings, Memory(), NOW).buy
    places = (
        ["room"] * sum(2 - count for count in live)
        + ["in_flight"] * 2 * flights
        + ["ordered"] * 2 * ordered
        + ["size_max"] * pending_count
    )
    assert found == places[:pending_count]

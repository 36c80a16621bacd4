"""What a child waits for that fits its pool: where it finds room, when, what keeps that back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.decision import Decision, Reason, Rule
from autoscaler.core.explaining_children import explain_child
from autoscaler.core.memory import Boot, Memory, Trouble
from autoscaler.core.model import (
    Cohort,
    FailureKind,
    Lifecycle,
)
from autoscaler.core.policy import decide
from autoscaler.core.settings import ScaleOut, Step
from tests.builders import (
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    some_settings,
)
from tests.unit.autoscaler.core.explained import BIG, CHILD, NOW, codes, detail, explained, pending


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
    assert "in about 60 s (12:02:00 UTC), as boots take about 100 s" in found.sentence
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
    assert found.sentence.startswith(
        "it waits on purpose, as it starts in time without a node bought"
    )
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


def test_a_child_that_can_wait_for_a_single_node_is_told_that_it_is_left_for_later():
    settings = some_settings(strategy="backlog")
    queue = a_queue(1, waiting=(Cohort(at(50), 1),))
    observed = an_observation(a_node(1, live=2), queue=queue)
    memory = Memory(service_seconds={"transcode": {"": (900.0,) * 50}}, boot_seconds=(20.0,) * 5)

    found = explained(pending(dispatched_at=at(50)), observed, settings, memory)

    assert found.code == "lazy_single"
    assert "one more node is left for later" in found.sentence
    assert "likely to start without it in about 14 min" in found.sentence


def test_a_child_behind_what_is_bought_waits_its_turn():
    """Children of 20 s each: a node serves several in time, and not one is bought for each two."""
    settings = some_settings(strategy="backlog")
    queue = a_queue(40, waiting=(Cohort(at(50), 40),))
    memory = Memory(service_seconds={"transcode": {"": (20.0,) * 50}}, boot_seconds=(20.0,) * 5)

    found = explained(pending(ahead_count=39), an_observation(queue=queue), settings, memory)

    assert found.code in ("backlog", "last_chance")
    assert "it waits its turn: " in found.sentence
    assert "bought now, the fewest with which all start in time" in found.sentence
    assert 0 < found.numbers["start_seconds"] < 120


def test_a_target_that_has_passed_is_told_so():
    settings = some_settings(strategy="backlog", size_max=1)
    observed = an_observation(a_node(1, live=2), queue=a_queue(1))
    decision = Decision("transcode", 1, 1, (Reason(Rule.BACKLOG, "all start"),), Memory())
    facts = pending(dispatched_at=at(-100))

    found = explain_child(facts, observed, decision, settings, Memory(), NOW)

    assert "the target is 2 min, which has passed" in found.sentence


def test_a_child_for_which_a_node_is_taken_back_is_told_which():
    group = a_group(an_instance(1), marks={"i-1": at(50)})
    observed = an_observation(a_node(1, eligible=False), queue=a_queue(1), group=group)

    found = explained(pending(), observed)

    assert found.code == "uncordon"
    assert found.sentence.endswith("where it will start: n1")


def test_a_queue_below_the_first_step_is_told_by_what_the_decision_says():
    settings = some_settings(strategy="steps")
    scaling = replace(settings.scaling, steps=(Step(queue=5, add=1),))
    observed = an_observation(queue=a_queue(2))

    found = explained(pending(), observed, replace(settings, scaling=scaling))

    assert found.code == "no_room"
    assert "later than can be foreseen" in found.sentence
    assert codes(found)[:2] == ["demand", "no_room"]


def test_what_runs_may_make_room_before_what_boots_is_ready():
    group = a_group(an_instance(1), an_instance(2, lifecycle=Lifecycle.PENDING, launched_at=at(50)))
    observed = an_observation(a_node(1, live=2), queue=a_queue(1), group=group)
    memory = Memory(service_seconds={"transcode": {"": (100.0,) * 50}}, boot_seconds=(200.0,))

    found = explained(pending(), observed, memory=memory)

    assert found.code == "in_flight"
    assert detail(found, "expected").numbers["start_seconds"] == pytest.approx(10, abs=5)

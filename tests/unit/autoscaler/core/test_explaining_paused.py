"""Of a paused pool: why children wait and nodes stay, and what would be done else."""

from dataclasses import replace

import pytest

from autoscaler.core.explaining_decisions import DecisionRecord, explain_decisions
from autoscaler.core.memory import Memory
from autoscaler.core.model import Lifecycle, Missing, Notice, NoticeKind
from autoscaler.core.pause import Pause
from autoscaler.core.policy import decide
from tests.builders import (
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    idle_since,
    some_settings,
)
from tests.unit.autoscaler.core import explained, explained_node

PAUSE = Pause(at(0), at(3600), "moving the database", "ann")
WHY = "paused by ann until 13:00:00 UTC (in 59 min): moving the database; nothing is done"
ELSE = "nothing is done with it while the pool is paused; else: "


def paused(observed):
    return replace(observed, pause=PAUSE)


def of_child(observed):
    return explained.explained(explained.pending(), paused(observed))


def of_node(observed, node="n1", **more):
    return explained_node.explained(paused(observed), node=node, **more)


def marked(*numbers, **changes):
    """Instances that carry our mark since long."""
    marks = {f"i-{number}": at(-600) for number in numbers}
    return a_group(*(an_instance(number, **changes) for number in numbers), marks=marks)


def test_a_child_without_room_waits_as_none_is_bought_while_paused():
    found = of_child(an_observation(queue=a_queue(1)))

    assert found.code == "paused"
    assert found.sentence == (
        f"no node has room for it, and none is bought, as the pool is paused: {WHY}"
    )


def test_a_child_that_has_room_waits_for_nomad_alone():
    assert of_child(an_observation(a_node(1), queue=a_queue(1))).code == "room"


def test_a_child_that_has_a_place_on_what_is_on_its_way_waits_for_that():
    booting = an_observation(queue=a_queue(1), group=a_group(an_instance(1)))

    assert of_child(booting).code == "in_flight"


def test_a_child_for_which_a_cordoned_node_has_room_is_told_that_it_is_not_taken_back():
    going = an_observation(a_node(1, eligible=False), queue=a_queue(1), group=marked(1))

    found = of_child(going)

    assert found.code == "paused"
    assert found.sentence.startswith("a node on its way out has room for it (n1), and is not taken")
    assert explained.codes(found)[:2] == ["paused", "uncordon"]


def test_of_a_pool_that_could_not_be_read_the_pause_is_told_as_well():
    blind = replace(an_observation(missing=(Missing("nomad", "nodes", "gone"),)), nodes=None)

    for found in (of_child(blind), of_node(blind)):
        assert found.code == "incomplete"
        assert WHY in [one.sentence for one in found.details]


@pytest.mark.parametrize(
    ("observed", "otherwise"),
    [
        (an_observation(a_node(1, eligible=False), group=marked(1)), "it goes now: it has settled"),
        (
            an_observation(a_node(1, eligible=False), queue=a_queue(1), group=marked(1)),
            "it stays: it was on its way out and is taken back now",
        ),
        (
            an_observation(
                a_node(1, eligible=False),
                group=a_group(an_instance(1), marks={"i-1": at(58)}),
            ),
            "it goes: cordoned by us since 12:00:58 UTC",
        ),
        (
            an_observation(
                a_node(1, live=1),
                group=a_group(an_instance(1, notice=Notice(NoticeKind.SPOT_INTERRUPTION, at(50)))),
            ),
            "it goes, as AWS takes it: cordoned now",
        ),
        (
            an_observation(a_node(1, eligible=False), group=marked(1, lifecycle=Lifecycle.HELD)),
            "it goes: AWS ends its instance, and nothing runs there",
        ),
        (
            an_observation(
                a_node(1, live=1, eligible=False),
                group=a_group(an_instance(1), marks={"i-1": at(-20)}),
            ),
            "it goes once its work has ended: cordoned by us",
        ),
        (an_observation(a_node(1)), "it stays: idle since 12:01:00 UTC, 0 s, and idle nodes are"),
    ],
)
def test_of_a_node_is_told_what_would_be_done_with_it_else(observed, otherwise):
    found = of_node(observed)

    assert found.code == "paused"
    assert found.sentence.startswith(ELSE + otherwise)
    assert found.details[0].sentence == WHY
    assert found.numbers["node"] == "n1"


def test_what_is_not_ours_to_decide_is_told_as_ever():
    busy, foreign = a_node(1, live=1), a_node(2, eligible=False)

    assert of_node(an_observation(busy, foreign)).code == "busy"
    assert of_node(an_observation(busy, foreign), node="n2").code == "foreign_cordon"


def test_an_instance_that_never_became_a_node_is_kept_while_paused():
    lost = an_observation(group=a_group(an_instance(1, launched_at=at(-3600)), size_min=1))

    found = of_node(lost, node="i-1")

    assert found.code == "paused"
    assert found.sentence.startswith(f"{ELSE}it became no node within 10 min of its launch")


def test_a_held_instance_that_is_no_node_is_not_let_go_while_paused():
    held = an_observation(group=a_group(an_instance(1, lifecycle=Lifecycle.HELD), desired=0))

    assert of_node(held, node="i-1").sentence.startswith(f"{ELSE}it goes: AWS ends it")


def test_the_decision_says_that_nothing_changed_and_what_would_have():
    observed = an_observation(queue=a_queue(3))
    settings, memory = some_settings(), Memory()
    decisions = [
        decide(paused(observed), settings, memory, at(60)),
        decide(paused(an_observation(a_node(1))), settings, idle_since(0, 1), at(60)),
    ]

    buys, holds = (
        explain_decisions([DecisionRecord(at(60), "c-1", "no_op", decision)])[0].explanation
        for decision in decisions
    )

    assert buys.code == "held"
    assert buys.sentence == "desired stays at 0: paused, else it would be 2"
    assert buys.details[0].sentence == WHY
    assert holds.sentence == "desired stays at 1"

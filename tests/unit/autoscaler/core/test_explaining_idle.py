"""Why an idle node stays, and that it goes when it is told to go."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.memory import Arrivals, Memory
from autoscaler.core.model import (
    Constraint,
    GroupAsk,
    Missing,
    NodeFacts,
    Window,
)
from autoscaler.core.policy import decide
from autoscaler.core.settings import PoolSettings, ScaleIn
from tests.builders import (
    ASK,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    idle_since,
    some_settings,
)
from tests.unit.autoscaler.core.explained_node import NOW, explained, on


def test_an_idle_node_is_told_since_when_and_when_it_goes():
    found = explained(an_observation(a_node(1)), memory=idle_since(0, 1))

    assert found.code == "idle_after"
    assert "idle since 12:00:00 UTC, 60 s" in found.sentence
    assert "it goes in 4 min (12:05:00 UTC) unless work comes" in found.sentence
    assert found.numbers["goes_at"] == at(300)


def test_an_idle_node_that_goes_now_is_told_when_it_ends():
    found = explained(an_observation(a_node(1)), memory=idle_since(-400, 1))

    assert found.code == "cordon"
    assert "looked at again in 5 s (12:01:05 UTC), and then ended" in found.sentence


def test_an_idle_node_behind_others_that_go_is_told_so():
    settings = some_settings(scale_in=ScaleIn(idle_after=timedelta(0), max_step=1))
    observed = an_observation(a_node(1), a_node(2))
    memory = replace(idle_since(-400, 1), idle_since={"node-1": at(-500), "node-2": at(-400)})

    assert explained(observed, settings, memory, node="n1").code == "cordon"
    assert explained(observed, settings, memory, node="n2").code == "scale_in_step"


def test_a_scale_in_cooldown_is_told_with_when_the_node_goes_after_it():
    settings = some_settings(
        scale_in=ScaleIn(idle_after=timedelta(0), cooldown=timedelta(minutes=2))
    )
    memory = replace(idle_since(0, 1), last_scale_in_at=at(0))

    found = explained(an_observation(a_node(1)), settings, memory)

    assert found.code == "scale_in_cooldown"
    assert found.numbers["goes_at"] == at(120)


@pytest.mark.parametrize(
    ("settings", "group", "words"),
    [
        ({"size_min": 1}, {}, "the pool's minimum is 1"),
        ({}, {"size_min": 1}, "the group nomad-clients has a minimum of 1"),
    ],
)
def test_a_node_that_a_minimum_keeps_is_told_whose_it_is(settings, group, words):
    observed = on(a_node(1), an_instance(1), **group)

    found = explained(observed, some_settings(**settings), idle_since(-400, 1))

    assert found.code == "size_min"
    assert words in found.sentence


def test_a_node_that_a_schedule_keeps_is_told_until_when():
    window = Window("0 8 * * *", 1, at(3600))
    observed = replace(an_observation(a_node(1)), windows=(window,))

    found = explained(observed, memory=idle_since(-400, 1))

    assert found.code == "schedule"
    assert "keeps 1 until 13:00:00 UTC" in found.sentence


def test_a_spare_node_is_told_so():
    settings = some_settings()
    spare = replace(settings, scaling=replace(settings.scaling, spare=1))

    assert explained(an_observation(a_node(1)), spare, idle_since(-400, 1)).code == "spare"


def test_a_node_that_is_kept_warm_is_told_why_and_when_that_ends():
    settings = some_settings(scale_in=ScaleIn(idle_after=None))
    memory = replace(idle_since(0, 1), arrivals=(Arrivals(at(0), 400),), boot_seconds=(120.0,) * 5)

    found = explained(an_observation(a_node(1)), settings, memory)

    assert found.code == "keep_warm"
    assert "26.7 children a minute" in found.sentence
    # In a quarter of an hour those that came no longer count.
    assert found.numbers["goes_at"] == at(900)


def test_an_idle_node_that_pending_children_will_take_stays_for_them():
    found = explained(an_observation(a_node(1), queue=a_queue(1)), memory=idle_since(-400, 1))

    assert found.code == "demand"
    assert "pending children have room on it" in found.sentence


def test_an_idle_node_stays_while_others_wait_for_room():
    """Children that may not run on it, and that a new node would take."""
    amd = Constraint("${attr.cpu.arch}", "=", "amd64")
    queue = a_queue(3, groups=(GroupAsk("main", ASK, constraints=(amd,)),))
    observed = an_observation(
        a_node(1, facts=NodeFacts("arm", {"attr.cpu.arch": "arm64"})),
        a_node(2, live=2, facts=NodeFacts("amd", {"attr.cpu.arch": "amd64"})),
        queue=queue,
    )

    found = explained(observed, memory=idle_since(-400, 1))

    assert found.code == "demand"
    assert "while children still wait for room" in found.sentence


def test_an_idle_node_stays_in_a_cycle_that_takes_another_back():
    group = a_group(an_instance(1), an_instance(2), marks={"i-2": at(50)})
    observed = an_observation(a_node(1), a_node(2), group=group)

    found = explained(observed, memory=idle_since(-400, 1))

    assert found.code == "uncordon"
    assert "takes others back (n2)" in found.sentence


def test_nothing_is_let_go_while_a_part_of_the_picture_is_unknown():
    missing = (Missing("nomad", "queue", "connection refused"),)
    observed = an_observation(a_node(1), missing=missing)

    assert explained(observed, memory=idle_since(-400, 1)).code == "incomplete"


@st.composite
def scale_ins(draw: st.DrawFn) -> PoolSettings:
    """Settings of every kind that keep an idle node for some time."""
    idle_after = draw(st.one_of(st.none(), st.integers(0, 600)))
    scale_in = ScaleIn(
        idle_after=None if idle_after is None else timedelta(seconds=idle_after),
        cooldown=timedelta(seconds=draw(st.integers(0, 300))),
        max_step=100,
        pack_tail=False,
    )
    settings = some_settings(size_min=draw(st.integers(0, 2)), scale_in=scale_in)
    return replace(settings, scaling=replace(settings.scaling, spare=draw(st.integers(0, 2))))


@given(
    idle_for=st.lists(st.integers(0, 900), min_size=1, max_size=4),
    busy=st.integers(0, 2),
    arrivals=st.lists(st.tuples(st.integers(0, 890), st.integers(1, 300)), max_size=3),
    settings=scale_ins(),
)
def test_an_idle_node_goes_when_it_is_told_to_go_and_not_before(idle_for, busy, arrivals, settings):
    """Of the very function that decides: nothing comes, and the told instant is the first."""
    numbers = range(1, len(idle_for) + 1)
    nodes = [a_node(number) for number in numbers]
    nodes += [a_node(len(nodes) + more, live=2) for more in range(1, busy + 1)]
    since = {f"node-{number}": at(60 - age) for number, age in zip(numbers, idle_for, strict=True)}
    memory = Memory(
        idle_since=since,
        last_scale_in_at=at(0),
        arrivals=tuple(Arrivals(at(60 - age), n) for age, n in sorted(arrivals, reverse=True)),
    )
    observed = an_observation(*nodes)
    for node in nodes[: len(idle_for)]:
        found = explained(observed, settings, memory, node=node.name)
        goes_at = found.numbers.get("goes_at")
        gone = {ref.name for ref in decide(observed, settings, memory, NOW).cordon}
        assert (found.code == "cordon") == (node.name in gone)
        if goes_at is not None:
            then = decide(observed, settings, memory, goes_at)
            before = decide(observed, settings, memory, goes_at - timedelta(seconds=1))
            assert node.name in {ref.name for ref in then.cordon}
            assert node.name not in {ref.name for ref in before.cordon}

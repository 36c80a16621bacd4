"""The state of each node: what is listed adds up to what the decision counted."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.memory import Memory, Trouble
from autoscaler.core.model import (
    FailureKind,
    Lifecycle,
    Node,
    NodeStatus,
    Notice,
    NoticeKind,
    Observation,
)
from autoscaler.status.picture import nodes_status
from autoscaler.status.states import Entry, Sightings, entries_of
from tests.builders import a_group, a_node, an_instance, an_observation, at, some_settings
from tests.unit.autoscaler.status.cycles import a_report

INELIGIBLE = {"eligible": False}
DOWN = {"status": NodeStatus.DOWN}
NOTICE = Notice(NoticeKind.SPOT_INTERRUPTION, at(-5))


def state_of(
    *, node=None, instance=None, there: bool = True, marked: bool = False, known: bool = True
) -> str:
    """Of one node on one instance, with these differences from ready ones."""
    nodes = (a_node(1, **(node or {})),) if known else ()
    instances = (an_instance(1, **(instance or {})),) if there else ()
    group = a_group(*instances, desired=0, marks={"i-1": at(-60)} if marked else {})
    (entry,) = entries_of(a_report(Observation("transcode", (), nodes, (group,))))
    return entry.state


@pytest.mark.parametrize(
    ("state", "what"),
    [
        ("idle", {}),
        ("busy", {"node": {"live": 1}}),
        ("idle", {"there": False}),
        ("cordoned", {"node": INELIGIBLE, "marked": True}),
        ("cordoned", {"node": {**INELIGIBLE, "live": 1}, "marked": True}),
        ("foreign", {"node": INELIGIBLE}),
        ("foreign", {"node": {"draining": True, **INELIGIBLE}, "marked": True}),
        ("leaving", {"node": INELIGIBLE, "marked": True, "there": False}),
        ("leaving", {"instance": {"lifecycle": Lifecycle.LEAVING}}),
        ("leaving", {"node": {"live": 1}, "instance": {"lifecycle": Lifecycle.HELD}}),
        ("leaving", {"instance": {"notice": NOTICE}}),
        ("leaving", {"node": INELIGIBLE, "instance": {"lifecycle": Lifecycle.ASIDE}}),
        ("leaving", {"known": False, "instance": {"lifecycle": Lifecycle.ASIDE}}),
        ("leaving", {"known": False, "instance": {"lifecycle": Lifecycle.LEAVING}}),
        ("down", {"node": DOWN, "there": False}),
        ("in_flight", {"node": DOWN}),
        ("unjoined", {"node": DOWN, "instance": {"launched_at": at(-3600)}}),
        ("in_flight", {"known": False, "instance": {"lifecycle": Lifecycle.PENDING}}),
        ("unjoined", {"known": False, "instance": {"launched_at": at(-3600)}}),
    ],
)
def test_each_node_or_instance_is_in_one_state(state, what):
    assert state_of(**what) == state


def test_what_was_asked_for_and_is_not_there_yet_is_on_its_way():
    report = a_report(an_observation(group=a_group(desired=2)))

    assert entries_of(report) == (Entry("in_flight", "nomad-clients"),) * 2


def test_what_a_group_cannot_launch_is_not_on_its_way():
    trouble = Trouble(FailureKind.QUOTA, 1, at(-10), "no")
    memory = Memory(troubles={"nomad-clients": trouble})

    report = a_report(an_observation(group=a_group(desired=2)), memory=memory)

    assert entries_of(report) == ()


def test_an_old_record_of_an_instance_beside_the_new_one_counts_once():
    nodes = (a_node(1, **DOWN), replace(a_node(1, **DOWN), node_id="node-1b"))
    group = a_group(an_instance(1))

    entries = entries_of(a_report(Observation("transcode", (), nodes, (group,))))

    assert [one.state for one in entries] == ["in_flight", "down"]


def test_without_the_nodes_or_the_groups_there_is_no_telling():
    whole = an_observation(a_node(1))

    assert entries_of(a_report(replace(whole, nodes=None))) is None
    assert entries_of(a_report(replace(whole, groups=None))) is None


@st.composite
def pools(draw) -> Observation:
    """Up to six instances, each a node or not, in any condition."""
    nodes: list[Node] = []
    instances = []
    marks = {}
    for number in range(draw(st.integers(0, 6))):
        if draw(st.booleans()):
            node = a_node(
                number,
                live=draw(st.integers(0, 2)),
                status=draw(st.sampled_from(NodeStatus)),
                eligible=draw(st.booleans()),
                draining=draw(st.booleans()),
            )
            nodes.append(node)
        if draw(st.booleans()):
            instance = an_instance(
                number,
                lifecycle=draw(st.sampled_from(Lifecycle)),
                launched_at=draw(st.sampled_from((None, at(-60), at(-3600)))),
                notice=draw(st.sampled_from((None, NOTICE))),
            )
            instances.append(instance)
        if draw(st.booleans()):
            marks[f"i-{number}"] = at(-60)
    desired = draw(st.integers(0, 8))
    group = a_group(*instances, desired=desired, marks=marks)
    return Observation("transcode", (), tuple(nodes), (group,))


@given(pools())
def test_what_is_listed_adds_up_to_what_the_decision_counted(observed):
    report = a_report(observed, settings=some_settings(size_max=50))
    entries = entries_of(report)
    shown, counted = nodes_status(entries), report.decision.counts

    assert (shown.ready, shown.busy, shown.idle) == (counted.ready, counted.busy, counted.idle)
    assert (shown.cordoned, shown.in_flight) == (counted.cordoned, counted.in_flight)
    assert shown.unjoined == counted.unjoined
    listed = shown.ready + shown.cordoned + shown.in_flight + shown.unjoined + shown.other
    assert listed == len(entries)
    # Each node and each instance is in it once.
    there = {one.instance_id for one in observed.groups[0].instances}
    bare = there - {node.instance_id for node in observed.nodes}
    asked = counted.in_flight - sum(
        1 for one in entries if one.state == "in_flight" and one.key is not None
    )
    assert len(entries) == len(observed.nodes) + len(bare) + asked


def test_a_state_is_known_since_the_cycle_that_saw_it_begin():
    ready, busy = (entries_of(a_report(an_observation(a_node(1, live=live)))) for live in (0, 1))
    first = Sightings.first(ready)

    later = first.after(ready, at(10)).after(busy, at(20)).after(busy, at(30))

    assert first.since == {"node-1": ("idle", None)}
    assert later.since == {"node-1": ("busy", at(20))}
    assert later.after((), at(40)).since == {}

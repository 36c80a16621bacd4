"""Why a node stays or goes: each cause, and that it is what the decision does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.explaining import Explanation
from autoscaler.core.memory import Memory
from autoscaler.core.model import (
    Hook,
    Lifecycle,
    Missing,
    Node,
    NodeStatus,
    Notice,
    NoticeKind,
    Running,
)
from autoscaler.core.settings import ScaleIn
from tests.builders import (
    a_group,
    a_node,
    an_instance,
    an_observation,
    at,
    idle_since,
    some_settings,
)
from tests.unit.autoscaler.core.explained_node import explained, on


@pytest.mark.parametrize("name", ["n1", "node-1", "i-1"])
def test_a_node_is_known_by_its_id_its_name_and_its_instance(name):
    found = explained(an_observation(a_node(1, live=1), a_node(2)), node=name)

    assert found.code == "busy"
    about = {name: found.numbers[name] for name in ("node_id", "node", "instance")}
    assert about == {"node_id": "node-1", "node": "n1", "instance": "i-1"}


def test_a_node_is_known_by_the_beginning_of_its_id_where_that_is_one_nodes_alone():
    observed = an_observation(a_node(1, node_id="aa-1"), a_node(2, node_id="ab-2"), group=a_group())

    assert explained(observed, node="aa").code == "no_instance"
    assert "2 nodes could be meant" in explained(observed, node="a").sentence


def test_an_unknown_node_is_told_with_those_that_could_be_meant():
    found = explained(an_observation(a_node(1, name="clients-1")), node="client-1")

    assert found.code == "unknown"
    assert "did you mean clients-1, i-1?" in found.sentence


def test_a_busy_node_is_told_with_what_runs_there_longest_first():
    running = (
        Running("transcode", at(20), at(19), child="transcode/dispatch-2"),
        Running("transcode", at(0), at(-1), "large", "transcode/dispatch-1"),
        Running("transcode", None, at(59), child="transcode/dispatch-3"),
    )
    memory = Memory(service_seconds={"transcode": {"": (90.0,) * 50}})

    found = explained(an_observation(a_node(1, live=2, running=running)), memory=memory)

    assert found.code == "busy"
    assert "busy with 3 children, the first since 12:00:00 UTC, 60 s" in found.sentence
    assert [one.sentence.partition(" running")[0] for one in found.details[:2]] == [
        "transcode/dispatch-1",
        "transcode/dispatch-2",
    ]
    assert found.details[2].sentence == "transcode/dispatch-3 being started"
    assert found.numbers["left_seconds"] == 90


def test_of_very_many_children_the_first_few_are_named():
    found = explained(an_observation(a_node(1, live=8)))

    assert [one.code for one in found.details] == ["hosts"] * 6
    assert found.details[-1].sentence == "and 3 more"


@pytest.mark.parametrize("part", ["nodes", "groups"])
def test_without_the_nodes_or_the_groups_nothing_is_known_of_a_node(part):
    observed = replace(an_observation(a_node(1)), **{part: None})

    assert explained(observed).code == "incomplete"


def test_a_node_that_settles_is_told_since_when_it_is_cordoned_and_what_comes():
    observed = on(a_node(1, eligible=False), an_instance(1), marked=True)
    settings = some_settings(scale_in=ScaleIn(settle=timedelta(seconds=30)))

    found = explained(observed, settings)

    assert found.code == "settle"
    assert "cordoned by us since 12:00:50 UTC, 10 s" in found.sentence
    assert "looked at again in 20 s (12:01:20 UTC), and ended if nothing runs" in found.sentence


def test_a_node_that_has_settled_goes_now():
    observed = on(a_node(1, eligible=False), an_instance(1), marked=True)

    assert explained(observed).code == "release"


def test_a_node_on_its_way_out_that_work_came_to_is_taken_back():
    running = (Running("transcode", at(55), at(55)),)
    node = a_node(1, live=1, eligible=False, running=running)

    found = explained(on(node, an_instance(1), marked=True))

    assert found.code == "busy_again"
    assert found.sentence.startswith("it stays")


def test_a_node_that_was_cordoned_at_work_goes_when_that_ends():
    found = explained(on(a_node(1, live=1, eligible=False), an_instance(1), marked=True))

    assert found.code == "pack_tail"
    assert found.details[0].code == "hosts"


def test_a_node_that_was_cordoned_and_is_eligible_again_is_taken_back():
    assert explained(on(a_node(1), an_instance(1), marked=True)).code == "stale_mark"


def test_what_somebody_else_cordoned_or_drains_is_left_alone_with_the_way_back():
    cordoned = explained(an_observation(a_node(1, eligible=False)))
    drained = explained(an_observation(a_node(1, eligible=False, draining=True)))

    assert cordoned.code == "foreign_cordon"
    assert "`nomad node eligibility -enable node-1`" in cordoned.sentence
    assert drained.code == "foreign_drain"
    assert "`nomad node drain -disable node-1`" in drained.sentence


@pytest.mark.parametrize(
    ("status", "code"),
    [(NodeStatus.DOWN, "down"), (NodeStatus.INITIALIZING, "not_ready")],
)
def test_a_node_that_nomad_places_nothing_on_is_told_why_it_is_not_ended(status, code):
    instance = an_instance(1, launched_at=at(-4000))

    found = explained(on(a_node(1, status=status), instance))

    assert found.code == code
    assert "its instance i-1 is in the group still, and is not ended" in found.sentence


def test_a_node_that_was_lost_young_counts_as_on_its_way():
    assert (
        "counts as on its way"
        in explained(on(a_node(1, status=NodeStatus.DOWN), an_instance(1))).sentence
    )


def test_a_node_whose_instance_we_ended_is_not_taken_for_anybody_elses():
    """Nomad hears of it a while longer than AWS does."""
    group = a_group(marks={"i-1": at(0)})

    found = explained(an_observation(a_node(1, eligible=False), group=group))

    assert found.code == "leaving"
    assert "cordoned by us, its instance has left the group" in found.sentence


def test_the_record_of_a_node_that_has_gone_is_removed():
    node = a_node(1, status=NodeStatus.DOWN, eligible=False)
    group = a_group(marks={"i-1": at(0)})

    assert explained(an_observation(node, group=group)).code == "purge"


def test_a_node_that_aws_takes_is_told_so():
    notice = Notice(NoticeKind.SPOT_INTERRUPTION, at(50))
    instance = an_instance(1, notice=notice)

    found = explained(on(a_node(1, live=1), instance))

    assert found.code == "notice"
    assert "spot interruption" in found.details[0].sentence


def test_a_node_whose_instance_a_hook_holds_goes_when_its_work_ends():
    held = an_instance(1, lifecycle=Lifecycle.HELD)
    hooks = (Hook("wait", timedelta(minutes=1)),)

    def of(node: Node) -> Explanation:
        group = replace(a_group(held, marks={"i-1": at(59)}), hooks=hooks)
        return explained(an_observation(replace(node, eligible=False), group=group))

    assert "goes once its work has ended" in of(a_node(1, live=1)).sentence
    assert "nothing runs there" in of(a_node(1)).sentence
    assert of(a_node(1)).code == of(a_node(1, live=1)).code == "hook"


def test_a_node_that_aws_is_ending_already_is_told_so():
    leaving = an_instance(1, lifecycle=Lifecycle.LEAVING)

    assert explained(on(a_node(1), leaving)).code == "leaving"


@pytest.mark.parametrize(
    ("observed", "code"),
    [
        (an_observation(a_node(1), group=a_group()), "no_instance"),
        (on(a_node(1), an_instance(1, lifecycle=Lifecycle.ASIDE)), "aside"),
        (on(a_node(1), an_instance(1, lifecycle=Lifecycle.PENDING)), "idle"),
    ],
)
def test_an_idle_node_that_is_not_ours_to_end_is_told_so(observed, code):
    assert explained(observed, memory=idle_since(-400, 1)).code == code


def test_a_node_beyond_the_desired_capacity_goes_and_that_stays():
    node = a_node(1, eligible=False)
    group = a_group(an_instance(1), desired=0, marks={"i-1": at(0)})

    found = explained(an_observation(node, group=group))

    assert found.code == "release"
    assert "the desired capacity stays" in found.sentence


def test_a_half_used_node_that_takes_no_more_is_told_so():
    """The children of one are likely to end before those of the other."""
    soon = (Running("transcode", at(-30), at(-31)),)
    late = (Running("transcode", at(55), at(54)),)
    nodes = (a_node(1, live=1, running=soon), a_node(2, live=1, running=late))
    memory = Memory(service_seconds={"transcode": {"": (100.0,) * 50}}, boot_seconds=(100.0,))

    found = explained(an_observation(*nodes), memory=memory)

    assert found.code == "pack_tail"
    assert found.sentence.startswith("it goes once its children have ended: cordoned now")


def test_a_node_on_its_way_out_waits_while_the_picture_lacks_a_part():
    observed = on(a_node(1, eligible=False), an_instance(1), marked=True)
    missing = (Missing("nomad", "queue", "connection refused"),)

    found = explained(replace(observed, missing=missing))

    assert found.code == "incomplete"
    assert "cordoned by us since 12:00:50 UTC" in found.sentence


def test_a_lost_node_whose_instance_has_left_is_told_so():
    observed = an_observation(a_node(1, status=NodeStatus.DOWN), group=a_group())

    assert "its instance has left the group" in explained(observed).sentence


def test_a_busy_node_on_no_instance_of_ours_is_told_that_it_is_not_ours_to_end():
    observed = an_observation(a_node(1, live=1), group=a_group())

    assert "not ours to end" in explained(observed).sentence


def test_a_pool_without_any_node_is_told_so():
    assert "it has none at all now" in explained(an_observation()).sentence

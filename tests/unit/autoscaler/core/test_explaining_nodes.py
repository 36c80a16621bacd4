"""Why a node stays or goes: each cause, and that it is what the decision does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.explaining import Explanation
from autoscaler.core.explaining_nodes import explain_node
from autoscaler.core.memory import Arrivals, Boot, Memory
from autoscaler.core.model import (
    Hook,
    Instance,
    Lifecycle,
    Missing,
    Node,
    NodeStatus,
    Notice,
    NoticeKind,
    Observation,
    Running,
    Window,
)
from autoscaler.core.policy import decide
from autoscaler.core.settings import PoolSettings, ScaleIn
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

NOW = at(60)


def explained(
    observed: Observation,
    settings: PoolSettings | None = None,
    memory: Memory | None = None,
    *,
    node: str = "n1",
) -> Explanation:
    settings, memory = settings or some_settings(), memory or Memory()
    decision = decide(observed, settings, memory, NOW)
    return explain_node(node, observed, decision, settings, memory, NOW)


def on(node: Node, instance: Instance, *, marked: bool = False, **group: int) -> Observation:
    """A node on that instance, with our mark on it or without."""
    marks = {instance.instance_id: at(50)} if marked else {}
    return an_observation(node, group=a_group(instance, marks=marks, **group))


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
    """A child that is too large for its free room, and not for a new node."""
    observed = an_observation(a_node(1), a_node(2, live=2), queue=a_queue(3))

    assert explained(observed, memory=idle_since(-400, 1)).code == "demand"


def test_nothing_is_let_go_while_a_part_of_the_picture_is_unknown():
    missing = (Missing("nomad", "queue", "connection refused"),)
    observed = an_observation(a_node(1), missing=missing)

    assert explained(observed, memory=idle_since(-400, 1)).code == "incomplete"


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


def test_an_instance_on_its_way_is_told_how_far_it_is():
    instance = an_instance(7, launched_at=at(20))
    observed = an_observation(group=a_group(instance))
    boot = Boot("nomad-clients", at(10), at(20), at(30))
    memory = Memory(boots={"i-7": boot}, boot_seconds=(90.0,))

    found = explained(observed, memory=memory, node="i-7")

    assert found.code == "in_flight"
    assert "asked for at 12:00:10 UTC, 50 s ago" in found.sentence
    assert "its node has not joined Nomad yet; ready in 40 s (12:01:40 UTC)" in found.sentence


@pytest.mark.parametrize(
    ("pending", "then"),
    [(1, "AWS launches another"), (0, "no other comes for it")],
)
def test_an_instance_that_never_became_a_node_is_told_what_becomes_of_it(pending, then):
    group = a_group(an_instance(7, launched_at=at(-4000)))
    observed = an_observation(queue=a_queue(pending), group=group)

    found = explained(observed, node="i-7")

    assert found.code == "unjoined"
    assert then in found.sentence


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lifecycle": Lifecycle.HELD}, "hook"),
        ({"lifecycle": Lifecycle.LEAVING}, "leaving"),
        ({"lifecycle": Lifecycle.ASIDE}, "aside"),
        ({"notice": Notice(NoticeKind.REBALANCE, at(0))}, "notice"),
    ],
)
def test_an_instance_that_is_no_node_is_told_what_it_is(changes, code):
    observed = an_observation(group=a_group(an_instance(7, **changes)))

    assert explained(observed, node="i-7").code == code


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

"""Scale-in: who may go, in which order, and what takes a node back."""

from dataclasses import replace
from datetime import timedelta

from autoscaler.core.decision import Rule
from autoscaler.core.memory import Memory
from autoscaler.core.model import Running
from autoscaler.core.policy import decide
from autoscaler.core.settings import ScaleIn
from tests.builders import (
    IDLE_AFTER,
    SETTLE,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    idle_since,
    some_settings,
)
from tests.telling import names, rules


def scale_in(**changes):
    """Settings with these for scale-in."""
    return some_settings(
        scale_in=ScaleIn(**{"idle_after": IDLE_AFTER, "settle": SETTLE, **changes})
    )


def test_the_longest_idle_goes_first():
    memory = Memory(idle_since={"node-1": at(-400), "node-2": at(-500), "node-3": at(-10)})
    observed = an_observation(a_node(1), a_node(2), a_node(3))

    decision = decide(observed, scale_in(max_step=1), memory, at(0))

    assert names(decision.cordon) == ["n2"]
    assert Rule.SCALE_IN_STEP in rules(decision)


def test_a_busy_node_is_never_chosen():
    observed = an_observation(a_node(1, live=1), a_node(2, live=2), queue=a_queue(0, 3))

    decision = decide(observed, scale_in(idle_after=timedelta(0)), Memory(), at(9999))

    assert decision.cordon == ()


def test_a_node_that_pending_work_will_take_stays():
    observed = an_observation(a_node(1), a_node(2), queue=a_queue(1))

    decision = decide(observed, scale_in(), idle_since(-999, 1, 2), at(0))

    assert len(decision.cordon) == 1


def test_a_node_outside_the_group_is_capacity_but_not_ours_to_let_go():
    observed = an_observation(a_node(7, instance_id=None), group=a_group())

    decision = decide(observed, scale_in(), idle_since(-999, 7), at(0))

    assert decision.cordon == ()


def test_neither_minimum_is_gone_below():
    """TerminateInstance… with decrement is refused by AWS at the group's own minimum."""
    nodes = [a_node(number) for number in (1, 2, 3)]
    instances = [an_instance(number) for number in (1, 2, 3)]
    memory = idle_since(-999, 1, 2, 3)
    observed = an_observation(*nodes, group=a_group(*instances, size_min=2))

    assert len(decide(observed, scale_in(), memory, at(0)).cordon) == 1

    settings = replace(scale_in(), size=replace(scale_in().size, min=3))
    decision = decide(an_observation(*nodes), settings, memory, at(0))
    assert decision.cordon == ()
    assert Rule.SIZE_MIN in rules(decision)


def test_nodes_on_their_way_out_count_against_the_minimum():
    nodes = [a_node(1, eligible=False), a_node(2)]
    group = a_group(an_instance(1), an_instance(2), size_min=1, marks={"i-1": at(-1)})

    decision = decide(an_observation(*nodes, group=group), scale_in(), idle_since(-999, 2), at(0))

    assert decision.cordon == ()


def test_work_that_came_before_the_cordon_took_gives_the_node_back():
    group = a_group(an_instance(1), marks={"i-1": at(0)})
    came_late = (Running("transcode", placed_at=at(1)),)
    observed = an_observation(a_node(1, running=came_late, eligible=False), group=group)

    decision = decide(observed, scale_in(), Memory(), at(600))

    assert names(decision.uncordon) == ["n1"]
    assert decision.release == ()
    assert Rule.BUSY_AGAIN in rules(decision)


def test_a_mark_on_an_eligible_node_is_taken_off():
    """A crash between the mark and the cordon, or somebody who made the node eligible again."""
    group = a_group(an_instance(1), marks={"i-1": at(0)})

    decision = decide(an_observation(a_node(1), group=group), scale_in(), Memory(), at(60))

    assert names(decision.uncordon) == ["n1"]
    assert Rule.STALE_MARK in rules(decision)


def test_a_mark_of_a_time_that_is_yet_to_come_is_taken_off_and_not_waited_for():
    """The clock was set back: it would settle for an hour."""
    group = a_group(an_instance(1), an_instance(2), marks={"i-1": at(3600), "i-2": at(30)})
    nodes = [a_node(1, eligible=False), a_node(2, eligible=False)]

    decision = decide(an_observation(*nodes, group=group), scale_in(), Memory(), at(0))

    assert names(decision.uncordon) == ["n1"]
    assert Rule.STALE_MARK in rules(decision)
    # Another's clock may be ahead by a little.
    assert Rule.SETTLE in rules(decision)
    assert decision.release == ()


def test_a_node_that_we_cordoned_and_somebody_drains_is_left_to_them():
    group = a_group(an_instance(1), marks={"i-1": at(0)})
    observed = an_observation(a_node(1, eligible=False, draining=True), group=group)

    decision = decide(observed, scale_in(), Memory(), at(600))

    assert not decision.acts


def test_bounds_that_rise_while_nodes_settle_keep_them():
    nodes = [a_node(1, eligible=False), a_node(2, eligible=False)]
    group = a_group(an_instance(1), an_instance(2), size_min=1, marks={"i-1": at(0), "i-2": at(1)})

    decision = decide(an_observation(*nodes, group=group), scale_in(), Memory(), at(600))

    assert names(decision.release) == ["n1"]
    assert names(decision.uncordon) == ["n2"]


def test_the_cooldown_runs_from_the_last_release_to_the_next_cordon():
    settings = scale_in(cooldown=timedelta(seconds=100))
    memory = replace(idle_since(-999, 1), last_scale_in_at=at(0))

    held = decide(an_observation(a_node(1)), settings, memory, at(99))
    assert held.cordon == ()
    assert rules(held) == [Rule.SCALE_IN_COOLDOWN]
    assert held.look_again_at == at(100)

    assert decide(an_observation(a_node(1)), settings, memory, at(100)).cordon


def test_a_downed_node_whose_instance_is_still_in_the_group_is_not_purged():
    """It may be cut off rather than gone, and come back."""
    node = a_node(1, eligible=False)
    down = replace(node, status=type(node.status).DOWN)
    group = a_group(an_instance(1), marks={"i-1": at(0)})

    assert decide(an_observation(down, group=group), scale_in(), Memory(), at(600)).purge == ()


def test_a_downed_node_that_we_never_released_is_not_purged():
    down = replace(a_node(1, eligible=False), status=type(a_node().status).DOWN)

    decision = decide(an_observation(down, group=a_group()), scale_in(), Memory(), at(600))

    assert decision.purge == ()


def test_being_busy_again_starts_the_idle_time_anew():
    idle = decide(an_observation(a_node(1)), scale_in(), Memory(), at(0)).memory
    busy = decide(an_observation(a_node(1, live=1)), scale_in(), idle, at(100)).memory

    decision = decide(an_observation(a_node(1)), scale_in(), busy, at(301))

    assert decision.cordon == ()
    assert decision.memory.idle_since == {"node-1": at(301)}


def test_with_as_many_on_their_way_as_may_be_no_other_follows():
    nodes = [a_node(1, eligible=False), a_node(2)]
    group = a_group(an_instance(1), an_instance(2), marks={"i-1": at(-1)})

    decision = decide(
        an_observation(*nodes, group=group), scale_in(max_step=1), idle_since(-999, 2), at(0)
    )

    assert decision.cordon == ()
    assert Rule.SCALE_IN_STEP in rules(decision)


def test_the_earliest_of_what_is_due_is_looked_at_first():
    """One settles in four seconds, another may go in one."""
    nodes = [a_node(1, eligible=False), a_node(2)]
    group = a_group(an_instance(1), an_instance(2), marks={"i-1": at(-1)})
    soon, late = idle_since(-299, 2), idle_since(-10, 2)

    observed = an_observation(*nodes, group=group)

    assert decide(observed, scale_in(), soon, at(0)).look_again_at == at(1)
    assert decide(observed, scale_in(), late, at(0)).look_again_at == at(4)


def test_what_a_group_has_beyond_its_desired_capacity_goes_without_lowering_it():
    """Its request was taken back, and it came all the same; AWS refuses to go below its minimum."""
    group = a_group(
        an_instance(1), an_instance(2), desired=1, size_min=1, marks={"i-1": at(0), "i-2": at(1)}
    )
    nodes = [a_node(1, eligible=False), a_node(2, eligible=False)]

    decision = decide(an_observation(*nodes, group=group), scale_in(), Memory(), at(60))

    assert (names(decision.swap), names(decision.release)) == (["n1"], [])
    assert names(decision.uncordon) == ["n2"]
    assert decision.desired == 1

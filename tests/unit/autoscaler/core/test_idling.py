"""Keeping idle nodes warm, and gathering the tail of a burst."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.decision import Rule
from autoscaler.core.memory import Arrivals, Memory
from autoscaler.core.model import Running
from autoscaler.core.policy import decide
from autoscaler.core.settings import ScaleIn
from tests.builders import (
    SETTLE,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    some_settings,
)
from tests.telling import names, rules

AUTO = some_settings(scale_in=ScaleIn(idle_after=None, settle=SETTLE))


def arrivals(per_minute):
    """A quarter of an hour at that rate, and boots of two minutes."""
    spans = tuple(Arrivals(at(-60 * minute), per_minute) for minute in range(14, -1, -1))
    return Memory(arrivals=spans, boot_seconds=(120.0,))


def with_work(number, *began, now=0.0):
    """A node whose children began then."""
    running = tuple(Running("transcode", at(now - ago), at(now - ago)) for ago in began)
    return a_node(number, live=len(began), running=running)


def test_without_arrivals_an_idle_node_goes_at_once():
    decision = decide(an_observation(a_node(1)), AUTO, Memory(), at(0))

    assert names(decision.cordon) == ["n1"]


def test_a_node_that_arrivals_will_soon_need_is_kept_and_those_beyond_it_go():
    """At ten a minute a place is needed within 18 s while fewer than two are."""
    nodes = [a_node(number) for number in range(1, 5)]

    decision = decide(an_observation(*nodes), AUTO, arrivals(10), at(0))

    assert len(decision.cordon) == 4 - 1
    assert Rule.KEEP_WARM in rules(decision)
    assert "10.0 children a minute" in decision.why


@pytest.mark.parametrize(("keep_warm", "kept"), [(0.0, 0), (0.15, 1), (0.25, 2), (1.0, 4)])
def test_how_readily_idle_nodes_are_kept_is_the_operators_choice(keep_warm, kept):
    scaling = replace(AUTO.scaling, scale_in=replace(AUTO.scaling.scale_in, keep_warm=keep_warm))
    settings = replace(AUTO, scaling=scaling)
    nodes = [a_node(number) for number in range(1, 5)]

    decision = decide(an_observation(*nodes), settings, arrivals(10), at(0))

    assert len(decision.cordon) == 4 - kept


def test_arrivals_are_counted_from_what_nomad_ever_dispatched():
    first = decide(an_observation(queue=a_queue(dispatched_count=100)), AUTO, Memory(), at(0))
    grown = an_observation(queue=a_queue(dispatched_count=107))
    second = decide(grown, AUTO, first.memory, at(10))
    shrunk = an_observation(queue=a_queue(dispatched_count=50))
    third = decide(shrunk, AUTO, second.memory, at(20))

    assert first.memory.arrivals == ()
    assert second.memory.arrivals == (Arrivals(at(10), 7),)
    assert third.memory.arrivals == (Arrivals(at(10), 7),)
    later = decide(grown, AUTO, third.memory, at(10 + 900))
    assert [one.count for one in later.memory.arrivals] == [57]


def test_the_node_whose_last_child_ends_soonest_takes_no_more():
    """Three half-used nodes: the two others have room for what may come."""
    memory = Memory(service_seconds={"transcode": {"": tuple(range(100, 200))}})
    nodes = [with_work(1, 10), with_work(2, 90), with_work(3, 50)]

    decision = decide(an_observation(*nodes, queue=a_queue(0, 3)), AUTO, memory, at(0))

    assert names(decision.cordon) == ["n2"]
    assert rules(decision) == [Rule.PACK_TAIL]


def test_a_tail_node_is_left_to_finish_and_then_released():
    group = a_group(an_instance(1), an_instance(2), marks={"i-1": at(0)})
    busy = replace(with_work(1, 90), eligible=False)
    observed = an_observation(busy, with_work(2, 90, 80), queue=a_queue(0, 3), group=group)

    decision = decide(observed, AUTO, Memory(), at(60))
    assert (decision.uncordon, decision.release) == ((), ())

    idle = an_observation(
        a_node(1, eligible=False), with_work(2, 90, 80), queue=a_queue(0, 2), group=group
    )
    assert names(decide(idle, AUTO, Memory(), at(70)).release) == ["n1"]


def test_a_tail_node_is_taken_back_the_moment_work_comes():
    group = a_group(an_instance(1), an_instance(2), marks={"i-1": at(0)})
    busy = replace(with_work(1, 90), eligible=False)
    observed = an_observation(busy, with_work(2, 90, 80), queue=a_queue(1, 3), group=group)

    decision = decide(observed, AUTO, Memory(), at(60))

    assert names(decision.uncordon) == ["n1"]
    assert decision.buy == 0


def test_no_tail_is_gathered_while_arrivals_would_fill_the_others():
    nodes = [with_work(1, 10), with_work(2, 90)]

    decision = decide(an_observation(*nodes, queue=a_queue(0, 2)), AUTO, arrivals(6), at(0))

    assert decision.cordon == ()


def test_no_tail_is_gathered_below_the_minimum_nor_where_it_is_switched_off():
    nodes = [with_work(1, 10), with_work(2, 90)]
    observed = an_observation(*nodes, queue=a_queue(0, 2))
    kept = replace(AUTO, size=replace(AUTO.size, min=2))
    off = some_settings(scale_in=ScaleIn(idle_after=None, pack_tail=False))

    assert decide(observed, kept, Memory(), at(0)).cordon == ()
    assert decide(observed, off, Memory(), at(0)).cordon == ()
    assert decide(observed, AUTO, Memory(), at(0)).cordon


def test_one_node_is_gathered_at_a_time():
    group = a_group(*(an_instance(number) for number in (1, 2, 3)), marks={"i-1": at(0)})
    nodes = [replace(with_work(1, 90), eligible=False), with_work(2, 50), with_work(3, 50)]

    decision = decide(
        an_observation(*nodes, queue=a_queue(0, 3), group=group), AUTO, Memory(), at(60)
    )

    assert decision.cordon == ()


def test_a_fixed_idle_time_is_kept_whatever_arrives():
    settings = some_settings(scale_in=ScaleIn(idle_after=timedelta(seconds=60), settle=SETTLE))
    observed = an_observation(a_node(1))
    memory = decide(observed, settings, Memory(), at(0)).memory

    assert decide(observed, settings, memory, at(59)).cordon == ()
    assert decide(observed, settings, memory, at(60)).cordon

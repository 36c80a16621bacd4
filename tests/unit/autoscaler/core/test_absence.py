"""
A Nomad that was restored or made anew knows no nodes for a while: nothing is ended for that.

The instances are old, and work runs on them.
"""

from dataclasses import replace

import pytest

from autoscaler.core.memory import Memory
from autoscaler.core.model import Hook, Lifecycle
from autoscaler.core.policy import decide
from tests.builders import (
    LONG_WATCHED,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    some_settings,
)
from tests.telling import ids

OLD = [an_instance(number, launched_at=at(-90_000)) for number in (1, 2, 3)]
NODES = [a_node(number, live=2) for number in (1, 2, 3)]
GROUP = a_group(*OLD)
KNOWN = an_observation(*NODES, queue=a_queue(0, 6), group=GROUP)
FORGOTTEN = an_observation(queue=a_queue(0, 6), group=GROUP)


def decided(*looks, memory=None):
    """The last decision after such observations: seconds, and what was seen."""
    memory = memory or Memory()
    for seconds, observed in looks:
        decision = decide(observed, some_settings(), memory, at(seconds))
        memory = decision.memory
    return decision


@pytest.mark.parametrize("before", [[], [(-10, KNOWN)]], ids=["a new daemon", "an old one"])
def test_nodes_that_nomad_no_longer_knows_are_waited_for(before) -> None:
    """A new daemon: the machine of the Nomad server was made anew, with all that was on it."""
    for seconds in (0, 10, 300, 599):
        decision = decided(*before, (0, FORGOTTEN), (seconds, FORGOTTEN))

        assert not decision.acts
        assert decision.counts.in_flight == 3


def test_nodes_that_come_back_are_as_before_and_another_absence_begins_anew() -> None:
    decision = decided((0, FORGOTTEN), (500, KNOWN), (510, FORGOTTEN), (1100, FORGOTTEN))

    assert not decision.acts
    assert decided((0, FORGOTTEN), (60, KNOWN)).memory.nodeless_since == {}


def test_what_stays_away_for_a_whole_boot_timeout_is_given_up() -> None:
    decision = decided((0, FORGOTTEN), (600, FORGOTTEN))

    assert ids(decision.give_up) == ["i-1", "i-2", "i-3"]


def test_what_waits_for_room_finds_it_on_the_nodes_that_are_waited_for() -> None:
    forgotten = replace(FORGOTTEN, queues=(a_queue(5),))

    assert decided((0, forgotten)).buy == 0


def test_an_instance_that_a_hook_holds_is_not_let_go_because_nomad_does_not_know_it_yet() -> None:
    held = an_instance(1, lifecycle=Lifecycle.HELD)
    group = replace(a_group(held, desired=0), hooks=(Hook("drain", at(600) - at(0)),))
    observed = an_observation(group=group)

    assert decided((0, observed), (119, observed)).let_go == ()
    assert [one.instance.instance_id for one in decided((0, observed), (120, observed)).let_go] == [
        "i-1"
    ]
    assert decided((0, observed), memory=LONG_WATCHED).let_go != ()

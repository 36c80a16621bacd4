"""The world shows what Nomad and AWS would, and fails in the ways in which they do."""

from collections.abc import Sequence

import pytest

from autoscaler.core.decision import InstanceRef, NodeRef
from autoscaler.core.plan import (
    Action,
    CompleteHook,
    Cordon,
    ExtendHook,
    LowerDesiredCapacity,
    Purge,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
    Uncordon,
)
from autoscaler.errors import ActionError, NomadUnavailable
from autoscaler.simulator.clock import instant
from autoscaler.simulator.faults import Crash, NoFaults, Strike
from autoscaler.simulator.world import Latency
from tests.unit.autoscaler.simulator.worlds import HOOK, Parts, a_spec

GROUP = "nomad-clients"


class Faulty(NoFaults):
    """The faults that a test names."""

    def __init__(
        self,
        *,
        unreadable: Sequence[str] = (),
        stale: Sequence[str] = (),
        strike: Strike = Strike.NOTHING,
    ) -> None:
        self._unreadable = frozenset(unreadable)
        self._stale = frozenset(stale)
        self._strike = strike

    def unreadable(self, parts: Sequence[str]) -> frozenset[str]:
        """As named."""
        return self._unreadable & frozenset(parts)

    def stale(self) -> frozenset[str]:
        """As named."""
        return self._stale

    def strike(self) -> Strike:
        """As named."""
        return self._strike


def ref(number: int = 1) -> NodeRef:
    """The node on the instance of that number."""
    return NodeRef(f"node-{number}", f"n{number}", f"i-{number}", GROUP)


def test_every_part_is_shown() -> None:
    parts = Parts()
    parts.grown(1)
    for _ in range(3):
        parts.dispatch()
    seen = parts.world.observe(parts.clock.now())

    assert seen.complete
    assert (seen.pending_count, seen.running_count) == (1, 2)
    assert [node.instance_id for node in seen.nodes or ()] == ["i-1"]
    assert [group.desired for group in seen.groups or ()] == [1]


def test_a_part_that_cannot_be_read_is_named_and_not_empty() -> None:
    parts = Parts()
    parts.world.disturb(Faulty(unreadable=("queue transcode", "nodes", "group")))
    seen = parts.world.observe(parts.clock.now())

    assert [(one.stage, one.part) for one in seen.missing] == [
        ("nomad", "queue"),
        ("nomad", "nodes"),
        ("aws", "group"),
    ]
    assert (seen.queues, seen.nodes, seen.groups) == ((), None, None)


def test_a_stale_system_shows_what_it_showed_before_and_no_sample_twice() -> None:
    parts = Parts()
    parts.node()
    parts.dispatch(10.0)
    parts.clock.advance(10)
    first = parts.world.observe(parts.clock.now())
    parts.dispatch(50.0)
    parts.aws.set_desired(GROUP, 1)
    parts.world.disturb(Faulty(stale=("nomad", "aws")))
    second = parts.world.observe(parts.clock.now())

    assert [len(queue.finished) for queue in first.queues] == [1]
    assert [len(queue.finished) for queue in second.queues] == [0]
    assert second.nodes == first.nodes
    assert second.groups == first.groups


def test_samples_are_kept_for_the_next_picture_while_their_queue_cannot_be_read() -> None:
    parts = Parts()
    parts.node()
    parts.dispatch(10.0)
    parts.clock.advance(10)
    parts.world.disturb(Faulty(unreadable=("queue transcode",)))
    parts.world.observe(parts.clock.now())
    parts.world.disturb(None)
    (queue,) = parts.world.observe(parts.clock.now()).queues

    assert [one.seconds for one in queue.finished] == [10.0]


@pytest.mark.parametrize(
    ("strike", "marked", "eligible", "error"),
    [
        (Strike.REFUSED, False, True, ActionError),
        (Strike.HALF_DONE, True, True, ActionError),
        (Strike.ANSWER_LOST, True, False, ActionError),
        (Strike.CRASH_BEFORE, False, True, Crash),
        (Strike.CRASH_HALF_DONE, True, True, Crash),
        (Strike.CRASH_AFTER, True, False, Crash),
    ],
)
def test_a_cordon_can_fail_before_between_and_after_its_steps(
    strike: Strike, marked: bool, eligible: bool, error: type[Exception]
) -> None:
    parts = Parts()
    parts.grown(1)
    parts.world.disturb(Faulty(strike=strike))

    with pytest.raises(error):
        parts.world.apply(Cordon(ref(), parts.clock.now()))

    assert ("i-1" in parts.aws.groups[GROUP].marks) is marked
    assert parts.cluster.nodes["node-1"].eligible is eligible


def test_an_uncordon_makes_the_node_eligible_and_takes_the_mark_off() -> None:
    parts = Parts()
    parts.grown(1)
    parts.world.apply(Cordon(ref(), parts.clock.now()))
    assert parts.world.still_idle("node-1")
    parts.world.apply(Uncordon(ref()))

    assert parts.cluster.nodes["node-1"].eligible
    assert not parts.aws.groups[GROUP].marks


@pytest.mark.parametrize(
    ("action", "desired", "launched"),
    [
        (SetDesiredCapacity(GROUP, 1, 3), 3, 3),
        (LowerDesiredCapacity(GROUP, 3, 1), 1, 1),
        (Terminate(ref(), GROUP), 0, 1),
        (TerminateUnjoined(InstanceRef("i-1", GROUP), replace=False), 0, 1),
        (TerminateUnjoined(InstanceRef("i-1", GROUP), replace=True), 1, 2),
    ],
)
def test_each_action_on_the_group_is_carried_out(
    action: Action, desired: int, launched: int
) -> None:
    parts = Parts()
    parts.grown(1)
    parts.world.apply(action)
    parts.clock.advance(1)

    assert parts.aws.desired_count == desired
    assert len(parts.aws.launched) == launched


def test_hooks_are_extended_and_completed() -> None:
    parts = Parts(a_spec(hooks=(HOOK,)))
    parts.grown(1)
    parts.aws.retire("i-1")
    parts.clock.advance(500)
    parts.world.apply(ExtendHook(InstanceRef("i-1", GROUP)))
    parts.clock.advance(500)
    assert parts.aws.groups[GROUP].instances["i-1"].ended_at is None
    parts.world.apply(CompleteHook(InstanceRef("i-1", GROUP)))

    assert parts.aws.groups[GROUP].instances["i-1"].ended_at == parts.clock.seconds


def test_a_node_that_is_down_is_purged() -> None:
    parts = Parts()
    parts.grown(1)
    parts.world.apply(Terminate(ref(), GROUP))
    parts.clock.advance(60)
    parts.world.apply(Purge(ref()))

    assert not parts.cluster.nodes
    assert not parts.tally.offences


def test_a_node_at_work_or_eligible_is_not_idle_and_one_that_is_gone_cannot_be_told() -> None:
    parts = Parts()
    parts.grown(1)
    eligible = parts.world.still_idle("node-1")
    parts.dispatch()
    parts.cluster.set_eligibility("node-1", eligible=False, known=0)
    at_work = parts.world.still_idle("node-1")

    assert (eligible, at_work) == (False, False)
    with pytest.raises(NomadUnavailable):
        parts.world.still_idle("node-9")


def test_an_instance_is_unjoined_until_its_node_is_known() -> None:
    parts = Parts()
    parts.aws.set_desired(GROUP, 1)
    parts.clock.advance(30)
    before = parts.world.still_unjoined("i-1")
    parts.clock.advance(40)

    assert (before, parts.world.still_unjoined("i-1")) == (True, False)


def test_calls_take_time_in_which_the_world_goes_on() -> None:
    parts = Parts()
    parts.world.disturb(None, Latency(read_seconds=1.0, action_seconds=2.0))
    parts.world.observe(instant(0))
    parts.world.apply(SetDesiredCapacity(GROUP, 0, 1))

    assert parts.clock.seconds == 3.0


def test_an_end_of_a_node_that_somebody_else_cordoned_is_an_offence() -> None:
    parts = Parts()
    parts.grown(1)
    parts.cluster.set_foreign("node-1", eligible=False)
    parts.world.observe(parts.clock.now())
    parts.world.apply(Terminate(ref(), GROUP))

    assert parts.tally.offences == ["9: node-1: ended, though somebody else cordoned it"]


def test_the_fingerprint_changes_with_what_an_action_can_change() -> None:
    parts = Parts()
    parts.grown(1)
    prints = [parts.world.fingerprint()]
    parts.world.observe(parts.clock.now())
    prints.append(parts.world.fingerprint())
    parts.world.apply(Cordon(ref(), parts.clock.now()))
    prints.append(parts.world.fingerprint())

    assert prints[0] == prints[1] != prints[2]

"""Each invariant is seen to fail where it should, and to hold where it should."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.decision import Decision, InstanceRef, NodeRef
from autoscaler.core.memory import Memory
from autoscaler.core.model import Missing, Observation
from autoscaler.core.pause import Pause
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
from autoscaler.ports import ActionReport, CycleReport
from autoscaler.simulator.invariants import after_cycle, at_rest
from autoscaler.simulator.run import Simulation
from autoscaler.simulator.workload import Arrival
from tests.builders import (
    EPOCH,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    some_settings,
)
from tests.unit.autoscaler.simulator.worlds import a_scene

GROUP = "nomad-clients"
NODE = NodeRef("node-1", "n1", "i-1", GROUP)
GONE = Missing("nomad", "queue", "gone")


def a_simulation(**changes: object) -> Simulation:
    """Of a pool whose nodes hold two children, and whose settings are changed."""
    settings = some_settings(**changes)  # type: ignore[arg-type]  # Fields by name.
    return Simulation(a_scene(settings=settings))


def violations(
    observation: Observation,
    *actions: Action,
    buy: int = 0,
    simulation: Simulation | None = None,
) -> Sequence[str]:
    """The numbers of the invariants that a cycle of these actions violates."""
    report = CycleReport(
        pool="transcode",
        cycle_id="c-1",
        observation=observation,
        decision=Decision("transcode", 0, 0, (), Memory(), buy=buy),
        actions=tuple(ActionReport(action, "applied") for action in actions),
        memory=Memory(),
        ended_at=EPOCH,
        duration_seconds=0.0,
        settings=some_settings(),
        memory_before=Memory(),
        now=EPOCH,
    )
    return numbers(after_cycle(report, simulation or a_simulation()))


def numbers(found: Iterable[str]) -> Sequence[str]:
    """The part before the colon."""
    return [one.partition(":")[0] for one in found]


def test_a_quiet_cycle_violates_nothing() -> None:
    assert violations(an_observation(a_node(1))) == []


def test_killed_work_and_offences_are_violations_whatever_the_cycle_did() -> None:
    simulation = a_simulation()
    simulation.tally.ended(1, ours=True)
    simulation.tally.offend("9: touched")

    assert violations(an_observation(), simulation=simulation) == ["9", "1"]


@pytest.mark.parametrize(
    ("action", "violated"),
    [
        (SetDesiredCapacity(GROUP, 1, 8), []),
        (SetDesiredCapacity(GROUP, 1, 9), ["2"]),  # Above the pool's own maximum.
        (SetDesiredCapacity(GROUP, 1, 11), ["2", "2"]),  # Above the group's as well.
        (SetDesiredCapacity(GROUP, 2, 1), ["2"]),  # Raises nothing.
        (LowerDesiredCapacity(GROUP, 1, 0), []),
    ],
)
def test_what_is_asked_for_stays_within_the_bounds(action: Action, violated: list[str]) -> None:
    group = a_group(an_instance(1), size_max=10)
    simulation = a_simulation(size_max=8)

    found = violations(an_observation(group=group), action, simulation=simulation)
    assert found == violated


def test_a_scale_in_leaves_the_minimum() -> None:
    simulation = a_simulation(size_min=1)
    one, two = an_instance(1), an_instance(2)
    action = Terminate(NODE, GROUP)

    assert violations(an_observation(group=a_group(one, two)), action, simulation=simulation) == []
    assert violations(an_observation(group=a_group(one)), action, simulation=simulation) == ["2"]


@pytest.mark.parametrize(
    "action",
    [
        Cordon(NODE, EPOCH),
        Terminate(NODE, GROUP),
        TerminateUnjoined(InstanceRef("i-1", GROUP), replace=False),
        LowerDesiredCapacity(GROUP, 2, 1),
        Purge(NODE),
    ],
)
def test_what_was_not_read_in_whole_lets_go_of_nothing(action: Action) -> None:
    group = a_group(an_instance(1), desired=2)

    assert violations(an_observation(group=group), action) == []
    assert violations(an_observation(group=group, missing=(GONE,)), action) == ["8"]


@pytest.mark.parametrize(
    "action",
    [
        SetDesiredCapacity(GROUP, 2, 3),
        Uncordon(NODE),
        CompleteHook(InstanceRef("i-1", GROUP)),
        Purge(NODE),
    ],
)
def test_nothing_is_done_while_the_pool_is_paused(action: Action) -> None:
    observation = an_observation(group=a_group(an_instance(1), desired=2))
    paused = replace(observation, pause=Pause(EPOCH, None, "why", "ann"))

    assert violations(observation, action) == []
    assert violations(paused, action) == ["10"]


def test_work_is_held_on_to_while_the_pool_is_paused() -> None:
    paused = replace(an_observation(), pause=Pause(EPOCH, None, "why", "ann"))

    assert violations(paused, ExtendHook(InstanceRef("i-1", GROUP))) == []


def test_without_nodes_or_groups_nothing_is_let_go() -> None:
    blind = replace(an_observation(missing=(GONE,)), nodes=None)

    assert violations(blind) == []
    assert violations(blind, Terminate(NODE, GROUP)) == ["8"]


@pytest.mark.parametrize(
    ("pending", "buy", "violated"),
    [(1, 1, []), (2, 1, []), (3, 2, []), (2, 2, ["4"]), (4, 3, ["4"]), (0, 1, ["4"])],
)
def test_no_more_is_bought_than_whole_nodes_for_what_waits(
    pending: int, buy: int, violated: list[str]
) -> None:
    observation = an_observation(queue=a_queue(pending), group=a_group())

    assert violations(observation, buy=buy) == violated


def test_room_that_is_there_or_on_its_way_is_not_bought_again() -> None:
    half_used = a_node(1, live=1)
    booting = an_instance(2)
    group = a_group(an_instance(1), booting, desired=3)  # And one that is not launched yet.
    observation = an_observation(half_used, queue=a_queue(6), group=group)

    assert violations(observation, buy=1) == []  # 1 + 2 + 2 find room; the sixth does not.
    assert violations(observation, buy=2) == ["4"]


def test_an_instance_that_is_overdue_is_no_room() -> None:
    late = replace(an_instance(1), launched_at=EPOCH - timedelta(minutes=11))
    observation = an_observation(queue=a_queue(2), group=a_group(late))

    assert violations(observation, buy=1) == []


def test_the_minimum_and_the_spare_are_bought_without_work() -> None:
    empty = an_observation(group=a_group())
    settings = some_settings(size_min=2)
    spare = replace(settings, scaling=replace(settings.scaling, spare=1))

    assert violations(empty, buy=2, simulation=a_simulation(size_min=2)) == []
    assert violations(empty, buy=3, simulation=a_simulation(size_min=2)) == ["4"]
    assert violations(empty, buy=3, simulation=Simulation(a_scene(settings=spare))) == []


def test_a_pool_at_rest_has_an_empty_queue_its_minimum_and_no_cordon_of_ours() -> None:
    simulation = a_simulation()
    assert list(at_rest(simulation)) == []
    simulation.aws.set_desired(GROUP, 1)
    simulation.clock.advance(70)
    simulation.cluster.dispatch(Arrival(simulation.clock.seconds, 10.0))
    simulation.clock.advance(0)
    at_work = numbers(at_rest(simulation))
    simulation.clock.advance(10)
    simulation.aws.mark("i-1", EPOCH)
    simulation.cluster.set_eligibility("node-1", eligible=False, known=0)

    assert at_work == ["3", "3", "5"]
    assert numbers(at_rest(simulation)) == ["5", "6", "6"]


def test_a_cordon_of_somebody_elses_is_none_of_ours_to_undo() -> None:
    simulation = a_simulation(size_min=1)
    simulation.aws.set_desired(GROUP, 1)
    simulation.clock.advance(70)
    simulation.cluster.set_foreign("node-1", eligible=False)

    assert list(at_rest(simulation)) == []

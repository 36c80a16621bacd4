"""One gate, which no action of any kind passes: neither by itself nor with the shadow before it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, get_args

import pytest

from autoscaler.adapters.dry_run import DryRunWorld
from autoscaler.adapters.live import LiveWorld
from autoscaler.core.decision import InstanceRef, NodeRef
from autoscaler.core.memory import Memory
from autoscaler.core.model import Hook, Lifecycle
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
from autoscaler.errors import ActionError
from autoscaler.ports import World
from autoscaler.shadow.world import ShadowWorld
from tests.builders import EPOCH, a_group, a_node, a_queue, an_instance, some_settings

GROUP = "nomad-clients"
NODE = NodeRef("node-1", "n1", "i-1", GROUP)
INSTANCE = InstanceRef("i-2", GROUP)
ACTIONS: tuple[Action, ...] = (
    SetDesiredCapacity(GROUP, 2, 3),
    LowerDesiredCapacity(GROUP, 2, 1),
    Cordon(NODE, EPOCH),
    Uncordon(NODE),
    Terminate(NODE, GROUP),
    Terminate(NODE, GROUP, replace=True),
    TerminateUnjoined(INSTANCE, replace=False),
    TerminateUnjoined(INSTANCE, replace=True),
    CompleteHook(INSTANCE),
    CompleteHook(INSTANCE, NODE),
    ExtendHook(INSTANCE),
    Purge(NODE),
)
#: What the adapters offer that only looks.
READS = frozenset(
    {"jobs", "nodes", "queue", "still_idle", "still_unjoined", "recount", "observe", "holds"}
)


class Recording:
    """Adapters' double: shows a pool, and writes down every call that is no reading."""

    def __init__(self) -> None:
        self.written: list[str] = []

    jobs = ("transcode",)

    def nodes(self, _now: object) -> tuple[object, ...]:
        """One that is idle."""
        return (a_node(1),)

    def queue(self, _job: object, _now: object) -> object:
        """Empty."""
        return a_queue()

    def observe(self, _now: object, _joined: object) -> tuple[object, ...]:
        """Two instances, one of which a hook holds."""
        held = an_instance(2, lifecycle=Lifecycle.HELD)
        group = a_group(an_instance(1), held, desired=2)
        hooks = (Hook("bye", timedelta(minutes=5)),)
        return (type(group)(group.name, 2, 0, 20, group.instances, {}, hooks=hooks),)

    def recount(self, _now: object) -> None:
        """Nothing to count."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        assert name not in READS, f"{name} is a reading that this double lacks"

        def write(*_arguments: object, **_named: object) -> None:
            self.written.append(name)

        return write


@pytest.fixture
def nomad_and_aws() -> Recording:
    """Both, in one."""
    return Recording()


@pytest.fixture
def live(nomad_and_aws: Recording) -> LiveWorld:
    """The real world over recording adapters."""
    return LiveWorld("transcode", nomad_and_aws, nomad_and_aws)  # type: ignore[arg-type]  # Doubles.


def gate_alone(live: World) -> World:
    """What stands between the real world and all of a dry run."""
    return DryRunWorld(live)


def with_shadow(live: World) -> World:
    """As the dry run has it."""
    return ShadowWorld(DryRunWorld(live), some_settings(), Memory())


def test_there_is_an_example_of_every_action() -> None:
    assert {type(action) for action in ACTIONS} == set(get_args(Action))


@pytest.mark.parametrize("action", ACTIONS, ids=str)
def test_each_of_them_would_change_the_real_world(
    action: Action, live: LiveWorld, nomad_and_aws: Recording
) -> None:
    live.observe(EPOCH)

    live.apply(action)

    assert nomad_and_aws.written


@pytest.mark.parametrize("gate", [gate_alone, with_shadow])
@pytest.mark.parametrize("action", ACTIONS, ids=str)
def test_none_of_them_passes_the_gate(
    action: Action,
    gate: Callable[[World], World],
    live: LiveWorld,
    nomad_and_aws: Recording,
) -> None:
    world = gate(live)
    world.observe(EPOCH)

    # The shadow refuses what AWS or Nomad would: nothing is held there, say.
    with suppress(ActionError):
        world.apply(action)
    world.observe(EPOCH)
    world.recount(EPOCH)

    assert nomad_and_aws.written == []

"""The whole system, for tests that watch it work."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from devstack.cluster import find_nomad
from devstack.fleet import BootTimes
from devstack.pools import changed
from devstack.stack import Stack, StackSettings
from tests.e2e.system import QUICK_POOL, SLEEP, System


@pytest.fixture(params=["standin", pytest.param("real", marks=pytest.mark.nomad)])
def nomad(request: pytest.FixtureRequest) -> Path | None:
    """The Nomad to run on: the stand-in, and the real agent where NOMAD_BIN names one."""
    if request.param == "standin":
        return None
    if not os.environ.get("NOMAD_BIN"):
        pytest.skip("NOMAD_BIN names no executable")
    return find_nomad()


@pytest.fixture
def start(nomad: Path | None) -> Iterator[Callable[[StackSettings], System]]:
    """Bring up a system whose children sleep; it must leave nothing that had to be swept up."""
    systems: list[System] = []
    with ExitStack() as running:

        def bring_up(settings: StackSettings) -> System:
            pools = tuple(
                replace(pool, settings=changed(QUICK_POOL, pool.settings))
                for pool in settings.pools
            )
            told = replace(
                settings,
                nomad=nomad,
                pools=pools,
                task_script=SLEEP,
                boot=BootTimes(0.5, 1.0),
            )
            stack = running.enter_context(Stack(told))
            systems.append(System(stack))
            return systems[-1]

        yield bring_up
        broken = [line for system in systems for line in system.broken()]
    assert broken == []
    for system in systems:
        assert system.stack.leftovers == ()
        assert not system.stack.directory.exists()


@pytest.fixture
def system(start: Callable[[StackSettings], System]) -> System:
    """A system of one pool: a node for two children, and four nodes at most."""
    return start(StackSettings())

"""
Every command in the documentation is run, unless the page says why it is not.

What the page shows of a command's output is what it prints; beside a daemon, but for the numbers.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from devstack.deadline import wait_until
from devstack.fleet import BootTimes
from devstack.stack import Stack, StackSettings
from tests.docs.pages import ROOT, Fence, all_fences
from tests.docs.running import Command, commands_of, is_run, matches, run, strangers
from tests.e2e.system import SLEEP, System, rules, running

#: Where pages have the configuration of a service, and where the service keeps its state.
_CONFIG, _STATE = "/etc/autoscaler/config.yaml", "/var/lib/autoscaler"
#: What of the repository a reader has at hand.
_AT_HAND = ("config.example.yaml", "samples", "nomad", "bin", "Makefile", "setup.cfg")


@dataclass(frozen=True, slots=True)
class Place:
    """Where commands are run; ``names`` are what pages call things, and what they are here."""

    directory: Path
    environment: Mapping[str, str]
    names: Mapping[str, str]

    def here(self, command: Command) -> Command:
        line = command.line
        for name, found in self.names.items():
            line = line.replace(name, found)
        return Command(line, command.shown)

    def as_told(self, printed: tuple[str, ...]) -> tuple[str, ...]:
        """What was printed, with the names that pages have for things."""
        text = "\n".join(printed)
        for name, found in self.names.items():
            text = text.replace(found, name)
        return tuple(text.split("\n"))


def _fences(*, with_daemon: bool) -> list[object]:
    found = [
        fence
        for fence in all_fences()
        if is_run(fence) and (fence.marked("with") == "daemon") is with_daemon
    ]
    return [pytest.param(fence, id=fence.place) for fence in found]


def _environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("NOMAD_")}
    return {**kept, "PATH": path, "COLUMNS": "100"}


@pytest.fixture
def desk(tmp_path: Path) -> Place:
    """A directory with what a reader has, and nothing that runs."""
    for name in _AT_HAND:
        if (ROOT / name).exists():
            (tmp_path / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "config.example.yaml", tmp_path / "config.yaml")
    return Place(tmp_path, _environment(), {})


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A daemon at work: two nodes at its maximum, four children that run and two that wait."""
    settings = StackSettings(max_size=2, task_script=SLEEP, boot=BootTimes(0.2, 0.4))
    with Stack(settings) as stack:
        system = System(stack)
        with system.daemon() as daemon:
            system.dispatch(1, 1, *[600.0] * 6)
            system.wait(lambda scene: running(scene) == 4, "four children at work", daemon)
            wait_until(lambda: "size_max" in rules(daemon), seconds=20, what="its maximum told")
            yield Place(
                tmp_path_factory.mktemp("reader"),
                {**stack.client_environment, **_environment(), "NOMAD_ADDR": stack.nomad.address},
                {_CONFIG: str(daemon.config), _STATE: str(stack.directory / "state")},
            )


def _check(fence: Fence, place: Place) -> None:
    assert strangers(fence) == [], "not to be run here: mark the block"
    for command in map(place.here, commands_of(fence)):
        code, printed = run(command, place.directory, place.environment)

        told = "\n".join(printed)
        assert code == int(fence.marked("exits") or 0), f"{command.line}\n{told}"
        if command.shown:
            loose = fence.marked("with") == "daemon"
            shown = "\n".join(command.shown)
            as_told = place.as_told(printed)
            assert matches(command.shown, as_told, loose=loose), f"{shown}\n--- printed:\n{told}"


@pytest.mark.parametrize("fence", _fences(with_daemon=False))
def test_commands_do_what_the_page_says(fence: Fence, desk: Place) -> None:
    _check(fence, desk)


@pytest.mark.parametrize("fence", _fences(with_daemon=True))
def test_commands_beside_a_daemon_do_what_the_page_says(fence: Fence, beside: Place) -> None:
    _check(fence, beside)

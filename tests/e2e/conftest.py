"""The whole system, for tests that watch it work."""

import http.client
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from devstack.cluster import find_nomad
from devstack.daemon import Daemon
from devstack.deadline import wait_until
from devstack.demo.nomadview import NomadView
from devstack.demo.scene import ChildState, Scene
from devstack.fleet import BootTimes
from devstack.stack import JOB, Stack, StackSettings

#: A child whose work is to sleep for as many seconds as its input says.
SLEEP = 'exec sleep "$NOMAD_META_input"'


class System:
    """A stack whose children sleep, and what a test does with it."""

    def __init__(self, stack: Stack, config: Callable[[Stack], dict[str, object]]) -> None:
        self.stack = stack
        self._config = config
        self._view = NomadView(stack.nomad.address, JOB)

    def daemon(self, *arguments: str) -> Daemon:
        return self.stack.daemon(*arguments, settings=self._config(self.stack))

    def dispatch(self, *seconds: float) -> None:
        """One child for each, which runs so long."""
        for duration in seconds:
            body = json.dumps({"Meta": {"input": f"{duration:g}", "profile": "small"}})
            with closing(
                http.client.HTTPConnection(urlsplit(self.stack.nomad.address).netloc, timeout=10)
            ) as connection:
                connection.request("PUT", f"/v1/job/{JOB}/dispatch", body)
                assert connection.getresponse().status == 200

    def look(self) -> Scene:
        return self._view.look(self.stack.launcher.lives(), self.stack.group().desired)

    def wait(
        self, true: Callable[[Scene], bool], what: str, daemon: Daemon, seconds: float = 40
    ) -> Scene:
        """The first scene for which ``true`` holds."""
        seen: list[Scene] = []

        def look() -> bool:
            seen[:] = [self.look()]
            return true(seen[0])

        def hint() -> str:
            return f"{seen[0]}\n{daemon.last_words()}"

        wait_until(look, seconds=seconds, what=what, hint=hint)
        return seen[0]

    def wait_for_zero(self, daemon: Daemon) -> Scene:
        """The scene once all children have ended and the group is empty."""

        def empty(scene: Scene) -> bool:
            return scene.all_ended and scene.desired == 0 and not scene.nodes

        return self.wait(empty, "the work done and the group at zero", daemon)

    def states(self) -> list[ChildState]:
        return [child.state for child in self.look().children]

    def written(self) -> list[str]:
        """The actions by which anybody but the devstack itself could have changed AWS."""
        return [call.action for call in self.stack.aws.calls() if call.writes]


def _quick(stack: Stack) -> dict[str, object]:
    settings = stack.daemon_settings()
    settings["interval"] = "1s"
    scale_in = settings["pools"][0]["scaling"]["scale_in"]
    scale_in["idle_after"] = "1s"
    return settings


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
    """Bring up a system; it must leave nothing that had to be swept up."""
    stacks: list[Stack] = []
    with ExitStack() as running:

        def bring_up(settings: StackSettings) -> System:
            stack = running.enter_context(Stack(replace(settings, nomad=nomad)))
            stacks.append(stack)
            return System(stack, _quick)

        yield bring_up
    for stack in stacks:
        assert stack.leftovers == ()
        assert not stack.directory.exists()


@pytest.fixture
def system(start: Callable[[StackSettings], System]) -> System:
    """A system that boots its nodes within a second and whose children sleep."""
    return start(StackSettings(task_script=SLEEP, boot=BootTimes(0.5, 1.0)))

"""A stack whose children sleep, and what a test does with it."""

import http.client
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from devstack.awscalls import AwsCall
from devstack.daemon import Daemon, LogLine
from devstack.deadline import wait_until
from devstack.demo.nomadview import NomadView
from devstack.demo.scene import ChildState, NodeState, Scene
from devstack.fleet import Figures
from devstack.pools import JOB, changed
from devstack.stack import Stack

#: A child whose work is to sleep for as many seconds as its input says.
SLEEP = 'exec sleep "$NOMAD_META_input"'

#: The daemon's configuration, and each pool's part of it: quicker than the stack's own.
QUICK: Mapping[str, Any] = {"interval": "1s"}
QUICK_POOL: Mapping[str, Any] = {"scaling": {"scale_in": {"idle_after": "1s"}}}


class System:
    """A running stack; the daemon is the test's to start."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.control = stack.aws.control
        jobs = [pool.name for pool in stack.settings.pools]
        self._daemons: list[Daemon] = []
        self._views = [NomadView(stack.nomad.address, job) for job in jobs]

    def daemon(
        self, *arguments: str, pool: Mapping[str, Any] | None = None, **changes: Any
    ) -> Daemon:
        """
        The daemon, which a ``with`` block runs.

        It is told ``changes`` beyond the quick settings, and of each pool those in ``pool``.
        """
        told = changed(changed(self.stack.daemon_settings(), QUICK), changes)
        told["pools"] = [changed(one, pool or {}) for one in told["pools"]]
        self._daemons.append(self.stack.daemon(*arguments, settings=told))
        return self._daemons[-1]

    def broken(self) -> list[str]:
        """What no trouble of the world excuses: lines of the daemons' logs, and metrics."""
        lines = [
            f"{dict(line)}"[:2000]
            for daemon in self._daemons
            for line in daemon.lines()
            if "exception" in line
        ]
        return [*lines, *self.stack.statsd.malformed]

    def dispatch(self, *seconds: float, job: str = JOB) -> None:
        """One child for each, which runs so long."""
        address = urlsplit(self.stack.nomad.address).netloc
        with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
            for duration in seconds:
                body = json.dumps({"Meta": {"input": f"{duration:g}", "profile": "small"}})
                connection.request("PUT", f"/v1/job/{job}/dispatch", body)
                answer = connection.getresponse()
                assert answer.status == 200, answer.read()
                answer.read()

    def look(self) -> Scene:
        lives, desired = self.stack.lives(), self.stack.desired()
        scenes = [view.look(lives, desired) for view in self._views]
        children = tuple(chain.from_iterable(scene.children for scene in scenes))
        return Scene(children, scenes[0].nodes, desired)

    def wait(
        self, true: Callable[[Scene], bool], what: str, daemon: Daemon, seconds: float = 40
    ) -> Scene:
        """The first scene for which ``true`` holds."""
        seen: list[Scene] = []

        def look() -> bool:
            self.stack.require_healthy()
            daemon.require_alive()
            seen[:] = [self.look()]
            return true(seen[0])

        wait_until(look, seconds=seconds, what=what, hint=lambda: f"{seen}\n{tail(daemon)}")
        return seen[0]

    def wait_for_end(self, daemon: Daemon, least: int = 0, seconds: float = 40) -> Scene:
        """The scene once all children have ended and the groups are at their ``least``."""

        def over(scene: Scene) -> bool:
            ready = [node.state is NodeState.READY for node in scene.nodes]
            return scene.all_ended and scene.desired == least and ready == [True] * least

        return self.wait(over, f"the work done and the groups at {least}", daemon, seconds)

    def wait_for_call(self, action: str, daemon: Daemon, seconds: float = 20) -> AwsCall:
        """The first call of that name from now on."""
        before = self.stack.aws.record.size
        found: list[AwsCall] = []

        def came() -> bool:
            found[:] = self.calls(action, since=before)
            return bool(found)

        wait_until(came, seconds=seconds, what=action, hint=lambda: tail(daemon))
        return found[0]

    def calls(self, *actions: str, since: int = 0) -> list[AwsCall]:
        """The daemon's calls of those names, after so many bytes of the record."""
        calls = self.stack.aws.record.read(since=since)
        return [call for call in calls if not call.own and call.action in actions]

    def written(self, since: int = 0) -> list[str]:
        """The actions by which anybody but the devstack itself could have changed AWS."""
        calls = self.stack.aws.record.read(since=since)
        return [call.action for call in calls if not call.own and call.writes]

    @property
    def figures(self) -> Figures:
        return self.stack.figures()

    @contextmanager
    def frozen_nomad(self) -> Iterator[None]:
        """For the length of the block Nomad's server hangs: it takes calls and answers none."""
        server = self.stack.nomad.server_pid
        os.kill(server, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(server, signal.SIGCONT)


def all_done(scene: Scene, count: int) -> bool:
    """Whether there are so many children, and each ended well."""
    return [child.state for child in scene.children] == [ChildState.DONE] * count


def running(scene: Scene) -> int:
    return scene.count(ChildState.RUNNING)


def actions(daemon: Daemon, *names: str) -> tuple[LogLine, ...]:
    """The daemon's own record of what it did, of those names or all."""
    applied = daemon.events("action.applied")
    return tuple(line for line in applied if not names or line["action"] in names)


def rules(daemon: Daemon) -> list[str]:
    """Every rule that shaped a decision which was told, in order, again for each decision."""
    return [rule for line in daemon.events("cycle.finished") for rule in line["rules"]]


def tail(daemon: Daemon, lines: int = 12) -> str:
    """The end of the daemon's log, one short line for each of its own."""
    return "\n".join(str(dict(line))[:700] for line in daemon.lines()[-lines:])

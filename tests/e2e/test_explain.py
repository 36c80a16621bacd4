"""``autoscaler explain`` beside a running daemon, and after its end."""

import copy
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from devstack.deadline import wait_until
from devstack.demo.scene import NodeState
from tests.e2e.system import System, running

pytestmark = pytest.mark.e2e

#: Kept longer than the test takes, so that an idle node is there to be asked about.
POOL = {
    "jobs": ["transcode", "large", "arm"],
    "size": {"max": 1},
    "scaling": {"scale_in": {"idle_after": "10m"}},
}


class Explain:
    """The command, on a system's configuration."""

    def __init__(self, system: System) -> None:
        self._system = system

    def __call__(self, *arguments: str) -> tuple[int, Any]:
        """Its exit code, and what it says as JSON."""
        stack = self._system.stack
        config = str(stack.directory / "autoscaler.yaml")
        command = [sys.executable, "-m", "autoscaler", "explain", "--config", config, "--json"]
        done = subprocess.run(
            [*command, *arguments],
            env=dict(stack.client_environment),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def code(self, *arguments: str) -> str:
        """The code of the explanation."""
        _, said = self(*arguments)
        return str(said["explanation"]["code"])

    def once(self, code: str, *arguments: str) -> Any:
        """The explanation as soon as it has that code."""
        said: list[Any] = []

        def came() -> bool:
            said[:] = [self(*arguments)[1]]
            return said[0]["explanation"]["code"] == code

        wait_until(came, seconds=30, what=f"{arguments} to be {code}", hint=lambda: str(said))
        return said[0]["explanation"]


@pytest.fixture
def explain(system: System) -> Explain:
    return Explain(system)


def call(system: System, method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{system.stack.nomad.address}/v1/{path}", data=data, method=method
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.loads(reply.read())


def register_variant(system: System, name: str, change: Callable[[Any], None]) -> None:
    """Another parameterized job, like this project's but for what is changed."""
    job = copy.deepcopy(call(system, "GET", "job/transcode"))
    job |= {"ID": name, "Name": name}
    change(job)
    call(system, "PUT", "jobs", {"Job": job})


def with_too_large_an_ask(job: Any) -> None:
    job["TaskGroups"][0]["Tasks"][0]["Resources"]["MemoryMB"] = 9000


def with_a_constraint(job: Any) -> None:
    arm = {"LTarget": "${attr.cpu.arch}", "RTarget": "none-such", "Operand": "="}
    job["Constraints"] = [*(job["Constraints"] or ()), arm]


def children(system: System, state: str) -> list[str]:
    stubs = call(system, "GET", "jobs?prefix=transcode/dispatch-")
    return [one["ID"] for one in stubs if one["Status"] == state]


def test_each_child_and_node_is_explained_while_the_daemon_runs(
    system: Any, explain: Explain
) -> None:
    register_variant(system, "large", with_too_large_an_ask)
    register_variant(system, "arm", with_a_constraint)
    with system.daemon(pool=POOL) as daemon:
        system.dispatch(20, 20, 20)
        system.dispatch(1, job="large")
        system.dispatch(1, job="arm")
        system.wait(lambda scene: running(scene) == 2, "two running", daemon)

        (waiting,) = children(system, "pending")
        full = explain.once("size_max", "--job", waiting)
        assert "the pool's maximum is 1" in full["sentence"]
        assert explain.code("--job", children(system, "running")[0]) == "running"
        large = explain.once("unplaceable", "--job", "large/")
        assert large["numbers"] == {"asks_memory_mib": 9000, "offers_memory_mib": 2000}
        arm = explain.once("constraint", "--job", "arm/")
        assert "${attr.cpu.arch} = none-such: the nodes have " in arm["sentence"]
        (node,) = system.look().nodes
        busy = explain.once("busy", "--node", node.instance)
        assert {one["code"] for one in busy["details"]} == {"hosts"}
        assert explain("--node", "none-such")[0] == 1

        system.wait(lambda scene: running(scene) == 0, "all ended", daemon, seconds=60)
        assert explain.once("idle_after", "--node", node.instance)["numbers"]["goes_at"]
        assert explain.code("--job", waiting) == "finished"


def test_the_journal_answers_when_the_daemon_was_killed_and_its_socket_is_taken_over(
    system: Any, explain: Explain
) -> None:
    socket = system.stack.directory / "state" / "autoscaler.sock"
    with system.daemon(pool={"size": {"max": 1}}) as daemon:
        assert explain("--last", "1")[0] in (0, 1)  # There may have been no cycle yet.
        system.dispatch(5)
        system.wait(
            lambda scene: [node.state for node in scene.nodes] == [NodeState.READY], "ready", daemon
        )
        assert source(explain) == "daemon"
        assert socket.stat().st_mode & 0o777 == 0o600
        daemon.kill()
        assert socket.exists()
        assert source(explain) == "journal"

        daemon.start()
        wait_until(lambda: source(explain) == "daemon", seconds=20, what="the new daemon's answer")
    assert not socket.exists()
    assert source(explain) == "journal"


def source(explain: Explain) -> str:
    """Where the answer came from."""
    _, said = explain("--last", "1")
    return str(said["pools"][0]["picture"]["source"])


def test_a_dry_run_opens_no_socket(system: Any, explain: Explain) -> None:
    with system.daemon("--dry-run") as daemon:
        wait_until(
            lambda: "pool transcode" in daemon.log.read_text(), seconds=20, what="a decision"
        )

        assert not (system.stack.directory / "state").exists()
        code, said = explain()
    assert code == 1
    assert "there is no directory" in said

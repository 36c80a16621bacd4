"""The policies of who dispatches, of who looks and of tasks, by a real Nomad and the commands."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from devstack.agents import Agents
from devstack.cluster import NodeSpec
from devstack.deadline import wait_until
from devstack.pools import JOB_FILE
from tests.unit.nomad.files import POLICIES, policy, without

pytestmark = pytest.mark.nomad

POLICY = policy("dispatcher")
TASK = """#!/bin/sh
echo '{"event": "transcode.progressed", "percent": 42.0, "speed": 2.1, "eta_seconds": 9}' >&2
test "$NOMAD_META_input" = http://h/quick || exec sleep 300
"""
Tokens = Callable[[str], str]


@pytest.fixture(scope="module")
def cluster(guarded: Agents, tmp_path_factory: pytest.TempPathFactory) -> Agents:
    """With the transcode job and a node; its tasks tell that they are at 42 per cent."""
    command = tmp_path_factory.mktemp("task") / "task"
    command.write_text(TASK, encoding="utf-8")
    command.chmod(0o755)
    guarded.register(
        JOB_FILE,
        {
            "s3_bucket": "none",
            "driver": "raw_exec",
            "command": str(command),
            "cpu": "100",
            "memory": "100",
            "disk": "100",
        },
    )
    guarded.start_node(NodeSpec("i-0123456789abcdef0"))
    return guarded


def transcoder(cluster: Agents, token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "transcoder", *arguments],
        env={"PATH": os.defpath, "NOMAD_ADDR": cluster.address, "NOMAD_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def a_list(directory: Path, *inputs: str) -> str:
    path = directory / "list.txt"
    path.write_text("".join(f"{one}\n" for one in inputs))
    return str(path)


def status(cluster: Agents, token: str, method: str, path: str, body: object = None) -> int:
    headers = {"X-Nomad-Token": token}
    url = f"{cluster.address}/v1/{path}"
    return requests.request(method, url, json=body, headers=headers, timeout=10).status_code


def test_who_dispatches_can_wait_and_look(
    cluster: Agents, token_for: Tokens, tmp_path: Path
) -> None:
    token = token_for(POLICY)

    done = transcoder(cluster, token, "dispatch", a_list(tmp_path, "http://h/quick"), "--wait")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Dispatched Job ID = transcode/dispatch-" in done.stdout
    sent = transcoder(cluster, token, "dispatch", a_list(tmp_path, "http://h/slow"))
    assert sent.returncode == 0, sent.stderr

    def told() -> str:
        return transcoder(cluster, token, "status").stdout

    wait_until(lambda: "42" in told(), seconds=40, what="how far the child is, from its log")


@pytest.mark.parametrize(
    ("right", "command", "words"),
    [
        ("dispatch-job", "dispatch", "NOMAD_TOKEN needs the right dispatch-job"),
        ("list-jobs", "status", "NOMAD_TOKEN needs the right list-jobs"),
        ("read-job", "status", "NOMAD_TOKEN needs the right read-job"),
    ],
)
def test_with_one_right_less_the_command_says_which(
    cluster: Agents, token_for: Tokens, tmp_path: Path, right: str, command: str, words: str
) -> None:
    arguments = [a_list(tmp_path, "http://h/a")] if command == "dispatch" else []

    done = transcoder(cluster, token_for(without(POLICY, right)), command, *arguments)

    assert done.returncode == 78, done.stdout
    assert words in done.stderr


def test_without_read_logs_it_is_told_that_logs_cannot_be_read(
    cluster: Agents, token_for: Tokens, tmp_path: Path
) -> None:
    token = token_for(without(POLICY, "read-logs"))
    sent = transcoder(cluster, token, "dispatch", a_list(tmp_path, "http://h/slow"))
    assert sent.returncode == 0, sent.stderr

    def told() -> str:
        done = transcoder(cluster, token, "status")
        return done.stdout + done.stderr

    wait_until(
        lambda: "needs the right read-logs" in told(), seconds=40, what="why there is no progress"
    )


def test_who_dispatches_changes_nothing_else(cluster: Agents, token_for: Tokens) -> None:
    token = token_for(POLICY)

    assert status(cluster, token, "DELETE", "job/transcode") == 403
    assert status(cluster, token, "GET", "nodes") == 403
    assert status(cluster, token, "GET", "agent/self") == 403


def test_people_who_look_see_all_and_change_nothing(cluster: Agents, token_for: Tokens) -> None:
    token = token_for(policy("operator"))

    for path in (
        "jobs",
        "job/transcode",
        "nodes",
        "agent/self",
        "operator/scheduler/configuration",
    ):
        assert status(cluster, token, "GET", path) == 200, path
    assert transcoder(cluster, token, "status").returncode == 0
    assert status(cluster, token, "PUT", "job/transcode/dispatch", {"Meta": {"input": "x"}}) == 403
    assert status(cluster, token, "DELETE", "job/transcode") == 403
    assert status(cluster, token, "PUT", "system/gc") == 403


def test_a_task_may_nothing(cluster: Agents, token_for: Tokens) -> None:
    token = token_for(policy("task"))

    for path in ("job/transcode", "nodes", "agent/self", "operator/scheduler/configuration"):
        assert status(cluster, token, "GET", path) == 403, path
    assert status(cluster, token, "PUT", "job/transcode/dispatch", {"Meta": {"input": "x"}}) == 403


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_nomad_takes_each_policy_as_the_file_says(
    cluster: Agents, nomad: Callable[..., subprocess.CompletedProcess[str]], path: Path
) -> None:
    environment = {"NOMAD_ADDR": cluster.address, "NOMAD_TOKEN": cluster.token or ""}

    done = nomad("acl", "policy", "apply", "tried", str(path), environment=environment)

    assert done.returncode == 0, done.stderr
    assert 'Successfully wrote "tried" ACL policy' in done.stdout

"""The daemon as a job of Nomad: apart from the pool, well, one at a time, ended by SIGTERM."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from devstack.agents import Agents
from devstack.aws import LocalAws
from devstack.cluster import NodeSpec
from devstack.deadline import wait_until
from devstack.environment import base_environment
from devstack.loopback import free_ports
from devstack.pools import JOB_FILE as TRANSCODE
from tests.unit.nomad.files import NOMAD

pytestmark = pytest.mark.nomad

JOB_FILE = NOMAD / "autoscaler.nomad.hcl"
CONFIG = """
interval: 1s
aws: {{region: us-east-1, endpoint_url: "{aws}"}}
datadog: {{statsd: null}}
http: {{listen: "127.0.0.1:{port}"}}
pools:
  - name: transcode
    jobs: [transcode]
    group: nomad-clients
    nodes: {{class: transcode}}
    size: {{min: 0, max: 2}}
    node: {{cpu: 2000, memory: 2000}}
"""
Nomad = Callable[..., subprocess.CompletedProcess[str]]


def for_older_nomads(directory: Path) -> Path:
    """The file less the blocks that it says older versions do without, as it says to."""
    text = JOB_FILE.read_text(encoding="utf-8")
    for block, indent in (("service", " " * 4), ("identity", " " * 6)):
        pattern = rf"^{indent}{block} \{{\n(?:.*\n)*?{indent}\}}\n"
        text, count = re.subn(pattern, "", text, flags=re.MULTILINE)
        assert count == 1, block
    assert text.count('health_check      = "checks"') == 1
    path = directory / "autoscaler.nomad.hcl"
    path.write_text(text.replace('"checks"', '"task_states"'), encoding="utf-8")
    return path


@pytest.mark.parametrize("driver", ["exec", "raw_exec", "docker"])
@pytest.mark.parametrize("volume", ["", "autoscaler"])
def test_the_job_is_sound_in_each_driver_with_and_without_a_volume(
    nomad: Nomad, tmp_path: Path, driver: str, volume: str
) -> None:
    settings = [f"-var=driver={driver}", f"-var=state_volume={volume}", "-var=config=interval: 1s"]

    done = nomad("job", "run", "-output", *settings, str(for_older_nomads(tmp_path)))

    assert done.returncode == 0, done.stderr
    (group,) = json.loads(done.stdout)["Job"]["TaskGroups"]
    (task,) = group["Tasks"]
    assert ("image" in task["Config"]) == (driver == "docker")
    assert bool(group["Volumes"]) == bool(task["VolumeMounts"]) == bool(volume)
    place = task["Env"]["STATE_DIRECTORY"]
    assert place == ("/var/lib/autoscaler" if volume else "${NOMAD_ALLOC_DIR}/data/autoscaler")


def test_an_empty_configuration_is_refused_with_the_way_to_give_one(
    nomad: Nomad, tmp_path: Path
) -> None:
    done = nomad("job", "run", "-output", "-var=config=", str(for_older_nomads(tmp_path)))

    assert done.returncode != 0
    assert "The config is a YAML text" in done.stderr


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    directory = tmp_path_factory.mktemp("aws")
    with LocalAws(directory, base_environment(directory)) as running:
        yield running


@pytest.fixture
def cluster(executable: Path, aws: LocalAws, tmp_path: Path) -> Iterator[Agents]:
    """With the transcode job and a node of the pool, on which the daemon must not run."""
    with closing(Agents.start(tmp_path / "nomad", executable)) as running:
        running.register(TRANSCODE, {"s3_bucket": "none", "driver": "raw_exec"})
        environment = dict(aws.client_environment)
        running.start_node(NodeSpec("i-000000000000000aa", environment=environment))
        yield running


def get(cluster: Agents, path: str) -> Any:
    reply = requests.get(f"{cluster.address}/v1/{path}", timeout=10)
    assert reply.status_code == 200, reply.text
    return reply.json()


def allocations(cluster: Agents) -> list[dict[str, Any]]:
    return list(get(cluster, "job/autoscaler/allocations"))


def a_command(directory: Path) -> Path:
    """The daemon of this environment, as it would be installed on a node."""
    command = directory / "autoscaler"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m autoscaler "$@"\n')
    command.chmod(0o755)
    return command


def is_well(port: int) -> bool:
    try:
        reply = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
    except requests.ConnectionError:
        return False
    return reply.status_code == 200


def test_it_runs_apart_from_the_pool_and_is_replaced_one_at_a_time(
    cluster: Agents, aws: LocalAws, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    variables = {
        "config": CONFIG.format(aws=aws.endpoint, port=port),
        "driver": "raw_exec",
        "command": str(a_command(tmp_path)),
        "user": os.environ.get("USER") or "root",
        "nomad_address": cluster.address,
        "port": str(port),
    }
    job_file = for_older_nomads(tmp_path)
    wait_until(
        lambda: any(node["Status"] == "ready" for node in get(cluster, "nodes")),
        seconds=40,
        what="the pool's node is ready",
    )
    cluster.register(job_file, variables)
    wait_until(
        lambda: any(
            one["Status"] == "blocked" for one in get(cluster, "job/autoscaler/evaluations")
        ),
        seconds=20,
        what="the job waits for a node",
    )
    assert allocations(cluster) == [], "the only node is the pool's"

    cluster.start_node(
        NodeSpec("i-000000000000000bb", node_class="stable", environment=aws.client_environment)
    )
    wait_until(lambda: is_well(port), seconds=60, what="the daemon answers /healthz")
    (first,) = allocations(cluster)

    changed = {**variables, "config": variables["config"].replace("max: 2", "max: 3")}
    cluster.register(job_file, changed)

    def second() -> list[dict[str, Any]]:
        found = [one for one in allocations(cluster) if one["ID"] != first["ID"]]
        return [one for one in found if one["ClientStatus"] == "running"]

    wait_until(lambda: bool(second()), seconds=60, what="the new one runs")
    old = get(cluster, f"allocation/{first['ID']}")
    (new,) = second()
    ended = old["TaskStates"]["autoscaler"]
    assert old["ClientStatus"] == "complete"
    assert [event["ExitCode"] for event in ended["Events"] if event["Type"] == "Terminated"] == [0]
    assert ended["FinishedAt"] <= new["TaskStates"]["autoscaler"]["StartedAt"]
    wait_until(lambda: is_well(port), seconds=60, what="the new one answers /healthz")

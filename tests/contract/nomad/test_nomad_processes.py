"""Processes: whatever ends a cluster, or a node of it, leaves none behind."""

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import requests

from devstack.cluster import ClusterError, NodeSpec
from devstack.processes import marked
from devstack.standin import StandIn
from tests.contract.nomad.api import Cluster, wait_for
from tests.contract.nomad.conftest import Start
from tests.contract.nomad.jobs import shell_template

#: A task whose grandchild leaves the session, as a daemon would.
FLEEING = "setsid -f sleep 300; sleep 300"


def tasks(cluster: Cluster) -> tuple[int, ...]:
    """The processes of all allocations that there have been."""
    return marked({f"NOMAD_ALLOC_ID={item['ID']}" for item in cluster.get("/v1/allocations")})


def busy(start: Start, spec: NodeSpec) -> Cluster:
    """A cluster with a child whose task has started two processes more."""
    cluster = start()
    cluster.put("/v1/jobs", {"Job": shell_template(FLEEING)})
    cluster.boot(spec)
    cluster.dispatch()
    wait_for(lambda: len(tasks(cluster)) >= 3, "the task and what it started run")
    return cluster


def test_a_stopped_node_takes_all_that_its_tasks_started_with_it(
    start: Start, small_node: NodeSpec
) -> None:
    cluster = busy(start, small_node)

    cluster.nomad.stop_node(small_node.instance_id)

    assert tasks(cluster) == ()


def test_a_closed_cluster_leaves_nothing(start: Start, small_node: NodeSpec) -> None:
    cluster = busy(start, small_node)
    (alloc_id,) = [item["ID"] for item in cluster.get("/v1/allocations")]

    cluster.nomad.close()

    assert marked({f"NOMAD_ALLOC_ID={alloc_id}"}) == ()
    with pytest.raises(requests.ConnectionError):
        cluster.ask("GET", "/v1/status/leader")


OWNER = """
import json, sys, time
from pathlib import Path
from devstack.cluster import NodeSpec, find_nomad, open_cluster
cluster = open_cluster(Path(sys.argv[1]), find_nomad() if sys.argv[2] == "nomad" else None)
cluster.start_node(NodeSpec("i-1"))
print(json.dumps(cluster.address), flush=True)
time.sleep(300)
"""


def test_a_killed_owner_takes_the_cluster_with_it(
    flavour: str, tmp_path: Path, small_node: NodeSpec
) -> None:
    command = [sys.executable, "-c", OWNER, str(tmp_path / "nomad"), flavour]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        address = json.loads(owner.stdout.readline())
        requests.put(f"{address}/v1/jobs", json={"Job": shell_template(FLEEING)}, timeout=10)
        dispatch = {"Meta": {"input": "1"}}
        requests.put(f"{address}/v1/job/transcode/dispatch", json=dispatch, timeout=10)

        def running() -> tuple[int, ...]:
            found = requests.get(f"{address}/v1/allocations", timeout=10).json()
            return marked({f"NOMAD_ALLOC_ID={item['ID']}" for item in found})

        processes = wait_for(lambda: len(running()) >= 3 and running(), "the task runs")
        owner.kill()

    wait_for(lambda: not any(map(alive, processes)), "the tasks are gone", seconds=10)
    wait_for(lambda: refuses(address), "the server is gone", seconds=10)


def alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def refuses(address: str) -> bool:
    try:
        requests.get(f"{address}/v1/status/leader", timeout=5)
    except requests.ConnectionError:
        return True
    return False


def test_a_killed_stand_ins_tasks_end_when_it_is_closed(
    standin: Cluster, small_node: NodeSpec
) -> None:
    standin.put("/v1/jobs", {"Job": shell_template(FLEEING)})
    standin.boot(small_node)
    standin.dispatch()
    processes = wait_for(lambda: len(tasks(standin)) >= 3 and tasks(standin), "the task runs")
    # The one process of the stand-in's that is no task's.
    (server,) = set(marked(own_mark(processes[0]))) - set(processes)

    os.kill(server, signal.SIGKILL)
    standin.nomad.close()

    wait_for(lambda: not any(map(alive, processes)), "the tasks are gone", seconds=5)


def own_mark(process_id: int) -> set[str]:
    """The mark of the stand-in that runs a task."""
    text = Path(f"/proc/{process_id}/environ").read_bytes().decode()
    return {entry for entry in text.split("\0") if entry.startswith("DEVSTACK_STANDIN=")}


def test_a_port_that_is_taken_is_a_clear_error(tmp_path: Path) -> None:
    with closing(StandIn.start(tmp_path / "one")) as first:
        port = int(first.address.rpartition(":")[2])

        with pytest.raises(ClusterError, match="Address already in use"):
            StandIn.start(tmp_path / "two", port=port)

"""Running Nomad clusters for the contract tests, and what is done to them."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from autoscaler.adapters.nomad import NomadPool
from autoscaler.adapters.nomad_client import NomadClient, NomadConnection
from autoscaler.core.model import JobQueue, Node
from autoscaler.core.settings import NodeSelector
from devstack.cluster import NodeSpec, NomadCluster, find_nomad, open_cluster
from devstack.deadline import wait_until

JOB_FILE = Path("nomad/transcode.nomad.hcl")
SELECTOR = NodeSelector(class_="transcode")
REAL = [pytest.param("nomad", marks=pytest.mark.nomad)] if os.environ.get("NOMAD_BIN") else []
CLUSTERS = ["stand-in", *REAL]


def now() -> datetime:
    return datetime.now(UTC)


def connection_to(address: str, token: str | None = None) -> NomadConnection:
    return NomadConnection(address, token, "default", None, None, None, None, 10)


@contextmanager
def a_cluster(kind: str, directory: Path) -> Iterator[NomadCluster]:
    """With this project's job, whose children sleep for as many seconds as their input says."""
    executable = find_nomad() if kind == "nomad" else None
    with closing(open_cluster(directory / "nomad", executable)) as running:
        command = directory / "sleeps"
        command.write_text('#!/bin/sh\nexec sleep "$NOMAD_META_input"\n')
        command.chmod(0o755)
        variables = {
            "s3_bucket": "none",
            "driver": "raw_exec",
            "command": str(command),
            "cpu": "900",
            "memory": "900",
        }
        assert running.register(JOB_FILE, variables) == "transcode"
        yield running


def a_pool(cluster: NomadCluster, selector: NodeSelector = SELECTOR) -> NomadPool:
    return NomadPool(NomadClient(connection_to(cluster.address)), selector, ["transcode"])


def call(cluster: NomadCluster, method: str, path: str, body: Any = None) -> Any:
    reply = requests.request(method, f"{cluster.address}/v1/{path}", json=body, timeout=10)
    assert reply.status_code == 200, reply.text
    return reply.json()


def dispatch(cluster: NomadCluster, count: int = 1, *, seconds: int = 600, **meta: str) -> None:
    for _ in range(count):
        body = {"Meta": {"input": str(seconds), **meta}}
        call(cluster, "PUT", "job/transcode/dispatch", body)


def boot(
    cluster: NomadCluster, pool: NomadPool, instance_id: str = "i-0123456789abcdef0", **spec: Any
) -> Node:
    """Start a node with room for two children; as it is when it takes work."""
    cluster.start_node(NodeSpec(instance_id, **spec))

    def joined() -> bool:
        return any(
            node.places_work and node.instance_id == instance_id for node in pool.nodes(now())
        )

    wait_until(joined, seconds=40, what=f"the node on {instance_id}")
    return next(node for node in pool.nodes(now()) if node.instance_id == instance_id)


def queue_once(
    pool: NomadPool, what: str, reached: Callable[[JobQueue], bool], *, seconds: float = 20
) -> JobQueue:
    """Observe until the queue is as it should be; the observation that saw it so."""
    ends = time.monotonic() + seconds
    while True:
        pool.nodes(now())
        queue = pool.queue("transcode", now())
        if reached(queue):
            return queue
        assert time.monotonic() < ends, f"{what}: {queue}"
        pool.recount(now())

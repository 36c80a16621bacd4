"""Clusters for the contract tests: the stand-in, and real agents where NOMAD_BIN names them."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import requests

from devstack.agents import Agents
from devstack.cluster import NOMAD_BIN, NodeSpec, find_nomad
from devstack.standin import StandIn
from tests.contract.nomad.api import Cluster
from tests.contract.nomad.jobs import recorded_job

#: Seconds after its last word at which a node is down: short, so that tests are.
GRACE = 0.3
TOKEN = "11111111-2222-3333-4444-555555555555"

Start = Callable[..., Cluster]

#: Real agents join only where they are asked for by name: they take minutes.
REAL = [pytest.param("nomad", marks=pytest.mark.nomad)] if os.environ.get(NOMAD_BIN) else []


@pytest.fixture(scope="module", params=["stand-in", *REAL])
def flavour(request: pytest.FixtureRequest) -> str:
    """Which Nomad a test runs against."""
    return str(request.param)


def started(flavour: str, directory: Path, stack: ExitStack, *, acl: bool) -> Cluster:
    """A fresh cluster without nodes; it ends with ``stack``."""
    if flavour == "nomad":
        executable = find_nomad()
        assert executable is not None
        agents = Agents.start(directory, executable, acl=acl, heartbeat_grace=GRACE)
        stack.enter_context(closing(agents))
        nomad, token = agents, agents.token
    else:
        token = TOKEN if acl else None
        nomad = StandIn.start(directory, acl_token=token, heartbeat_grace=GRACE)
        stack.enter_context(closing(nomad))
    session = stack.enter_context(requests.Session())
    session.trust_env = False
    return Cluster(nomad, flavour == "nomad", token, directory, session)


@pytest.fixture
def start(flavour: str, tmp_path: Path) -> Iterator[Start]:
    """Start a fresh cluster; ``acl=True`` for one that wants tokens."""
    with ExitStack() as stack:
        yield lambda acl=False: started(flavour, tmp_path / "nomad", stack, acl=acl)


@pytest.fixture
def cluster(start: Start) -> Cluster:
    """A fresh cluster without nodes, with the recorded job registered."""
    fresh = start()
    fresh.put("/v1/jobs", {"Job": recorded_job()})
    return fresh


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[Cluster]:
    """A fresh stand-in with the recorded job, for what only newer Nomads or no real one do."""
    with ExitStack() as stack:
        fresh = started("stand-in", tmp_path / "nomad", stack, acl=False)
        fresh.put("/v1/jobs", {"Job": recorded_job()})
        yield fresh


@pytest.fixture
def small_node() -> NodeSpec:
    """A node with room for two children of the recorded job, as in the recordings."""
    return NodeSpec("i-aaaa", cpu_mhz=2000, memory_mib=1024)

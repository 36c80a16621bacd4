"""
What the devstack asks of a Nomad cluster, whichever serves it.

Two answer to this: the built-in stand-in (``devstack.standin``) and real agents
(``devstack.agents``).  May import ``devstack.errors``, and those two where one is opened.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from devstack.errors import DevstackError

#: Where a ``nomad`` executable may be named, before PATH is searched.
NOMAD_BIN = "NOMAD_BIN"


class ClusterError(DevstackError):
    """A Nomad cluster could not be started, or refused what was asked of it."""


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """One client node, as the EC2 instance that it runs on would have it."""

    instance_id: str
    node_class: str = "transcode"
    datacenter: str = "dc1"
    #: What the node offers to tasks: MHz, MiB, MiB.
    cpu_mhz: int = 2000
    memory_mib: int = 2000
    disk_mib: int = 10_000
    instance_type: str = "c5.large"
    availability_zone: str = "us-east-1a"
    #: Added to the environment of every task on this node.
    environment: Mapping[str, str] = field(default_factory=dict)


class NomadCluster(Protocol):
    """A Nomad server and the client nodes that the instance launcher adds and takes away."""

    @property
    def address(self) -> str:
        """The HTTP API's base, such as ``http://127.0.0.1:4646``."""

    @property
    def flavour(self) -> str:
        """Which Nomad this is, for people: ``Nomad v1.0.18`` or ``the built-in stand-in``."""

    @property
    def server_pid(self) -> int:
        """The server's process: stopped and continued, it is a server that hangs for a while."""

    def register(self, job_file: Path, variables: Mapping[str, str]) -> str:
        """Register the job of an HCL file, with its variables set, and return its id."""

    def start_node(self, spec: NodeSpec) -> None:
        """Boot a client node; it joins the cluster a moment later."""

    def stop_node(self, instance_id: str) -> tuple[str, ...]:
        """
        Take a node away as a terminated instance goes: at once, with all that it runs.

        Returns the ids of the allocations that still ran a task: the work that was killed.
        """

    def close(self) -> None:
        """End the server, every node and every task; nothing is left running."""


def find_nomad() -> Path | None:
    """
    The ``nomad`` executable to use: what NOMAD_BIN names, else the one on PATH, else None.

    Raises ClusterError if NOMAD_BIN names none.
    """
    named = os.environ.get(NOMAD_BIN)
    if named:
        if not os.access(named, os.X_OK) or not Path(named).is_file():
            raise ClusterError(
                f"{NOMAD_BIN}={named} is no executable file: correct it, "
                "or unset it to use the built-in stand-in"
            )
        return Path(named).resolve()
    found = shutil.which("nomad")
    return Path(found) if found else None


def open_cluster(directory: Path, executable: Path | None) -> NomadCluster:
    """
    Start a cluster that works in ``directory``: real agents of ``executable``, else the stand-in.

    Returns once its server answers; close it in the end.  Raises ClusterError.
    """
    if executable is None:
        from devstack.standin import StandIn

        return StandIn.start(directory)
    from devstack.agents import Agents

    # Nomad's own default.  An agent's first heartbeat comes up to 10 s after it registered; with
    # less patience the server takes each new node for lost, and an autoscaler then buys another.
    return Agents.start(directory, executable, heartbeat_grace=10.0)

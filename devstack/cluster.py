"""
What the devstack asks of a Nomad cluster, whichever serves it.

Two answer to this: the built-in stand-in (``devstack.standin``) and real agents
(``devstack.agents``).  May import the standard library only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


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

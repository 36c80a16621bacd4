"""A real Nomad cluster on this machine: a server, and a client agent for each node."""

from devstack.agents.cluster import Agents

__all__ = ["Agents"]

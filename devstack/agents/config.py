"""
Write the configuration of Nomad agents that run side by side on one machine.

Pure.  May import ``devstack.cluster``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devstack.cluster import NodeSpec

LOOPBACK = "127.0.0.1"
#: Other clouds are not asked, and what this machine happens to have is no attribute of the nodes.
_NOT_LOOKED_FOR = "env_gce,env_azure,env_digitalocean,consul,vault,cni,bridge"
#: What Nomad keeps from tasks where it is not told otherwise.
_DENIED = (
    "CONSUL_TOKEN",
    "CONSUL_HTTP_TOKEN",
    "VAULT_TOKEN",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "GOOGLE_APPLICATION_CREDENTIALS",
)


@dataclass(frozen=True, slots=True)
class Ports:
    """One agent's ports on the loopback."""

    http: int
    rpc: int
    serf: int


def _agent(name: str, directory: Path, ports: Ports) -> dict[str, Any]:
    return {
        "name": name,
        "data_dir": str(directory / "data"),
        "bind_addr": LOOPBACK,
        "ports": {"http": ports.http, "rpc": ports.rpc, "serf": ports.serf},
        "advertise": {
            "http": f"{LOOPBACK}:{ports.http}",
            "rpc": f"{LOOPBACK}:{ports.rpc}",
            "serf": f"{LOOPBACK}:{ports.serf}",
        },
        "disable_update_check": True,
        "leave_on_terminate": False,
        "consul": {"auto_advertise": False, "client_auto_join": False, "server_auto_join": False},
    }


def server_config(
    directory: Path, ports: Ports, *, acl: bool, heartbeat_grace: float
) -> dict[str, Any]:
    """The server's; a node is down about a second and ``heartbeat_grace`` after its last word."""
    return {
        **_agent("server", directory, ports),
        "acl": {"enabled": acl},
        "server": {
            "enabled": True,
            "bootstrap_expect": 1,
            "heartbeat_grace": f"{round(heartbeat_grace * 1000)}ms",
            "min_heartbeat_ttl": "1s",
            "max_heartbeats_per_second": 1000.0,
        },
        # So that metrics tell of a job's queue as soon as it changes.
        "telemetry": {"collection_interval": "1s", "publish_allocation_metrics": True},
    }


def client_config(
    directory: Path, ports: Ports, spec: NodeSpec, server_rpc: int, *, acl: bool
) -> dict[str, Any]:
    """One client node's: its size, class and driver as ``spec`` says."""
    denied = [name for name in _DENIED if name not in spec.environment]
    return {
        **_agent(spec.instance_id, directory, ports),
        "acl": {"enabled": acl},
        "datacenter": spec.datacenter,
        "client": {
            "enabled": True,
            "servers": [f"{LOOPBACK}:{server_rpc}"],
            "node_class": spec.node_class,
            "cpu_total_compute": spec.cpu_mhz,
            "memory_total_mb": spec.memory_mib,
            "options": {
                "fingerprint.denylist": _NOT_LOOKED_FOR,
                # What the spec gives to tasks has to reach them.
                "env.denylist": ",".join(denied) or "-",
            },
        },
        "plugin": [{"raw_exec": [{"config": [{"enabled": True}]}]}],
    }

"""The configuration of agents that share a machine."""

from pathlib import Path

from devstack.agents.config import Ports, client_config, server_config
from devstack.cluster import NodeSpec

PORTS = Ports(1, 2, 3)


def test_a_server_listens_on_the_loopback_alone() -> None:
    config = server_config(Path("/d"), PORTS, acl=True, heartbeat_grace=0.25)

    assert config["bind_addr"] == "127.0.0.1"
    assert config["advertise"] == {
        "http": "127.0.0.1:1",
        "rpc": "127.0.0.1:2",
        "serf": "127.0.0.1:3",
    }
    assert config["server"]["heartbeat_grace"] == "250ms"
    assert config["acl"] == {"enabled": True}


def test_a_client_is_what_its_spec_says() -> None:
    spec = NodeSpec("i-1", node_class="gpu", datacenter="dc2", cpu_mhz=3000, memory_mib=500)

    config = client_config(Path("/d"), PORTS, spec, 4647, acl=False)

    assert (config["name"], config["datacenter"]) == ("i-1", "dc2")
    client = config["client"]
    assert (client["node_class"], client["servers"]) == ("gpu", ["127.0.0.1:4647"])
    assert (client["cpu_total_compute"], client["memory_total_mb"]) == (3000, 500)


def test_what_the_spec_gives_to_tasks_is_not_kept_from_them() -> None:
    spec = NodeSpec("i-1", environment={"AWS_ACCESS_KEY_ID": "a"})

    denied = client_config(Path("/d"), PORTS, spec, 4647, acl=False)["client"]["options"]

    assert "AWS_SECRET_ACCESS_KEY" in denied["env.denylist"].split(",")
    assert "AWS_ACCESS_KEY_ID" not in denied["env.denylist"].split(",")

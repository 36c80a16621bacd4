"""Real agents with the very configuration that is put on servers and clients."""

import base64
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from devstack.deadline import wait_until
from devstack.loopback import free_ports
from devstack.processes import kill_marked
from tests.contract.nomad_files.test_render import render

pytestmark = pytest.mark.nomad

MARK = "NOMAD_FILES_TEST"
KEY = base64.b64encode(bytes(range(32))).decode()
LOOPBACK = {"BIND_ADDRESS": "127.0.0.1", "ADVERTISE_ADDRESS": "127.0.0.1"}
Nomad = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True, slots=True)
class Agent:
    """One that serves on loopback."""

    address: str
    rpc: int
    log: Path

    def get(self, path: str, token: str = "", **more: Any) -> requests.Response:
        headers = {"X-Nomad-Token": token}
        return requests.get(f"{self.address}/v1/{path}", headers=headers, timeout=10, **more)


@contextmanager
def agent(
    executable: Path, directory: Path, roles: Mapping[str, Mapping[str, str]], scheme: str = "http"
) -> Iterator[Agent]:
    """
    One in these roles, each with its variables, as ``/etc/nomad.d`` would have it.

    In the file that is the site's own: ports that are free, and where it may write.
    """
    config = directory / "nomad.d"
    http, rpc, serf = free_ports(3)
    for role, variables in roles.items():
        done = render(role, config, **LOOPBACK, **variables)
        assert done.returncode == 0, done.stderr
    site = {
        "data_dir": str(directory / "data"),
        "name": "-".join(roles),
        "ports": {"http": http, "rpc": rpc, "serf": serf},
    }
    (config / "90-local.json").write_text(json.dumps(site))
    log = directory / "agent.log"
    mark = str(directory)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [executable, "agent", f"-config={config}"],
            env={"PATH": "/usr/bin:/bin", MARK: mark, "AWS_ENV_URL": "http://127.0.0.1:9/"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield Agent(f"{scheme}://127.0.0.1:{http}", rpc, log)
    finally:
        process.kill()
        process.wait()
        kill_marked({f"{MARK}={mark}"})


def leads(server: Agent, **more: Any) -> bool:
    try:
        return server.get("status/leader", **more).status_code == 200
    except requests.ConnectionError:
        return False


def bootstrapped(server: Agent, **more: Any) -> str:
    """The management token, once there is a leader to give it."""
    wait_until(
        lambda: leads(server, **more),
        seconds=40,
        what="the server has a leader",
        hint=lambda: server.log.read_text(errors="replace")[-800:],
    )
    reply = requests.put(f"{server.address}/v1/acl/bootstrap", timeout=10, **more)
    assert reply.status_code == 200, reply.text
    return str(reply.json()["SecretID"])


def one_node(server: Agent, token: str, client: Agent) -> dict[str, Any]:
    """The node of the one client, once it takes work."""

    def nodes() -> list[dict[str, Any]]:
        return list(server.get("nodes", token).json())

    wait_until(
        lambda: any(node["Status"] == "ready" for node in nodes()),
        seconds=40,
        what="the client joins",
        hint=lambda: client.log.read_text(errors="replace")[-800:],
    )
    (node,) = nodes()
    return dict(server.get(f"node/{node['ID']}", token).json())


def test_a_server_and_a_client_make_a_cluster_that_wants_tokens(
    executable: Path, tmp_path: Path
) -> None:
    with agent(executable, tmp_path / "server", {"server": {"GOSSIP_KEY": KEY}}) as server:
        token = bootstrapped(server)
        assert server.get("jobs").status_code == 403, "nothing goes without a token"
        variables = {
            "SERVER_ADDRESSES": f"127.0.0.1:{server.rpc}",
            "NODE_CLASS": "big",
            "DATACENTER": "dc1",
            "CLUSTER": "videos",
            "ASG_NAME": "my-group",
        }
        with agent(executable, tmp_path / "client", {"client": variables}) as client:
            node = one_node(server, token, client)

        assert node["NodeClass"] == "big"
        assert node["Meta"]["group"] == "my-group"
        assert node["ReservedResources"]["Memory"]["MemoryMB"] == 512
        assert not (node["Drivers"].get("raw_exec") or {}).get("Detected")
        own = server.get("agent/self", token).json()["config"]
        assert own["Server"]["JobGCThreshold"] == "24h"
        assert own["Telemetry"]["DataDogAddr"] == "127.0.0.1:8125"
        assert own["Telemetry"]["DisableDispatchedJobSummaryMetrics"] is True
        assert own["LeaveOnTerm"] is False
        assert own["DisableUpdateCheck"] is True
        members = server.get("agent/members", token).json()["Members"]
        assert [one["Status"] for one in members] == ["alive"]


def test_both_roles_go_on_one_machine(executable: Path, tmp_path: Path) -> None:
    roles = {"client": {"SERVER_ADDRESSES": "127.0.0.1"}, "server": {}}

    with agent(executable, tmp_path, roles) as both:
        token = bootstrapped(both)
        node = one_node(both, token, both)

    assert node["NodeClass"] == "transcode"


def test_a_key_that_gossip_has_is_needed_to_join(executable: Path, tmp_path: Path) -> None:
    """The fragment takes effect: the server keeps the key where it keeps its state."""
    with agent(executable, tmp_path, {"server": {"GOSSIP_KEY": KEY}}) as server:
        bootstrapped(server)

    keyring = json.loads((tmp_path / "data" / "server" / "serf.keyring").read_text())
    assert keyring == [KEY]


AUTHORITY = "req -x509 {key} -nodes -days 2 -subj /CN=ca -keyout ca-key.pem -out ca.pem"
REQUEST = "req {key} -nodes -subj /CN=server.global.nomad -keyout agent-key.pem -out agent.csr"
SIGNED = (
    "x509 -req -in agent.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 "
    "-extfile names -out agent.pem"
)


def a_certificate(directory: Path) -> None:
    """An authority, and one certificate of it for a server on loopback, by openssl."""
    names = "subjectAltName=DNS:server.global.nomad,DNS:localhost,IP:127.0.0.1"
    (directory / "names").write_text(names)
    for step in (AUTHORITY, REQUEST, SIGNED):
        arguments = step.format(key="-newkey ec -pkeyopt ec_paramgen_curve:P-256").split()
        done = subprocess.run(
            ["openssl", *arguments], cwd=directory, capture_output=True, timeout=30, check=False
        )
        assert done.returncode == 0, done.stderr


def test_with_certificates_the_api_speaks_tls_only(executable: Path, tmp_path: Path) -> None:
    certificates = tmp_path / "tls"
    certificates.mkdir()
    a_certificate(certificates)
    variables = {"NOMAD_TLS": "true", "TLS_DIR": str(certificates)}

    with agent(executable, tmp_path, {"server": variables}, scheme="https") as server:
        authority = str(certificates / "ca.pem")
        token = bootstrapped(server, verify=authority)

        assert server.get("jobs", token, verify=authority).status_code == 200
        plain = requests.get(f"{server.address.replace('https', 'http')}/v1/jobs", timeout=10)
        assert plain.status_code == 400

"""
Start, drive and end real Nomad agents.

May import ``devstack.agents``, ``devstack.cluster``, ``devstack.processes`` and other parts of the
devstack that have no duty of Nomad's, and the standard library.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from devstack.agents.config import Ports, client_config, server_config
from devstack.agents.metadata import MetadataService
from devstack.cluster import ClusterError, NomadCluster
from devstack.deadline import wait_until
from devstack.janitor import Janitor
from devstack.leftovers import MARKER
from devstack.loopback import free_ports
from devstack.mounts import unmount_beneath
from devstack.nomadcall import REQUEST_SECONDS, call
from devstack.processes import environment_of, kill_marked, marked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from devstack.cluster import NodeSpec

START_SECONDS = 60.0
#: By this variable an agent and all that it runs are known: ``raw_exec`` tasks outlive their agent.
NODE_MARK = "DEVSTACK_NODE"


class Agents(NomadCluster):
    """A Nomad server and client agents, all of one ``nomad`` executable."""

    def __init__(self, directory: Path, executable: Path, *, acl: bool) -> None:
        self._directory = directory
        self._executable = executable
        self._acl = acl
        #: The management token, where ACLs are on.
        self.token: str | None = None
        self._ports = Ports(*free_ports(3))
        self._metadata: dict[str, MetadataService] = {}
        self._janitor = Janitor(directory)
        self._agents: dict[str, subprocess.Popen[bytes]] = {}

    @classmethod
    def start(
        cls,
        directory: Path,
        executable: Path,
        *,
        acl: bool = False,
        heartbeat_grace: float = 1.0,
    ) -> Agents:
        """
        Start a server that works in ``directory``, and return once it leads.

        With ``acl``, access needs a token, and ``token`` is one that may do everything.  Raises
        ClusterError.
        """
        directory.mkdir(parents=True, exist_ok=True)
        cluster = cls(directory.resolve(), executable, acl=acl)
        cluster._janitor.__enter__()
        try:
            cluster._start_server(heartbeat_grace)
        except BaseException:
            cluster.close()
            raise
        return cluster

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._ports.http}"

    @property
    def flavour(self) -> str:
        return self._run("version").splitlines()[0].partition(" (")[0]

    @property
    def server_pid(self) -> int:
        return self._agents["server"].pid

    def register(self, job_file: Path, variables: Mapping[str, str]) -> str:
        settings = [f"-var={name}={value}" for name, value in variables.items()]
        job = json.loads(self._run("job", "run", "-output", *settings, str(job_file)))
        self._call("PUT", "/v1/jobs", job)
        return str(job["Job"]["ID"])

    def start_node(self, spec: NodeSpec) -> None:
        if spec.instance_id in self._agents:
            raise ClusterError(f"instance {spec.instance_id} has a node already")
        place = self._directory / spec.instance_id
        ports = Ports(*free_ports(3))
        config = client_config(place, ports, spec, self._ports.rpc, acl=self._acl)
        metadata = self._metadata[spec.instance_id] = MetadataService(spec)
        environment = {
            **spec.environment,
            "AWS_ENV_URL": metadata.url,
            # For the agent; the tasks have their credentials from the spec.
            "AWS_EC2_METADATA_DISABLED": "false",
        }
        self._agents[spec.instance_id] = self._launch(spec.instance_id, place, config, environment)

    def stop_node(self, instance_id: str) -> tuple[str, ...]:
        agent = self._agents.pop(instance_id, None)
        if agent is None:
            raise ClusterError(f"instance {instance_id} has no node")
        # The agent first: it would take the end of its tasks for theirs, and report it.
        agent.kill()
        marks = {f"{NODE_MARK}={self._mark(instance_id)}"}
        running = {environment_of(process).get("NOMAD_ALLOC_ID", "") for process in marked(marks)}
        kill_marked(marks)
        agent.wait()
        self._metadata.pop(instance_id).close()
        return tuple(sorted(running - {""}))

    def close(self) -> None:
        for agent in self._agents.values():
            agent.kill()
        kill_marked({f"{MARKER}={self._directory}"})
        for agent in self._agents.values():
            agent.wait()
        self._agents.clear()
        unmount_beneath(self._directory)
        for metadata in self._metadata.values():
            metadata.close()
        self._metadata.clear()
        self._janitor.__exit__(None, None, None)

    def _mark(self, name: str) -> str:
        return f"{self._directory}/{name}"

    def _start_server(self, heartbeat_grace: float) -> None:
        place = self._directory / "server"
        config = server_config(place, self._ports, acl=self._acl, heartbeat_grace=heartbeat_grace)
        agent = self._launch("server", place, config, {})
        self._agents["server"] = agent
        log = place / "agent.log"
        wait_until(
            lambda: agent.poll() is not None or self._leads(),
            seconds=START_SECONDS,
            what="the Nomad server has a leader",
            hint=lambda: f"See {log}: {log.read_text(errors='replace')[-500:]}",
        )
        if agent.poll() is not None:
            raise ClusterError(
                f"the Nomad server ended at its start: {log.read_text(errors='replace')[-500:]}"
            )
        if self._acl:
            self.token = str(self._call("PUT", "/v1/acl/bootstrap")["SecretID"])

    def _launch(
        self, name: str, place: Path, config: Any, environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        place.mkdir(parents=True, exist_ok=True)
        path = place / "agent.json"
        path.write_text(json.dumps(config, indent=1), encoding="utf-8")
        with (place / "agent.log").open("ab") as log:
            return subprocess.Popen(
                [self._executable, "agent", f"-config={path}"],
                env={**self._environment(), NODE_MARK: self._mark(name), **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        """This process's environment, less what would send Nomad elsewhere, with our mark."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("NOMAD_")}
        # Without a metadata service of ours, an agent must not look for EC2's.
        return {"AWS_ENV_URL": "http://127.0.0.1:9/", **kept, MARKER: str(self._directory)}

    def _run(self, *arguments: str) -> str:
        """What the executable prints.  Raises ClusterError with what it complains about."""
        done = subprocess.run(
            [self._executable, *arguments],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=REQUEST_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise ClusterError(f"nomad {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def _leads(self) -> bool:
        try:
            self._call("GET", "/v1/status/leader")
            # The leader takes a moment to be able to answer for its state.
            return self._acl or self._call("GET", "/v1/jobs") is not None
        except ClusterError:
            return False

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return call(self.address, method, quote(path), body, token=self.token)

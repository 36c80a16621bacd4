"""
Start, drive and end a stand-in from another process.

May import ``cluster``, ``hcl``, ``nomadcall`` and ``processes`` of ``devstack``, and the standard
library.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from devstack.cluster import ClusterError, NomadCluster
from devstack.nomadcall import call
from devstack.processes import kill_marked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devstack.cluster import NodeSpec

START_SECONDS = 20.0
STOP_SECONDS = 10.0
#: By this variable every process of a stand-in, its tasks included, is known.
MARK = "DEVSTACK_STANDIN"


class StandIn(NomadCluster):
    """The built-in stand-in for a Nomad cluster, in a process of its own."""

    def __init__(
        self, process: subprocess.Popen[bytes], mark: str, address: str, token: str | None
    ) -> None:
        self._process = process
        self._mark = mark
        self._address = address
        self._token = token

    @classmethod
    def start(
        cls,
        directory: Path,
        *,
        acl_token: str | None = None,
        heartbeat_grace: float = 1.0,
        port: int = 0,
    ) -> StandIn:
        """
        Start one that works in ``directory``, and return once it serves.

        With ``acl_token``, that token may do everything and nobody else anything.  A node is down
        ``heartbeat_grace`` seconds after its machine stopped.  Raises ClusterError.
        """
        directory.mkdir(parents=True, exist_ok=True)
        mark = uuid.uuid4().hex
        environment = {**os.environ, MARK: mark}
        if acl_token is not None:
            environment["STANDIN_ACL_TOKEN"] = acl_token
        command = [sys.executable, "-m", "devstack.standin", str(directory.resolve())]
        command += ["--port", str(port), "--heartbeat-grace", str(heartbeat_grace)]
        log = directory / "standin.log"
        with log.open("ab") as stderr:
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        try:
            address = _first_line(process, log)
        except BaseException:
            _end(process, mark)
            raise
        return cls(process, mark, address, acl_token)

    @property
    def address(self) -> str:
        return self._address

    @property
    def flavour(self) -> str:
        return "the built-in stand-in"

    @property
    def server_pid(self) -> int:
        return self._process.pid

    def register(self, job_file: Path, variables: Mapping[str, str]) -> str:
        from devstack import hcl  # Its parser takes a while to load.

        job = hcl.load(job_file, variables)
        self._call("PUT", "/v1/jobs", {"Job": job})
        return str(job["ID"])

    def start_node(self, spec: NodeSpec) -> None:
        self._call("POST", "/v1/standin/nodes", asdict(spec))

    def stop_node(self, instance_id: str) -> tuple[str, ...]:
        reply = self._call("DELETE", f"/v1/standin/nodes/{quote(instance_id, safe='')}")
        return tuple(reply["Killed"])

    def close(self) -> None:
        _end(self._process, self._mark)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return call(self._address, method, path, body, token=self._token)


def _first_line(process: subprocess.Popen[bytes], log: Path) -> str:
    pipe = process.stdout
    ready = pipe is not None and select.select([pipe], [], [], START_SECONDS)[0]
    line = pipe.readline() if pipe is not None and ready else b""
    if not line:
        tail = log.read_text(errors="replace")[-2000:]
        raise ClusterError(
            f"the stand-in did not start within {START_SECONDS:.0f} s; {log}: {tail}"
        )
    return str(json.loads(line)["address"])


def _end(process: subprocess.Popen[bytes], mark: str) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    # It ends its tasks itself; what is left if it was killed ends here.
    kill_marked({f"{MARK}={mark}"})

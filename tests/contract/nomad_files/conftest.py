"""A real Nomad for the files of ``nomad/``: nothing else can say that they are right."""

import json
import os
import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from devstack.agents import Agents
from devstack.cluster import find_nomad

Nomad = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def executable() -> Path:
    """The ``nomad`` of NOMAD_BIN or PATH."""
    found = find_nomad()
    if found is None:
        pytest.skip("no nomad executable")
    return found


@pytest.fixture(scope="session")
def nomad(executable: Path) -> Nomad:
    """Runs the command, far from any other cluster of this machine."""

    def run(
        *arguments: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [executable, *arguments],
            env={
                "PATH": os.defpath,
                "HOME": "/nonexistent",
                "NOMAD_ADDR": "http://127.0.0.1:9",
                **(environment or {}),
            },
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def guarded(executable: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agents]:
    """A cluster that wants tokens; no job and no node yet."""
    directory = tmp_path_factory.mktemp("agents") / "nomad"
    with closing(Agents.start(directory, executable, acl=True)) as running:
        yield running


@pytest.fixture(scope="module")
def token_for(guarded: Agents) -> Callable[[str], str]:
    """Makes a token with a policy of that text."""

    def put(path: str, body: Any) -> Any:
        reply = requests.put(
            f"{guarded.address}/v1/{path}",
            data=json.dumps(body),
            headers={"X-Nomad-Token": guarded.token or ""},
            timeout=10,
        )
        assert reply.status_code == 200, reply.text
        return reply.json() if reply.text else None

    def make(rules: str) -> str:
        name = f"p-{uuid.uuid4().hex[:8]}"
        put(f"acl/policy/{name}", {"Name": name, "Rules": rules})
        token = put("acl/token", {"Name": name, "Type": "client", "Policies": [name]})
        return str(token["SecretID"])

    return make

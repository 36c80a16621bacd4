"""packer/provision/acl.py on a real Nomad server with ACLs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from devstack.agents import Agents
from devstack.cluster import find_nomad

pytestmark = pytest.mark.nomad
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agents]:
    executable = find_nomad()
    if executable is None:
        pytest.skip("no nomad executable")
    with closing(Agents.start(tmp_path_factory.mktemp("nomad"), executable, acl=True)) as agents:
        yield agents


@pytest.fixture
def management(server: Agents, tmp_path: Path) -> Path:
    assert server.token is not None
    file = tmp_path / "management"
    file.write_text(f"{server.token}\n")
    return file


def acl(server: Agents, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "packer" / "provision" / "acl.py", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "NOMAD_ADDR": server.address},
    )


def test_policies_are_brought_in_once(server: Agents, management: Path) -> None:
    first = acl(server, "policies", management, ROOT / "nomad" / "policies")
    again = acl(server, "policies", management, ROOT / "nomad" / "policies")

    assert "policy autoscaler" in first.stdout, first.stderr
    assert (again.returncode, again.stdout) == (0, "")


def test_the_daemons_token_is_one_that_the_server_knows(
    server: Agents, management: Path, tmp_path: Path
) -> None:
    acl(server, "policies", management, ROOT / "nomad" / "policies")
    file = tmp_path / "autoscaler"
    first = acl(server, "token", management, "autoscaler", file)
    made = file.read_text()
    again = acl(server, "token", management, "autoscaler", file)

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert file.read_text() == made != management.read_text()


def test_a_management_token_that_is_good_is_kept(server: Agents, management: Path) -> None:
    before = management.read_text()

    assert acl(server, "bootstrap", management).returncode == 0
    assert management.read_text() == before


def test_a_first_token_that_somebody_else_has_is_told(server: Agents, tmp_path: Path) -> None:
    result = acl(server, "bootstrap", tmp_path / "nothing")

    assert result.returncode == 77
    assert "the cluster has its first token already" in result.stderr

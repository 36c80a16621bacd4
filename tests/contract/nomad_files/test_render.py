"""The script that fills in the agents' configuration: what it writes, and what it refuses."""

import base64
import os
import shutil
import stat
import subprocess
from pathlib import Path

import hcl2
import pytest

from tests.unit.nomad.files import NOMAD

AGENT = NOMAD / "agent"
KEY = base64.b64encode(bytes(range(32))).decode()
TAG = {"REGION": "eu-west-1", "SERVER_TAG_KEY": "Nomad", "SERVER_TAG_VALUE": "videos-server"}


def render(role: str, directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [AGENT / "render.sh", role, directory],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def rendered(role: str, directory: Path, **environment: str) -> str:
    """All that the agent would read, in its order; each file is sound."""
    done = render(role, directory, **environment)
    assert done.returncode == 0, done.stderr
    texts = [path.read_text(encoding="utf-8") for path in sorted(directory.glob("*.hcl"))]
    for text in texts:
        assert hcl2.loads(text)
        assert "${" not in text
    return "".join(texts)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_server_that_is_the_only_one_needs_no_variables(tmp_path: Path) -> None:
    text = rendered("server", tmp_path)

    assert names(tmp_path) == ["10-server.hcl", "20-server.hcl"]
    assert "bootstrap_expect = 1" in text
    assert "retry_join     = []" in text
    assert 'bind_addr = "0.0.0.0"' in text


def test_a_client_finds_its_servers_by_a_tag(tmp_path: Path) -> None:
    text = rendered("client", tmp_path, **TAG, NODE_CLASS="big", CLUSTER="videos", ASG_NAME="my-g")

    joined = "provider=aws region=eu-west-1 tag_key=Nomad tag_value=videos-server"
    assert f'retry_join     = ["{joined} addr_type=private_v4"]' in text
    assert 'node_class = "big"' in text
    assert 'group   = "my-g"' in text
    assert "node_pool" not in text


@pytest.mark.parametrize(
    "given", ["10.0.0.1,nomad.internal:4647", " 10.0.0.1  nomad.internal:4647"]
)
def test_or_by_their_addresses(tmp_path: Path, given: str) -> None:
    text = rendered("client", tmp_path, SERVER_ADDRESSES=given, NODE_POOL="video")

    assert 'retry_join     = ["10.0.0.1", "nomad.internal:4647"]' in text
    assert '  node_pool  = "video"\n' in text


def test_a_gossip_key_is_for_root_alone_and_goes_when_it_is_given_no_more(tmp_path: Path) -> None:
    text = rendered("server", tmp_path, GOSSIP_KEY=KEY)

    assert f'encrypt = "{KEY}"' in text
    assert stat.S_IMODE((tmp_path / "30-gossip.hcl").stat().st_mode) == 0o600
    rendered("server", tmp_path)
    assert "30-gossip.hcl" not in names(tmp_path)


def test_tls_is_switched_on_where_there_are_certificates(tmp_path: Path) -> None:
    refused = render("server", tmp_path, NOMAD_TLS="true")
    assert refused.returncode == 78
    assert f"{tmp_path}/tls/agent-key.pem cannot be read" in refused.stderr
    (tmp_path / "tls").mkdir()
    for name in ("ca.pem", "agent.pem", "agent-key.pem"):
        (tmp_path / "tls" / name).touch()

    text = rendered("server", tmp_path, NOMAD_TLS="true")

    assert f'key_file  = "{tmp_path}/tls/agent-key.pem"' in text
    assert "verify_server_hostname = true" in text
    rendered("server", tmp_path)
    assert "40-tls.hcl" not in names(tmp_path)


def test_it_can_be_run_again_and_leaves_your_own_file_alone(tmp_path: Path) -> None:
    (tmp_path / "90-local.hcl").write_text('log_level = "DEBUG"\n')
    first = rendered("client", tmp_path, **TAG)

    assert rendered("client", tmp_path, **TAG) == first
    assert names(tmp_path) == ["10-client.hcl", "20-client.hcl", "90-local.hcl"]


@pytest.mark.parametrize(
    ("role", "environment", "words"),
    [
        ("client", {}, "no servers: set SERVER_ADDRESSES, or REGION, SERVER_TAG_KEY and"),
        ("server", {"SERVER_COUNT": "3"}, "no servers: set SERVER_ADDRESSES"),
        ("server", {"SERVER_COUNT": "2"}, "SERVER_COUNT is '2': 1, 3, 5 or 7"),
        ("server", {"SERVER_TAG_KEY": "a"}, "REGION, SERVER_TAG_KEY and SERVER_TAG_VALUE are"),
        ("server", {"DATACENTER": 'a" }'}, "DATACENTER is 'a\" }': letters, digits"),
        ("server", {"BIND_ADDRESS": "here"}, "BIND_ADDRESS is 'here': an IP address"),
        ("server", {"GOSSIP_KEY": "short"}, "GOSSIP_KEY is not 32 bytes in base64"),
        ("server", {"NOMAD_TLS": "yes"}, "NOMAD_TLS is 'yes': true or false"),
        ("server", {"TLS_DIR": "tls"}, "TLS_DIR is 'tls': an absolute path"),
        ("client", {**TAG, "NODE_CLASS": "a b"}, "NODE_CLASS is 'a b'"),
        ("client", {**TAG, "SERVER_TAG_VALUE": "a b"}, "SERVER_TAG_VALUE is 'a b'"),
        ("client", {"SERVER_ADDRESSES": '"'}, "SERVER_ADDRESSES is '\"'"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_written(
    tmp_path: Path, role: str, environment: dict[str, str], words: str
) -> None:
    done = render(role, tmp_path / "etc", **environment)

    assert done.returncode == 78
    assert words in done.stderr
    assert not (tmp_path / "etc").exists()


def test_a_secret_that_cannot_be_used_is_not_told(tmp_path: Path) -> None:
    assert "hush-hush" not in render("server", tmp_path, GOSSIP_KEY="hush-hush").stderr


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    done = render("client", tmp_path, DATACENTER="?", NOMAD_TLS="?")

    assert done.stderr.count("render.sh: ") == 3


@pytest.mark.parametrize("arguments", [[], ["server"], ["both", "/x"], ["server", "/x", "y"]])
def test_other_arguments_are_answered_with_the_usage(arguments: list[str]) -> None:
    done = subprocess.run(
        [AGENT / "render.sh", *arguments], capture_output=True, text=True, timeout=30, check=False
    )

    assert done.returncode == 64
    assert done.stderr == "usage: render.sh server|client DIRECTORY\n"


def test_shellcheck_finds_nothing() -> None:
    executable = shutil.which("shellcheck")
    if executable is None:
        pytest.skip("no shellcheck on PATH")

    done = subprocess.run(
        [executable, AGENT / "render.sh"], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stdout

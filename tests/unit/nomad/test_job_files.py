"""The files of ``nomad/``: that they parse, and what they must and must not say."""

import re
from pathlib import Path

import hcl2
import pytest

from devstack.hcl.source import bare, read, unlabelled
from devstack.pools import JOB_FILE
from tests.unit.nomad.files import AGENT_FILES, JOB_FILES, NOMAD, POLICIES, blocks, variables

TRANSCODE = NOMAD / "transcode.nomad.hcl"
AUTOSCALER = NOMAD / "autoscaler.nomad.hcl"
TEMPLATES = sorted((NOMAD / "agent").glob("*.tpl"))
ALL = [*JOB_FILES, *POLICIES, *AGENT_FILES, *TEMPLATES]
#: How AWS's and Nomad's own secrets look.
SECRET = re.compile(r"AKIA[0-9A-Z]{16}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@pytest.mark.parametrize("path", [*JOB_FILES, *POLICIES, *AGENT_FILES], ids=lambda path: path.name)
def test_each_file_is_sound_hcl(path: Path) -> None:
    assert hcl2.loads(path.read_text(encoding="utf-8"))


def test_the_job_file_of_the_demo_is_the_one_that_users_register() -> None:
    assert JOB_FILE.samefile(TRANSCODE)


@pytest.mark.parametrize("path", JOB_FILES, ids=lambda path: path.name)
def test_every_variable_has_a_type_and_a_description(path: Path) -> None:
    for name, body in variables(path):
        assert {"type", "description"} <= body.keys(), name
        assert not bare(body["description"]).startswith(" "), name


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_no_file_holds_a_secret(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not SECRET.search(text)
    assert "secret_key = " not in text


def test_the_autoscaler_never_has_a_canary_and_is_ended_as_it_is_by_systemd() -> None:
    body = read(AUTOSCALER.read_text(encoding="utf-8"))
    found = {key: value for block in blocks(body) for key, value in block.items()}

    assert found["canary"] == 0
    assert found["max_parallel"] == 1
    assert found["count"] == 1
    assert found["kill_signal"] == '"SIGTERM"'
    assert found["kill_timeout"] == '"15s"'


def test_the_clients_chroot_has_the_transcoder_and_none_of_the_machines_secrets() -> None:
    text = (NOMAD / "agent" / "client.hcl").read_text(encoding="utf-8")
    (client,) = read(text)["client"]
    chroot = {bare(key) for key in client["chroot_env"]}

    assert "/opt/transcoder" in chroot
    assert not chroot & {"/", "/etc", "/etc/ssl", "/etc/pki", "/root", "/home", "/var", "/opt"}
    assert not any(one.startswith(("/etc/nomad", "/etc/datadog", "/opt/nomad")) for one in chroot)


def test_clients_run_nothing_without_isolation() -> None:
    plugins = read((NOMAD / "agent" / "client.hcl").read_text(encoding="utf-8"))["plugin"]
    bodies = {labels[0]: body for labels, body in map(unlabelled, plugins)}

    assert bodies["raw_exec"]["config"][0]["enabled"] is False
    assert bodies["docker"]["config"][0]["allow_privileged"] is False
    assert bodies["docker"]["config"][0]["volumes"][0]["enabled"] is False

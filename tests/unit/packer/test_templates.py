"""The Packer templates, the Vagrantfile and the Containerfile parse, and keep their promises."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.unit.packer.machine_files import PACKER, ROOT, versions
from tests.unit.tf.blocks import named, read


def image() -> dict[str, Any]:
    (source,) = read(PACKER / "image.pkr.hcl")["source"]
    body: dict[str, Any] = source["amazon-ebs"]["image"]
    return body


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=100, cwd=ROOT, check=False
    )


def test_the_image_asks_for_imdsv2_and_is_encrypted() -> None:
    (metadata,) = image()["metadata_options"]

    assert metadata["http_tokens"] == "required"
    assert image()["imds_support"] == "v2.0"
    assert image()["encrypt_boot"] is True


def test_the_build_opens_no_port_to_the_internet() -> None:
    assert image()["ssh_interface"] == "session_manager"
    assert image()["temporary_security_group_source_cidrs"] == ["127.0.0.1/32"]


def test_the_base_image_and_the_tags_come_from_versions_env() -> None:
    text = (PACKER / "image.pkr.hcl").read_text()

    for name in re.findall(r'local\.versions\["(\w+)"\]', text):
        assert versions()[name]
    assert versions()["NOMAD_VERSION"] not in text
    assert versions()["BASE_IMAGE_OWNER"] not in text


def test_the_plugin_is_pinned_as_versions_env_says() -> None:
    (packer,) = read(PACKER / "image.pkr.hcl")["packer"]
    (plugins,) = packer["required_plugins"]

    assert plugins["amazon"]["version"] == f"= {versions()['PACKER_PLUGIN_AMAZON']}"


def test_every_variable_says_what_it_is() -> None:
    variables = named("variable", [PACKER / "variables.pkr.hcl"])
    assert variables

    for name, body in variables.items():
        assert body["description"], name
        assert "default" in body, name


def test_roles_of_images_are_roles_of_the_scripts() -> None:
    text = (PACKER / "image.pkr.hcl").read_text()
    roles = re.findall(r'^    (?:client|server) = "([a-z ]+)"$', text, re.MULTILINE)

    assert len(roles) == 2
    for role in " ".join(roles).split():
        assert (PACKER / "provision" / "steps" / f"{role}.sh").is_file()


def test_packer_finds_nothing_to_format() -> None:
    if shutil.which("packer") is None:
        pytest.skip("no packer on PATH")

    assert run("packer", "fmt", "-check", PACKER).returncode == 0


def test_the_vagrantfile_is_ruby() -> None:
    if shutil.which("ruby") is None:
        pytest.skip("no ruby on PATH")
    result = run("ruby", "-c", ROOT / "Vagrantfile")

    assert result.stdout == "Syntax OK\n"


def test_vagrant_finds_the_vagrantfile_valid(tmp_path: Path) -> None:
    if shutil.which("vagrant") is None:
        pytest.skip("no vagrant on PATH")
    result = subprocess.run(
        ["vagrant", "validate", "--ignore-provider"],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=ROOT,
        check=False,
        env={**os.environ, "VAGRANT_HOME": str(tmp_path), "VAGRANT_DOTFILE_PATH": str(tmp_path)},
    )

    assert "validated successfully" in result.stdout, result.stderr


def test_ports_of_the_machine_are_forwarded_to_the_loopback_alone() -> None:
    text = (ROOT / "Vagrantfile").read_text()

    assert text.count('"forwarded_port"') == text.count('host_ip: "127.0.0.1"') == 1
    assert "public_network" not in text


def test_pages_of_the_machine_are_forwarded_from_where_it_serves_them() -> None:
    text = (ROOT / "Vagrantfile").read_text()
    forwarded = set(re.findall(r"(\d+) => \d+", text))
    served = re.findall(
        r"^page \S+ (\d+) ", (PACKER / "provision/steps/local.sh").read_text(), re.MULTILINE
    )

    assert forwarded == {"4646", *served}


def test_the_container_runs_as_nobody_in_particular() -> None:
    stages = (ROOT / "Containerfile").read_text().split("\nFROM ")
    last = stages[-1]

    assert re.search(r"^USER \d+:\d+$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "/healthz" in last
    assert last.index("USER ") > last.index("RUN ln")


def test_the_containers_build_sees_what_the_wheel_is_made_of_and_nothing_else() -> None:
    allowed = (ROOT / ".containerignore").read_text().splitlines()

    assert allowed[1] == "*"
    for name in ("setup.cfg", "autoscaler", "transcoder", "devstack", "packer/requirements.txt"):
        assert f"!{name}" in allowed
    for line in allowed:
        if line.startswith("!"):
            assert (ROOT / line[1:]).exists(), line

"""Versions stand in one place and fit what they are versions of."""

import re

import pytest
from packaging.version import Version

import autoscaler
from tests.unit.packaging.requirements import requirements
from tests.unit.packer.machine_files import PACKER, pinned, versions

FILES = ["requirements.txt", "requirements-local.txt", "requirements-build.txt"]


def test_this_project_is_installed_in_this_version() -> None:
    assert versions()["AUTOSCALER_VERSION"] == autoscaler.__version__


def test_a_line_is_read_alike_by_bash_and_by_the_templates() -> None:
    for name, value in versions().items():
        assert re.fullmatch(r"[A-Z][A-Z0-9_]*", name)
        assert re.fullmatch(r"[A-Za-z0-9_.:/*+-]*", value)


def test_nomads_checksums_and_the_keys_are_whole() -> None:
    for architecture in ("AMD64", "ARM64"):
        assert re.fullmatch(r"[0-9a-f]{64}", versions()[f"NOMAD_SHA256_{architecture}"])
    for key in ("HASHICORP_FINGERPRINT", "DATADOG_FINGERPRINT"):
        assert re.fullmatch(r"[0-9A-F]{40}", versions()[key])


@pytest.mark.parametrize("file", FILES)
def test_every_package_has_checksums(file: str) -> None:
    """pip refuses the whole file otherwise (--require-hashes)."""
    joined = (PACKER / file).read_text().replace("\\\n", "")
    lines = [line for line in joined.splitlines() if re.match(r"^[a-z0-9]", line)]

    assert lines
    assert [line for line in lines if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize(
    ("file", "extra"), [("requirements.txt", None), ("requirements-local.txt", "demo")]
)
def test_what_is_pinned_is_what_setup_cfg_asks_for(file: str, extra: str | None) -> None:
    there = pinned(file)
    wanted = requirements() + (requirements(extra) if extra else [])

    assert wanted
    for one in wanted:
        assert Version(there[one.name.lower()]) in one.specifier, one


def test_the_local_aws_has_the_same_versions_as_all_else() -> None:
    local = pinned("requirements-local.txt")

    assert {
        name: (version, local.get(name))
        for name, version in pinned("requirements.txt").items()
        if local.get(name) != version
    } == {}

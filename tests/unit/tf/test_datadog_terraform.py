"""The module as Terraform sees it, as far as that can be told without the provider."""

import re
from pathlib import Path

import pytest

from tests.unit.tf.blocks import named, read
from tests.unit.tf.datadog_module import MODULE, files


def _variables() -> dict[str, dict[str, object]]:
    return named("variable", [MODULE / "variables.tf"])


@pytest.mark.parametrize(
    "path", [*files(), *MODULE.glob("tests/*.hcl")], ids=lambda path: path.name
)
def test_a_file_is_hcl(path: Path) -> None:
    assert read(path)


@pytest.mark.parametrize("name", _variables())
def test_a_variable_has_a_description_a_type_and_a_default(name: str) -> None:
    """The module can be applied with nothing set."""
    variable = _variables()[name]

    assert len(str(variable["description"])) > 20
    assert variable["type"]
    assert "default" in variable


@pytest.mark.parametrize("name", sorted(_variables().keys() - {"percentiles"}))
def test_a_variable_refuses_what_cannot_be_meant_and_says_why(name: str) -> None:
    checks = _variables()[name]["validation"]
    assert isinstance(checks, list)

    assert all(": " in check["error_message"] for check in checks)


def test_each_output_has_a_description() -> None:
    outputs = named("output", [MODULE / "outputs.tf"])
    assert outputs

    assert all(body["description"] for body in outputs.values())


def test_the_provider_is_pinned_to_a_major_version() -> None:
    (settings,) = read(MODULE / "versions.tf")["terraform"]
    provider = settings["required_providers"][0]["datadog"]

    assert provider["source"] == "DataDog/datadog"
    assert re.fullmatch(r"~> \d+\.\d+", provider["version"])


def test_no_provider_is_configured_so_that_the_root_can_call_it_as_a_module() -> None:
    assert not [path.name for path in files() if "provider" in read(path)]


def test_the_example_names_each_variable_and_no_other() -> None:
    lines = (MODULE / "terraform.tfvars.example").read_text().splitlines()
    shown = {found[1] for line in lines if (found := re.match(r"#? ?(\w+) *=", line))}

    assert shown == set(_variables())

"""The variables and outputs of the AWS set-up: each says what it is, and why a value is refused."""

import re

import pytest

import autoscaler
from tests.unit.tf.aws_files import TF, blocks, named

#: Any value of their type can be meant, or the type refuses the rest.
FREE = {"nomad_tls", "spot", "bucket_force_destroy", "datadog"}
#: They belong into the environment.
SECRET = {"datadog_api_key", "datadog_app_key"}
EXAMPLE = (TF / "terraform.tfvars.example").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", named("variable"))
def test_a_variable_says_what_it_is(name: str) -> None:
    variable = named("variable")[name]

    assert len(variable["description"]) > 20
    assert variable["type"]


@pytest.mark.parametrize("name", sorted(named("variable").keys() - FREE))
def test_a_variable_refuses_what_cannot_be_meant_and_says_why(name: str) -> None:
    checks = named("variable")[name]["validation"]

    assert checks
    for check in checks:
        assert check["error_message"].startswith(name)
        assert check["error_message"].endswith(".")


def test_only_who_may_come_in_has_to_be_set() -> None:
    required = {name for name, body in named("variable").items() if "default" not in body}

    assert required == {"allowed_cidrs"}


@pytest.mark.parametrize("name", named("output"))
def test_an_output_says_what_it_is(name: str) -> None:
    assert len(named("output")[name]["description"]) > 10


def test_the_outputs_that_people_and_scripts_go_by_are_there() -> None:
    assert {"nomad_addr", "bucket", "group", "commands"} <= named("output").keys()


def test_the_example_names_each_variable_but_secrets() -> None:
    shown = {
        found[1]
        for line in EXAMPLE.splitlines()
        if (found := re.match(r"(?:# )?([a-z_0-9]+) *= ", line))
    }

    assert shown == named("variable").keys() - SECRET


def test_the_example_names_the_wheel_of_this_version() -> None:
    assert f"/nomad_queue_autoscaler-{autoscaler.__version__}-py3-none-any.whl" in EXAMPLE


def test_providers_and_terraform_are_pinned() -> None:
    (settings,) = blocks("terraform")

    assert re.search(r"< 2\.0", settings["required_version"])
    providers = settings["required_providers"][0]
    for name in ("aws", "datadog"):
        assert re.fullmatch(r"~> \d+\.\d+", providers[name]["version"])


def test_the_lock_file_knows_the_provider_for_every_platform() -> None:
    lock = (TF / ".terraform.lock.hcl").read_text(encoding="utf-8")

    assert 'provider "registry.terraform.io/hashicorp/aws"' in lock
    assert len(re.findall(r'"zh:[0-9a-f]{64}"', lock)) >= 10

"""The AWS set-up as Terraform itself sees it: valid, planned with mocks, formatted, rendered."""

import json
from pathlib import Path

import pytest

from autoscaler.config import parse
from tests.contract.tf.terraform import ROOT, Copy, copy, needs_terraform

pytestmark = [needs_terraform, pytest.mark.timeout(400)]

_RENDERED = {
    "bucket": "transcode-123456789012-us-east-1",
    "datadog": False,
    "events_queue": "https://sqs.us-east-1.amazonaws.com/123456789012/transcode-events",
    "group": "transcode-clients",
    "name": "transcode",
    "node": {"cpu": 11000, "memory": 6500, "price": 0.17},
    "node_class": "transcode",
    "nomad_tls": False,
    "region": "us-east-1",
    "size_max": 10,
    "size_min": 0,
    "target_wait": "2m",
}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The set-up without Datadog's side, ready."""
    made = copy(tmp_path_factory.mktemp("aws"), datadog=False)
    made.init()
    return made


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """All of it, ready."""
    made = copy(tmp_path_factory.mktemp("whole"), datadog=True)
    made.init()
    return made


def rendered(template: str, values: dict[str, object], tmp_path: Path) -> str:
    """What Terraform makes of a template; needs no provider."""
    path = ROOT / "tf" / "templates" / template
    given = f"jsondecode({json.dumps(json.dumps(values))})"
    asked = f"jsonencode(templatefile({json.dumps(str(path))}, {given}))"
    code, said = Copy(tmp_path).run("console", given=asked)
    assert code == 0, said
    text = json.loads(json.loads(said.strip().splitlines()[-1]))
    assert isinstance(text, str)
    return text


def test_the_files_are_in_terraforms_own_format(tmp_path: Path) -> None:
    code, said = Copy(tmp_path).run("fmt", "-check", "-diff", "-recursive", str(ROOT / "tf"))

    assert code == 0, said


def test_the_set_up_is_valid(aws: Copy) -> None:
    code, said = aws.run("validate", "-no-color")

    assert code == 0, said


def test_the_set_up_with_datadog_is_valid(whole: Copy) -> None:
    code, said = whole.run("validate", "-no-color")

    assert code == 0, said


def test_what_is_planned_and_what_is_refused(aws: Copy) -> None:
    code, said = aws.run("test", "-no-color")

    assert code == 0, said


def test_datadogs_side_is_planned(whole: Copy) -> None:
    code, said = whole.run("test", "-no-color", "-filter=tests/datadog.tftest.hcl")

    assert code == 0, said


def test_without_a_wheel_nothing_is_begun_and_the_mend_is_said(aws: Copy) -> None:
    tests = aws.directory / "tests"
    mocks = (tests / "refusals.tftest.hcl").read_text(encoding="utf-8").partition("\nrun ")[0]
    asked = 'run "no_wheel" {\n  command = plan\n  variables {\n    wheel = null\n  }\n}\n'
    (tests / "no_wheel.tftest.hcl").write_text(f"{mocks}\n{asked}", encoding="utf-8")
    code, said = aws.run("test", "-no-color", "-filter=tests/no_wheel.tftest.hcl")
    (tests / "no_wheel.tftest.hcl").unlink()

    assert code == 1
    assert "There is no wheel to install" in said


@pytest.mark.parametrize(
    "differs",
    [
        {},
        {"datadog": True},
        {"nomad_tls": True},
        {"node": {"cpu": 500, "memory": 256, "price": None}},
        {"size_min": 2, "size_max": 3, "target_wait": "0s"},
    ],
    ids=lambda differs: ",".join(differs) or "defaults",
)
def test_the_daemon_takes_the_configuration_that_is_written_for_it(
    differs: dict[str, object], tmp_path: Path
) -> None:
    values = {**_RENDERED, **differs}

    config = parse(rendered("autoscaler.yaml.tftpl", values, tmp_path), {})

    (pool,) = config.pools
    assert pool.groups == ("transcode-clients",)
    assert (pool.size.min, pool.size.max) == (values["size_min"], values["size_max"])
    assert config.aws.events_queue == values["events_queue"]
    assert (config.datadog.statsd is not None) is values["datadog"]
    assert (config.nomad.ca_cert is not None) is values["nomad_tls"]

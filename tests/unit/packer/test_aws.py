"""packer/provision/aws.py: secrets by pipe, nothing else on the output, a no as an exit code."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import boto3
import pytest
from moto import mock_aws

from tests.unit.packer.machine_files import PROVISION, as_module

REGION = "eu-central-1"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The script as a module, on an AWS that is empty."""
    monkeypatch.setenv("REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    module = as_module(PROVISION / "aws.py")
    with mock_aws():
        yield module


def test_a_parameter_is_printed_decrypted_and_with_nothing_else(
    aws: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    ssm = boto3.client("ssm", region_name=REGION)
    ssm.put_parameter(Name="/videos/key", Value="sesame", Type="SecureString")

    assert aws.main(["parameter", "/videos/key"]) == 0
    assert capsys.readouterr().out == "sesame"


def test_what_is_kept_comes_from_the_input_and_is_encrypted(
    aws: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for secret in ("first\n", "second\n"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(secret))
        assert aws.main(["keep", "/videos/token"]) == 0

    kept = boto3.client("ssm", region_name=REGION).get_parameter(
        Name="/videos/token", WithDecryption=True
    )["Parameter"]
    assert (kept["Value"], kept["Type"]) == ("second", "SecureString")


def test_an_object_becomes_the_file(aws: ModuleType, tmp_path: Path) -> None:
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="setup", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="setup", Key="wheels/some.whl", Body=b"wheel")
    file = tmp_path / "some.whl"

    assert aws.main(["object", "s3://setup/wheels/some.whl", str(file)]) == 0
    assert file.read_bytes() == b"wheel"


def test_a_parameter_that_is_not_there_is_told_by_name(
    aws: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert aws.main(["parameter", "/videos/nothing"]) == 69

    told = capsys.readouterr()
    assert told.out == ""
    assert "parameter /videos/nothing" in told.err


@pytest.mark.parametrize("arguments", [[], ["parameter"], ["keep", "a", "b"], ["delete", "a"]])
def test_wrong_arguments_are_refused(aws: ModuleType, arguments: list[str]) -> None:
    assert aws.main(arguments) == 64


def test_the_region_is_what_was_told(aws: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert aws.main(["region"]) == 0
    assert capsys.readouterr().out == REGION

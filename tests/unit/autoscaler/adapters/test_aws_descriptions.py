"""What botocore reads through our reader is what it reads through its own, less documentation."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader, Loader

from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.aws_descriptions import LeanFiles

#: All that the daemon and ``check`` speak to, and the one by which roles are taken.
SERVICES = ("autoscaling", "ec2", "iam", "sqs", "sts")


def without_documentation(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: without_documentation(inner)
            for key, inner in value.items()
            if key != "documentation" or not isinstance(inner, str)
        }
    if isinstance(value, list):
        return [without_documentation(inner) for inner in value]
    return value


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_described_as_botocore_describes_it(service: str) -> None:
    own, lean = Loader(), Loader(file_loader=LeanFiles())

    for kind in ("service-2", "paginators-1", "endpoint-rule-set-1"):
        expected = own.load_service_model(service, kind)
        assert lean.load_service_model(service, kind) == without_documentation(expected)


def test_what_is_of_no_service_is_read_whole() -> None:
    own, lean = Loader(), Loader(file_loader=LeanFiles())

    for name in ("endpoints", "partitions", "_retry", "sdk-default-configuration"):
        assert lean.load_data(name) == without_documentation(own.load_data(name))


def test_a_field_named_documentation_stays(tmp_path: Path) -> None:
    shape = {"members": {"documentation": {"shape": "String"}}, "documentation": "Says it all."}
    (tmp_path / "service-2.json").write_text(json.dumps(shape))

    read = LeanFiles().load_file(str(tmp_path / "service-2"))

    assert read == {"members": {"documentation": {"shape": "String"}}}


def test_plain_goes_before_packed_and_neither_is_none_as_with_botocore(tmp_path: Path) -> None:
    both, packed, none = (str(tmp_path / name) for name in ("both", "packed", "none"))
    Path(both + ".json").write_text('{"is": "plain"}')
    for name in (both, packed):
        Path(name + ".json.gz").write_bytes(gzip.compress('{"is": "gepäckt"}'.encode()))

    for reader in (JSONFileLoader(), LeanFiles()):
        assert [reader.exists(name) for name in (both, packed, none)] == [True, True, False]
        assert reader.load_file(both) == {"is": "plain"}
        assert reader.load_file(packed) == {"is": "gepäckt"}
        assert reader.load_file(none) is None


def test_the_connections_clients_are_made_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")

    client = AwsConnection("us-east-1").client("autoscaling")

    call = client.meta.service_model.operation_model("DescribeAutoScalingGroups")
    assert (call.documentation, call.input_shape.type_name) == ("", "structure")


def test_the_lock_has_a_client_of_s3(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose description has settings that botocore reads with their documentation."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")

    client = AwsConnection("us-east-1").client("s3")

    settings = client.meta.service_model.client_context_parameters
    assert {one.documentation for one in settings} == {""}

"""Where secrets are found, what is said of a file that holds none, and that nothing leaks."""

from pathlib import Path

import pytest

from autoscaler.config import load
from autoscaler.credentials import datadog_api_key, known_secrets, read_secret, secret_path
from autoscaler.errors import ConfigError


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """What systemd hands over: one token, and one that was not given."""
    directory = tmp_path / "credentials"
    directory.mkdir()
    (directory / "nomad-token").write_text("by-systemd\n")
    (directory / "datadog-api-key").write_text("\n")
    return directory


def environment(credentials: Path, **more: str) -> dict[str, str]:
    return {"CREDENTIALS_DIRECTORY": str(credentials), **more}


def test_a_name_alone_is_a_credential_of_the_service(credentials: Path, tmp_path: Path) -> None:
    (tmp_path / "nomad-token").write_text("beside")

    found = secret_path("nomad-token", environment(credentials), tmp_path)

    assert found == str(credentials / "nomad-token")


@pytest.mark.parametrize("name", ["http-token", "keys/http-token", "./http-token"])
def test_else_it_lies_beside_the_configuration(
    name: str, credentials: Path, tmp_path: Path
) -> None:
    assert secret_path(name, environment(credentials), tmp_path) == str(tmp_path / name)
    assert secret_path(name, {}, tmp_path) == str(tmp_path / name)


def test_an_absolute_path_is_itself(credentials: Path, tmp_path: Path) -> None:
    path = "/etc/other/nomad-token"

    assert secret_path(path, environment(credentials), tmp_path) == path


def test_a_configuration_that_is_loaded_names_the_files_that_were_found(
    credentials: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        "nomad: {token_file: nomad-token}\n"
        "http: {token_file: http-token}\n"
        "aws: {region: us-east-1}\n"
        "pools:\n"
        "  - {name: a, jobs: [a], group: a, nodes: {class: a}, size: {max: 1},\n"
        "     node: {cpu: 1000, memory: 1000}}\n"
    )

    loaded = load(config, environment(credentials))

    assert loaded.nomad.token_file == str(credentials / "nomad-token")
    assert loaded.http.token_file == str(tmp_path / "http-token")


def test_a_secret_is_the_one_line_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("  s3cr3t-token\n")

    assert read_secret(path, "nomad.token_file") == "s3cr3t-token"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\n", "is empty"),
        (b"first-secret\nsecond-secret\n", "should hold one line"),
        (b"Bearer first-secret", "without spaces"),
        (b"first-secret\xff", "is no text"),
        (None, "No such file"),
    ],
)
def test_a_file_that_holds_no_secret_is_named_with_its_key_and_never_shown(
    content: bytes | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigError) as raised:
        read_secret(path, "http.token_file")

    (problem,) = raised.value.problems
    assert problem.startswith(f"http.token_file: {path}: ")
    assert words in problem
    assert "first-secret" not in f"{raised.value!r} {raised.value.__cause__!r}"


def test_datadogs_key_comes_from_the_environment_or_else_from_systemd(credentials: Path) -> None:
    told = environment(credentials)
    # One that was not given is there and empty.
    assert datadog_api_key(told) is None

    (credentials / "datadog-api-key").write_text("dd-by-systemd\n")
    assert datadog_api_key(told) == "dd-by-systemd"
    assert datadog_api_key(environment(credentials, DD_API_KEY="dd-by-hand")) == "dd-by-hand"
    assert datadog_api_key({}) is None


def test_everything_that_must_not_be_logged_is_known(credentials: Path, tmp_path: Path) -> None:
    (credentials / "datadog-api-key").write_text("dd-by-systemd\n")
    told = environment(
        credentials, NOMAD_TOKEN="nomad-by-hand", AWS_SECRET_ACCESS_KEY="aws-secret", HOME="/root"
    )

    found = known_secrets(
        told, [str(credentials / "nomad-token"), str(tmp_path / "not-there"), None]
    )

    assert found == {"nomad-by-hand", "aws-secret", "dd-by-systemd", "by-systemd"}

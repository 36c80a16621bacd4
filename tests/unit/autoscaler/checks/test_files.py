"""The files that the configuration names."""

from pathlib import Path

import pytest

from autoscaler.checks.files import FileFacts, judge_files, read_files
from autoscaler.config import parse

CONFIG = """
aws: {{region: us-east-1}}
nomad: {{token_file: {token}, client_cert: {cert}, client_key: {key}}}
pools:
  - {{name: p, jobs: [j], group: g, nodes: {{class: c}}, size: {{max: 1}},
      node: {{cpu: 1, memory: 1}}}}
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A token, a certificate and its key, as they should be."""
    found = {name: tmp_path / name for name in ("token", "cert", "key")}
    for path in found.values():
        path.write_text("secret\n")
        path.chmod(0o600)
    return found


def looked_at(files: dict[str, Path]) -> dict[str, FileFacts]:
    """By key."""
    return {one.key: one for one in read_files(parse(CONFIG.format(**files), {}))}


def verdicts(files: dict[str, Path]) -> list[tuple[str, str]]:
    """Codes with their verdicts."""
    found = tuple(looked_at(files).values())
    return [(one.code, one.verdict) for one in judge_files(found)]


def test_files_that_can_be_read_are_one_line(files: dict[str, Path]) -> None:
    files["cert"].chmod(0o644)

    assert set(looked_at(files)) == {"nomad.token_file", "nomad.client_cert", "nomad.client_key"}
    assert verdicts(files) == [("file.usable", "ok")]


def test_a_secret_that_all_can_read_is_a_warning(files: dict[str, Path]) -> None:
    files["token"].chmod(0o644)
    files["key"].chmod(0o640)

    assert ("file.open_to_all", "warning") in verdicts(files)
    assert verdicts(files).count(("file.open_to_all", "warning")) == 1


def test_what_is_not_there_or_empty_is_wrong(files: dict[str, Path]) -> None:
    files["cert"].unlink()
    files["key"].write_text("")
    files["token"].write_text("\n")

    assert verdicts(files) == [("file.unusable", "wrong")] * 3


def test_no_file_named_is_nothing_said() -> None:
    assert not list(judge_files(()))


def test_what_is_in_a_file_is_not_kept(files: dict[str, Path]) -> None:
    assert "secret" not in repr(looked_at(files)).replace("secret=", "")

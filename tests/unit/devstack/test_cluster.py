"""Which Nomad is used."""

from pathlib import Path

import pytest

from devstack.cluster import ClusterError, find_nomad


def executable(path: Path) -> Path:
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_what_is_named_goes_before_what_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    found, named = executable(tmp_path / "bin" / "nomad"), executable(tmp_path / "other")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("NOMAD_BIN", raising=False)
    assert find_nomad() == found

    monkeypatch.setenv("NOMAD_BIN", str(named))

    assert find_nomad() == named


def test_without_any_it_is_the_stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("NOMAD_BIN", "")

    assert find_nomad() is None


@pytest.mark.parametrize("kind", ["missing", "directory", "plain file"])
def test_a_name_for_no_executable_is_a_clear_error(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nomad"
    if kind == "directory":
        path.mkdir()
    elif kind == "plain file":
        path.write_text("", encoding="utf-8")
    monkeypatch.setenv("NOMAD_BIN", str(path))

    with pytest.raises(ClusterError, match="is no executable file: correct it"):
        find_nomad()

"""The user's files are checked before anything is started."""

import hashlib
from pathlib import Path

import pytest

from devstack.demo.inputs import Input, check_files, describe_input
from devstack.errors import DevstackError


def test_files_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b.mp4").touch()

    assert check_files([Path("a b.mp4")]) == ((tmp_path / "a b.mp4").resolve(),)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "broken\nname.mp4").touch()
    (tmp_path / "space.mp4 ").touch()
    wrong = ["missing.mp4", ".", "broken\nname.mp4", "space.mp4 "]

    with pytest.raises(DevstackError) as raised:
        check_files([tmp_path / name for name in wrong])
    problems = str(raised.value).splitlines()

    assert problems[0].endswith("missing.mp4: no such file")
    assert problems[1].endswith(": not a file")
    assert len(problems) == len(wrong)
    assert all("dispatch list" in problem for problem in problems[2:])


def test_an_input_is_known_by_its_content(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"moving pictures")
    md5 = hashlib.md5(b"moving pictures").hexdigest()

    assert describe_input(file) == Input(file, str(file), md5)
    assert describe_input(file, "http://x/a.mp4").address == "http://x/a.mp4"

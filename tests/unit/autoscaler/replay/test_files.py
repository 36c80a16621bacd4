"""Files are there whole or not at all."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from autoscaler.errors import InputError
from autoscaler.replay.files import (
    COURSES,
    check_directory,
    check_file,
    replace_pictures,
    write_whole,
)


def test_a_directory_is_made_and_left_empty(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "b"

    check_directory(directory, "--out")

    assert list(directory.iterdir()) == []


def test_a_directory_that_is_a_file_is_refused_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")

    with pytest.raises(InputError, match=r"--out .*/a: cannot be written: .*; name a place"):
        check_directory(tmp_path / "a", "--out")


def test_a_file_in_a_directory_that_is_not_there_is_refused_and_none_is_made(
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError, match=r"there is no directory .*/a; make it first"):
        check_file(tmp_path / "a" / "b.json", "--json")
    with pytest.raises(InputError, match="is a directory; name a file in it"):
        check_file(tmp_path, "--json")
    check_file(tmp_path / "b.json", "--json")

    assert list(tmp_path.iterdir()) == []


def test_a_text_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("a longer text")

    write_whole(path, "short", "--json")

    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]
    assert path.read_text() == "short"


def test_a_text_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()

    with pytest.raises(InputError, match="cannot be written"):
        write_whole(tmp_path / "a.json", "text", "--json")

    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def _drawn(*names: str) -> Callable[[Path], Iterable[Path]]:
    def draw(directory: Path) -> Iterable[Path]:
        for name in names:
            (directory / name).write_text("new")
            yield directory / name

    return draw


def test_pictures_take_the_place_of_an_earlier_comparisons_and_of_nothing_else(
    tmp_path: Path,
) -> None:
    for name in ("course.png", "course-2.svg", "comparison.png", "of-course.png", "notes.txt"):
        (tmp_path / name).write_text("old")

    files = replace_pictures(tmp_path, _drawn("course.png"), "--out", COURSES)

    assert files == (tmp_path / "course.png",)
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == {
        "course.png": "new",
        "of-course.png": "old",
        "notes.txt": "old",
    }


def test_pictures_that_fail_half_way_leave_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "course.png").write_text("old")

    def draw(directory: Path) -> Iterable[Path]:
        (directory / "course.png").write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left on device"):
        replace_pictures(tmp_path, draw, "--out", COURSES)

    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("course.png", "old")]

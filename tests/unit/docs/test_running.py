"""How a page's commands are taken apart, run, and held against what the page shows."""

import os
from pathlib import Path

import pytest

from tests.docs.pages import Fence
from tests.docs.running import Command, commands_of, is_run, matches, run


def _fence(text: str, language: str = "console", mark: str = "") -> Fence:
    return Fence("page.md", 1, language, text, mark)


def test_commands_come_with_their_output() -> None:
    text = "$ one --flag \\\n    more\nits output\n\n$ two\n"

    first, second = commands_of(_fence(text))

    assert first == Command("one --flag \\\n    more", ("its output", ""))
    assert second == Command("two", ())


def test_a_block_without_prompts_is_one_command() -> None:
    assert commands_of(_fence("one\ntwo", "sh")) == (Command("one\ntwo"),)


@pytest.mark.parametrize("mark", ["needs: aws", "form", "tested by: tests/e2e/test_demo.py"])
def test_what_is_marked_is_not_run(mark: str) -> None:
    assert is_run(_fence("$ ls"))
    assert not is_run(_fence("$ ls", mark=mark))


def test_what_is_beside_a_daemon_is_run() -> None:
    assert is_run(_fence("$ ls", mark="with: daemon"))
    assert not is_run(_fence("a drawing", "text"))


@pytest.mark.parametrize(
    ("shown", "printed", "loose"),
    [
        (("a", "b"), ("a", "b"), False),
        (("a", "…"), ("a", "b", "c"), False),
        (("a", "…", "c"), ("a", "c"), False),
        (("the … wait", ""), ("the long wait",), False),
        (("12 pending  3.5 s at 10:02:03",), ("7 pending 12 s at 11:00",), True),
        ((), (), False),
    ],
)
def test_what_was_printed_is_what_is_shown(
    shown: tuple[str, ...], printed: tuple[str, ...], loose: bool
) -> None:
    assert matches(shown, printed, loose=loose)


@pytest.mark.parametrize(
    ("shown", "printed", "loose"),
    [
        (("a",), ("a", "b"), False),
        (("a", "…", "c"), ("a", "b"), False),
        (("12 pending",), ("13 pending",), False),
        (("12 pending",), ("12 running",), True),
        (("a.c",), ("abc",), False),
    ],
)
def test_anything_else_is_not(
    shown: tuple[str, ...], printed: tuple[str, ...], loose: bool
) -> None:
    assert not matches(shown, printed, loose=loose)


def test_a_command_that_fails_says_so(tmp_path: Path) -> None:
    """Also in the middle of a pipe, and what it told on either output is kept."""
    code, lines = run(Command("(echo out; echo err >&2; exit 3) | cat"), tmp_path, os.environ)

    assert code == 3
    assert sorted(lines) == ["err", "out"]

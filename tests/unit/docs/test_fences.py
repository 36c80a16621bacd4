"""Each block of code in the documentation is run, or says why not; data parses."""

import json
import re
import subprocess
import tomllib

import hcl2
import pytest
import yaml

from tests.docs.pages import NEEDS, ROOT, Fence, all_fences, fences, pages
from tests.docs.running import is_run, strangers
from tests.docs.snippets import as_configuration

_MARKS = frozenset({"needs", "form", "tested by", "with", "exits", "of"})
_PARSERS = {"yaml": yaml.safe_load, "json": json.loads, "hcl": hcl2.loads, "toml": tomllib.loads}
_WORDS = frozenset({"", "text", "mermaid", "python", "ini"})


def _places(*languages: str) -> list[object]:
    found = [fence for fence in all_fences() if fence.language in languages]
    return [pytest.param(fence, id=fence.place) for fence in found]


@pytest.mark.parametrize("page", pages())
def test_marks_are_known_ones(page: str) -> None:
    marks = [part.partition(":")[0].strip() for one in fences(page) for part in one.mark.split(";")]

    assert set(filter(None, marks)) <= _MARKS


@pytest.mark.parametrize("page", pages())
def test_what_commands_need_has_a_name(page: str) -> None:
    needs = [word for one in fences(page) for word in (one.marked("needs") or "").split()]

    assert set(needs) <= NEEDS


@pytest.mark.parametrize("page", pages())
def test_the_tests_of_their_own_exist(page: str) -> None:
    told = [path for one in fences(page) if (path := one.marked("tested by"))]

    assert [path for path in told if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", pages())
def test_each_fence_is_of_a_language_that_is_looked_at(page: str) -> None:
    """Commands are run or marked, data is parsed; what is neither says that it is text."""
    known = {*_WORDS, *_PARSERS, "sh", "console"}

    assert {fence.language for fence in fences(page)} <= known


@pytest.mark.parametrize("page", pages())
def test_commands_with_their_output_have_prompts(page: str) -> None:
    """In ``console`` blocks; ``sh`` blocks are commands from end to end."""
    consoles = [one for one in fences(page) if one.language == "console"]

    assert [one.place for one in consoles if not re.search(r"^\$ ", one.text, re.MULTILINE)] == []


@pytest.mark.parametrize("page", pages())
def test_what_is_run_is_harmless(page: str) -> None:
    """A test of all pages runs what is not marked."""
    run = [one for one in fences(page) if is_run(one)]

    assert [(one.place, strange) for one in run if (strange := strangers(one))] == []


@pytest.mark.parametrize("fence", _places("sh"))
def test_what_is_not_run_is_a_shell_s_at_least(fence: Fence) -> None:
    checked = subprocess.run(
        ["bash", "-n"], input=fence.text, text=True, capture_output=True, timeout=10, check=False
    )

    assert checked.stderr == ""


@pytest.mark.parametrize("fence", _places(*_PARSERS))
def test_data_parses(fence: Fence) -> None:
    assert _PARSERS[fence.language](f"{fence.text}\n")


@pytest.mark.parametrize("fence", _places("yaml"))
def test_yaml_is_configuration_that_loads(fence: Fence) -> None:
    """Parts of it are put in their places in a configuration that loads without them."""
    assert as_configuration(fence.text, checked=fence.marked("of") is None)


def test_a_fence_is_found_with_its_mark_and_its_place() -> None:
    (block,) = (one for one in fences("docs/install.md") if "useradd" in one.text)
    lines = (ROOT / block.page).read_text().splitlines()

    assert block.marked("needs") == "root"
    assert lines[block.line - 1] == block.text.splitlines()[0]


def test_commands_are_known_without_a_language() -> None:
    assert Fence("p", 1, "", "autoscaler check --config FILE", "").is_commands
    assert Fence("p", 1, "", "$ ls", "").is_commands
    assert not Fence("p", 1, "", "watcher ─► wake", "").is_commands

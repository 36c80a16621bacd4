"""Whatever the status page and the monitors can say is in the runbook."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoscaler.core.demand import HELD_RULES
from autoscaler.core.model import FailureKind
from tests.docs.pages import ROOT, text_of
from tests.unit.tf.datadog_module import monitors

_PACKAGE = ROOT / "autoscaler"
_RUNBOOK = "docs/runbook.md"
#: Codes that are put together, and what they can be.
_MADE = {
    "f'launch.{trouble.kind.value}'": {"launch.KIND"},
    "f'queue.{HELD_RULES[waits_for].value}'": {f"queue.{one.value}" for one in HELD_RULES.values()},
    "f'{stage}.unread'": {"nomad.unread", "aws.unread"},
}


def _constants(tree: ast.Module) -> dict[str, str]:
    """``_A = "x"`` and ``_A, _B = "x", "y"``, at the top of a module."""
    pairs = [
        pair
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        for pair in _pairs(target, node.value)
    ]
    return {
        name.id: str(value.value)
        for name, value in pairs
        if isinstance(name, ast.Name)
        and isinstance(value, ast.Constant)
        and isinstance(value.value, str)
    }


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _code(call: ast.Call) -> ast.expr | None:
    """What a call gives as the code of something that is wrong; None where it gives none."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    if name == "Finding":
        return next((one.value for one in call.keywords if one.arg == "code"), None)
    if name in {"sound", "Wrong", "_foreign"} and call.args:
        return call.args[0]
    return None


def _codes_in(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    constants = _constants(tree)
    for node in ast.walk(tree):
        code = _code(node) if isinstance(node, ast.Call) else None
        match code:
            case None | ast.Attribute():
                pass  # Handed on from where it was made.
            case ast.Constant(value=str(value)):
                yield value
            case ast.Name(id=name) if name in constants:
                yield constants[name]
            case ast.Name(id="code"):
                pass  # The parameter of what makes findings of one kind.
            case _:
                yield from _MADE[ast.unparse(code)]


def _codes() -> set[str]:
    skipped = {"checks", "cli"}  # What `check` finds comes with its own mend, and is no alarm.
    return {
        code
        for path in _PACKAGE.rglob("*.py")
        if path.relative_to(_PACKAGE).parts[0] not in skipped
        for code in _codes_in(path)
    }


def test_the_search_finds_what_is_known_to_be_there() -> None:
    assert {"cycle.broken", "pauses.unreadable", "group.unprotected", "aws.unread"} <= _codes()


@pytest.mark.parametrize("code", sorted(_codes()))
def test_each_code_that_people_are_shown_is_in_the_runbook(code: str) -> None:
    assert f"`{code}`" in text_of(_RUNBOOK)


@pytest.mark.parametrize("kind", FailureKind)
def test_each_kind_of_launch_failure_is_told_of(kind: FailureKind) -> None:
    assert f"`{kind.value}`" in text_of(_RUNBOOK)


def test_each_section_about_a_monitor_has_one() -> None:
    about = text_of(_RUNBOOK).partition("## Monitors\n")[2].partition("\n## ")[0]
    told = {**monitors("monitors"), **monitors("composites")}

    sections = re.findall(r"^### (.+)$", about, re.MULTILINE)
    assert len(sections) == len({one["runbook"] for one in told.values()}) == len(told)


@pytest.mark.parametrize("part", ["You see", "It means", "By itself", "Do", "Over when"])
def test_each_section_about_a_monitor_has_the_same_parts(part: str) -> None:
    about = text_of(_RUNBOOK).partition("## Monitors\n")[2].partition("\n## ")[0]

    for section in about.split("\n### ")[1:]:
        assert f"- **{part}**" in section, section.partition("\n")[0]

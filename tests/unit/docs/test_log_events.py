"""The table of what the log says has each event that the autoscaler can log, at its level."""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.docs.pages import ROOT, text_of

_LEVELS = {"exception": "error"}
_LOGS = frozenset({"_log", "log"})


def _logged(module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each event in a module, with its level."""
    chosen = _chosen(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[first, *_]
            ) if name in _LOGS and method != "bind":
                yield _text(first, module), _LEVELS.get(method, method)
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in chosen:
                for method in chosen[name]:
                    yield _text(first, module), method


def _chosen(tree: ast.Module) -> dict[str, list[str]]:
    """``tell = _log.debug if … else _log.warning``: what such a name may stand for."""
    found = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.IfExp(body=one, orelse=other)):
                methods = [
                    choice.attr
                    for choice in (one, other)
                    if isinstance(choice, ast.Attribute)
                    and isinstance(choice.value, ast.Name)
                    and choice.value.id in _LOGS
                ]
                if methods:
                    found[name] = methods
    return found


def _text(event: ast.expr, module: str) -> str:
    if isinstance(event, ast.Name):
        return str(getattr(importlib.import_module(module), event.id))
    assert isinstance(event, ast.Constant), ast.unparse(event)
    return str(event.value)


def _module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


@cache
def _events() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in (ROOT / "autoscaler").rglob("*.py"):
        for event, level in _logged(_module_of(path), ast.parse(path.read_text())):
            found.setdefault(event, set()).add(level)
    return found


def _told() -> dict[str, set[str]]:
    about = text_of("docs/operations.md").partition("## What the log says")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z_.]+)` \| ([a-z, ]+) \| \S", about, re.MULTILINE)
    return {event: set(levels.split(", ")) for event, levels in rows}


def test_the_search_finds_what_is_known_to_be_logged() -> None:
    assert {"cycle.finished", "http.unavailable", "config.rejected"} <= set(_events())


def test_each_event_that_is_logged_is_told_of_and_no_other() -> None:
    assert set(_told()) == set(_events())


def test_each_is_told_with_its_level() -> None:
    """At debug, what is logged at info as well goes without saying."""
    levels = {event: found - {"debug"} or found for event, found in _events().items()}

    assert _told() == levels

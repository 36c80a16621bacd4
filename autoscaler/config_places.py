"""
Where each key of a YAML text stands, so that a problem can name its line.

Imports yaml only.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

#: In place of the line of what no line of the file says: the command line does.
SET = -1


def lines_of(node: Any, path: str = "") -> Iterator[tuple[str, int]]:
    """The line of each path."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{path}{key.value}"
            yield inner, key.start_mark.line + 1
            yield from lines_of(value, f"{inner}.")
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield f"{path}{index}", value.start_mark.line + 1
            yield from lines_of(value, f"{path}{index}.")


def repeated_keys(node: Any, path: str = "") -> Iterator[str]:
    """Keys that stand twice: YAML would keep the last and drop the first in silence."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield f"{path}{key.value}: stands twice"
            seen.add(key.value)
            yield from repeated_keys(value, f"{path}{key.value}.")
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from repeated_keys(value, f"{path}{index}.")


def placed(found: Sequence[str], lines: Mapping[str, int]) -> tuple[str, ...]:
    """The problems in the order of the file, each with its line or that of what should hold it."""
    found_at = []
    for problem in found:
        path = problem.partition(":")[0]
        while path and path not in lines:
            path = path.rpartition(".")[0]
        line = lines.get(path, 0)
        place = "--set " if line == SET else f"line {line}: " if line else ""
        found_at.append((line, f"{place}{problem}"))
    return tuple(text for _, text in sorted(found_at, key=lambda one: one[0]))

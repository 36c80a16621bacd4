"""
docs/reference/configuration.md: every key, its type and default by the settings, its meaning by
the comments of config.example.yaml.
"""

import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import timedelta
from typing import Any

import yaml

from autoscaler.config import Config
from tests.docs.markdown import GENERATED, code, joined, table

_ABOUT = """\
# Configuration, key by key

One YAML file, read at the start and at each reload (SIGHUP): the whole new one is taken, or none of
it, and every problem is named with its line.  Unknown keys are refused.  Start from
[config.example.yaml](../../config.example.yaml), where the same keys stand in their places;
`autoscaler check --config FILE` tries what it says.

A *duration* is a number and a unit, or several: `500ms`, `30s`, `1m30s`, `2h`, `1d`.  *Required*
keys have no default.  `N` stands for a place in a list, from 0."""

_COMMENT = re.compile(r"(?:^|\s)#(?: ?)(.*)$")
#: Comments further to the right than this go on from the line above.
_RIGHT = 20


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the configuration; ``path`` has ``N`` for places in lists."""

    path: str
    kind: str
    default: str


def page(example: str) -> str:
    """The whole page, from the text of config.example.yaml; every key must have a place there."""
    meanings = dict(meanings_of(example))
    notes = _notes(example)
    sections: dict[str, list[Key]] = {}
    for key in _keys(Config, ""):
        sections.setdefault(_section(key.path), []).append(key)
    parts = [GENERATED, _ABOUT]
    for section, keys in sections.items():
        parts.append(f"## {section}")
        parts.append(notes.get(section, ""))
        parts.append(
            table(
                ("key", "type", "default", "meaning"),
                [
                    (code(key.path), key.kind, key.default, _meaning(key.path, meanings))
                    for key in keys
                ],
            )
        )
    return joined(parts)


def every_key() -> Iterator[Key]:
    """Every key that holds a value, in the order of the settings."""
    return _keys(Config, "")


#: What the example leaves to the key's own name, or tells of several keys at once.
UNTOLD = {
    "log.level": "the least that is logged",
    "pools.N.scaling.strategy": "how queue depth becomes nodes",
    "nomad.region": "Nomad's region; null: NOMAD_REGION, else the server's own",
    "nomad.client_cert": "PEM file; goes with client_key",
    "nomad.client_key": "PEM file; goes with client_cert",
    "nomad.timeout": "of one call",
    "aws.region": "where the groups are, such as us-east-1",
    "datadog.prefix": "before each metric's name, with a full stop",
    "http.key": "PEM file; goes with cert",
    "pools.N.name": "the tag pool on metrics, and what --pool takes",
    "pools.N.nodes.class": "the node's class",
    "pools.N.nodes.datacenter": "the node's datacenter",
    "pools.N.size.min": "nodes at least",
    "pools.N.size.max": "nodes at most",
    "pools.N.scaling.scale_out.cooldown": "from one purchase to the next",
    "pools.N.schedules.N.min": "nodes at least, while it lasts",
}


def _meaning(path: str, meanings: Mapping[str, str]) -> str:
    return beside(meanings[path]) or UNTOLD[path]


def beside(comment: str) -> str:
    """What a comment tells beyond the alternatives, which have a column of their own."""
    return re.sub(r"^\w+( \| \w+)+(; )?", "", comment).rstrip(":")


def _section(path: str) -> str:
    head, _, rest = path.partition(".")
    if not rest:
        return "The whole"
    if head != "pools":
        return head
    inner = rest.removeprefix("N.").split(".")
    return "pools" if len(inner) == 1 else f"pools: {inner[0]}"


def _keys(kind: Any, path: str) -> Iterator[Key]:
    hints = typing.get_type_hints(kind)
    for one in fields(kind):
        name, hint = f"{path}{one.name.rstrip('_')}", hints[one.name]
        item = _item(hint)
        if is_dataclass(hint):
            yield from _keys(hint, f"{name}.")
        elif item is not None and is_dataclass(item):
            yield from _keys(item, f"{name}.N.")
        else:
            yield Key(name, _kind(hint), _default(one))


def _item(hint: Any) -> Any:
    arguments = typing.get_args(hint)
    return arguments[0] if typing.get_origin(hint) is tuple else None


_NAMES = {timedelta: "duration", bool: "true or false", int: "whole number", float: "number"}


def _kind(hint: Any) -> str:
    if typing.get_origin(hint) is typing.Literal:
        return ", ".join(code(one) for one in typing.get_args(hint))
    if isinstance(hint, types.UnionType):
        return " or ".join(_kind(one) for one in typing.get_args(hint))
    if hint is type(None):
        return "null"
    if _item(hint) is not None:
        return "list of texts"
    return _NAMES.get(hint, "text")


def _default(one: "Field[Any]") -> str:
    if one.default is MISSING:
        return "required"
    return code(shown(one.default))


def shown(value: Any) -> str:
    """A default as it would be written in YAML."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case timedelta():
            return _duration(value)
        case tuple():
            return "[]"
        case _:
            return str(value)


def _duration(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def meanings_of(example: str) -> Iterator[tuple[str, str]]:
    """The comment beside each key, with what goes on from it in the lines below."""
    lines = example.splitlines()
    for path, at in _places(yaml.compose(example, Loader=yaml.SafeLoader), ""):
        told = [found[1]] if (found := _COMMENT.search(_unquoted(lines[at]))) else []
        for below in lines[at + 1 :]:
            if not below.lstrip().startswith("#") or len(below) - len(below.lstrip()) < _RIGHT:
                break
            told.append(below.lstrip().removeprefix("#").strip())
        yield path, " ".join(told)


def _unquoted(line: str) -> str:
    return re.sub(r'"[^"]*"', '""', line)


def _places(node: Any, path: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{path}{key.value}"
            yield name, key.start_mark.line
            yield from _places(value, f"{name}.")
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value[:1]:
            yield from _places(value, f"{path}N.")


def _notes(example: str) -> Mapping[str, str]:
    """What stands above or beside a section's name."""
    told = dict(meanings_of(example))
    found = {
        path: _sentence(comment)
        for path, comment in told.items()
        if comment and any(other.startswith(f"{path}.") for other in told)
    }
    notes = {_section(f"{path}.x"): told for path, told in found.items()}
    above: list[str] = []
    for line in example.splitlines():
        if line.startswith("#"):
            above.append(line.removeprefix("#").strip())
            continue
        if above and (name := re.match(r"(\w+):$", line.split("#")[0].strip())):
            notes[name[1]] = " ".join([*above, notes.get(name[1], "")]).strip()
        above = []
    return notes


def _sentence(told: str) -> str:
    return told[:1].upper() + told[1:] + ("" if not told or told.endswith(".") else ".")

"""
Turn the blocks of a job file into objects of the API, as a schema says.

May import ``devstack.hcl.source``, ``devstack.hcl.variables``, ``devstack.hcl.errors`` and
``devstack.durations``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devstack.durations import nanoseconds
from devstack.hcl.errors import HclError
from devstack.hcl.source import is_block, unlabelled
from devstack.hcl.variables import substituted

if TYPE_CHECKING:
    from collections.abc import Mapping

Reader = Callable[[Any, str], Any]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Schema:
    """
    What may stand in a kind of block.

    ``keys`` maps an attribute to the API's name for it and its reader; ``one`` and ``many`` map
    blocks that stand once or any number of times; ``maps`` are blocks (or attributes) of free keys.
    """

    keys: Mapping[str, tuple[str, Reader]] = field(default_factory=dict)
    one: Mapping[str, tuple[str, Schema]] = field(default_factory=dict)
    many: Mapping[str, tuple[str, Schema]] = field(default_factory=dict)
    maps: Mapping[str, tuple[str, Reader]] = field(default_factory=dict)
    labelled: bool = False
    #: Last touch, for blocks whose API form is not key by key.
    finish: Callable[[Json], Json] = dict


def text(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise HclError(f"{where}: {value!r} is no text")


def number(value: Any, where: str) -> int:
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise HclError(f"{where}: {value!r} is no whole number")
    return value


def truth(value: Any, where: str) -> bool:
    if value in ("true", "false"):
        return bool(value == "true")
    if not isinstance(value, bool):
        raise HclError(f"{where}: {value!r} is neither true nor false")
    return value


def texts(value: Any, where: str) -> list[str]:
    if not isinstance(value, list):
        raise HclError(f"{where}: {value!r} is no list")
    return [text(item, where) for item in value]


def duration(value: Any, where: str) -> int:
    """A duration in nanoseconds: written as one (``15s``), or as nanoseconds already."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return nanoseconds(text(value, where))
    except ValueError as error:
        raise HclError(f"{where}: {error}") from error


def anything(value: Any, _: str) -> Any:
    return value


def read_block(schema: Schema, block: Json, variables: Mapping[str, Any], where: str) -> Json:
    """One block as the API's object.  Raises HclError, naming the place."""
    labels, body = unlabelled(block)
    if len(labels) != (1 if schema.labelled else 0):
        wanted = "one label, its name" if schema.labelled else "no label"
        raise HclError(f"{where}: has the labels {labels}; it takes {wanted}")
    place = f'{where} "{labels[0]}"' if labels else where
    found: Json = {"Name": labels[0]} if labels else {}
    for key, value in _expanded(body, variables, place).items():
        found.update(_entry(schema, key, value, variables, f"{place}.{key}"))
    return schema.finish(found)


def _expanded(body: Json, variables: Mapping[str, Any], where: str) -> Json:
    """A body with its ``dynamic`` blocks written out, as often as their ``for_each`` has items."""
    dynamic = body.get("dynamic", [])
    if not is_block(dynamic):
        return body
    written: Json = {key: value for key, value in body.items() if key != "dynamic"}
    for block in dynamic:
        labels, inner = unlabelled(block)
        if len(labels) != 1 or inner.keys() != {"for_each", "content"}:
            raise HclError(f"{where}.dynamic: has the name of a block, a for_each and a content")
        items = substituted(inner["for_each"], variables, f"{where}.dynamic")
        if not isinstance(items, list):
            raise HclError(f"{where}.dynamic: {items!r} is no list")
        if items:
            written[labels[0]] = [*written.get(labels[0], []), *inner["content"] * len(items)]
    return written


def _entry(schema: Schema, key: str, value: Any, variables: Mapping[str, Any], where: str) -> Json:
    if key in schema.maps:
        name, reader = schema.maps[key]
        return {name: _free(value, reader, variables, where)}
    if key in schema.keys:
        name, reader = schema.keys[key]
        if is_block(value):
            raise HclError(f"{where}: is an attribute; write {key} = …")
        plain = substituted(value, variables, where)
        return {} if plain is None else {name: reader(plain, where)}
    if key not in schema.one and key not in schema.many:
        known = ", ".join(sorted([*schema.keys, *schema.one, *schema.many, *schema.maps]))
        raise HclError(f"{where}: is not known here; known are {known}")
    if not is_block(value):
        raise HclError(f"{where}: is a block; write {key} {{ … }}")
    if key in schema.many:
        name, inner = schema.many[key]
        return {name: [read_block(inner, block, variables, where) for block in value]}
    if len(value) != 1:
        raise HclError(f"{where}: stands {len(value)} times; it may stand once")
    name, inner = schema.one[key]
    return {name: read_block(inner, value[0], variables, where)}


def _free(value: Any, reader: Reader, variables: Mapping[str, Any], where: str) -> Json:
    """A block or attribute whose keys are the user's own; several blocks add up."""
    parts = [_unmarked(block, where) for block in value] if is_block(value) else [value]
    merged: Json = {}
    for part in parts:
        plain = substituted(part, variables, where)
        if not isinstance(plain, dict):
            raise HclError(f"{where}: {plain!r} is no map")
        merged.update({key: reader(item, f"{where}.{key}") for key, item in plain.items()})
    return merged


def _unmarked(block: Json, where: str) -> Json:
    """A block's body; blocks within it, which some drivers take, become lists of maps."""
    labels, body = unlabelled(block)
    if labels:
        raise HclError(f"{where}: takes no label")
    return {
        key: [_unmarked(inner, where) for inner in value] if is_block(value) else value
        for key, value in body.items()
    }

"""
Single settings put in the place of what the configuration file says: ``PATH=VALUE``.

They are put into the parsed YAML, so that the validation judges them as if the file said so.
Imports errors and yaml.
"""

from collections.abc import Sequence
from copy import copy
from typing import Any, NamedTuple

import yaml

from autoscaler.errors import InputError

_FORM = "write PATH=VALUE, such as pools.0.scaling.target_wait=1m"


class Override(NamedTuple):
    """A path of keys and of places in lists, with dots between, and the value to be there."""

    path: str
    value: Any


def read_override(text: str) -> Override:
    """``PATH=VALUE``, the value in YAML.  Raises ``InputError``."""
    path, equals, value = text.partition("=")
    if not (equals and path.strip()):
        raise InputError(f"--set {text}: {_FORM}")
    try:
        return Override(path.strip(), yaml.safe_load(value))
    except yaml.YAMLError as error:
        told = " ".join(str(error).split())
        raise InputError(f"--set {text}: the value is no YAML: {told}") from error


def put(data: Any, override: Override) -> str | None:
    """
    Put a value into parsed YAML, in place; what is wrong with its path, or None.

    Keys that are not there are made: whether there is such a key, the validation says.
    """
    *parents, last = override.path.split(".")
    place = data
    for depth, key in enumerate(parents):
        inner, problem = _entered(place, key, parents[:depth])
        if problem:
            return f"{override.path}: {problem}"
        place = inner
    if isinstance(place, list):
        problem = _no_index(place, last, parents)
        if problem:
            return f"{override.path}: {problem}"
        place[int(last)] = override.value
    else:
        place[last] = override.value
    return None


def _entered(place: Any, key: str, above: Sequence[str]) -> tuple[Any, str | None]:
    """What the key holds: a mapping or a list, made where there is none; or what is wrong."""
    at: Any = key
    if isinstance(place, list):
        problem = _no_index(place, key, above)
        if problem:
            return None, problem
        at = int(key)
        inner = place[at]
    else:
        inner = place.get(key)
    if inner is None:
        inner = {}
    if not isinstance(inner, dict | list):
        return None, f"{'.'.join([*above, key])} is {inner!r} and holds no keys"
    # Where YAML has one thing in two places by an alias, the other place keeps what it has.
    place[at] = copy(inner)
    return place[at], None


def _no_index(place: Sequence[Any], key: str, above: Sequence[str]) -> str | None:
    """Why the key is no place in the list; None if it is one."""
    if key.isdecimal() and int(key) < len(place):
        return None
    name, last = ".".join(above), len(place) - 1
    if last < 0:
        return f"{name} is empty; give the whole list, such as {name}=[…]"
    places = "0 alone" if last == 0 else f"0 to {last}"
    return f"{name} has the places {places}, not {key}"

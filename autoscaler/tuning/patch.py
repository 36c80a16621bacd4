"""
Changes of a configuration: as points of the space, as nested keys, and merged into what is given.

What is replayed and what is printed to paste come from the same nested keys.
Pure; imports yaml and tuning.space.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from autoscaler.tuning.space import Point

Tree = dict[str, Any]


def nested(point: Point, pool: str) -> Tree:
    """``{"pools": [{"name": pool, "scaling": {"target_wait": "3m"}}]}``; empty without changes."""
    if not point:
        return {}
    keys: Tree = {"name": pool}
    for path, text in point:
        *outer, last = path.split(".")
        place = keys
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = yaml.safe_load(text)
    return {"pools": [keys]}


def merged(given: Any, change: Any) -> Any:
    """
    What is given, with the change on top: keys by name, pools by theirs, all else replaced.

    Neither is altered.  A pool of the change that is not among those given is left out.
    """
    if isinstance(given, Mapping) and isinstance(change, Mapping):
        both = dict(given)
        for key, value in change.items():
            both[key] = merged(given[key], value) if key in given else value
        return both
    if _named(given) and _named(change):
        changes = {one["name"]: one for one in change}
        return [merged(one, changes.get(one["name"], {})) for one in given]
    return change


def _named(value: Any) -> bool:
    """Whether it is a list of what has a name, as pools do."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, Mapping) and "name" in one for one in value)
    )


def pasted(change: Tree) -> str:
    """As YAML."""
    return yaml.safe_dump(change, sort_keys=False, default_flow_style=False, width=10_000)

"""Parts of a configuration, as pages show them, put in their places in a whole one."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import yaml

from autoscaler.config import Config, parse
from autoscaler.core.settings import PoolSettings, ScaleIn, ScaleOut, Scaling

_POOL: Mapping[str, Any] = {
    "name": "transcode",
    "jobs": ["transcode"],
    "group": "nomad-clients",
    "nodes": {"class": "transcode"},
    "size": {"max": 20},
    "node": {"cpu": 4000, "memory": 7500},
}
_WHOLE: Mapping[str, Any] = {"aws": {"region": "us-east-1"}, "pools": [_POOL]}


def as_configuration(text: str, *, checked: bool = True) -> Any:
    """
    What a snippet says: a whole configuration, of a pool, of its ``scaling``, or of one part of
    that.  Raises ``ConfigError`` where it would not load, and ``AssertionError`` where it is none.
    """
    data = yaml.safe_load(text)
    if not checked:
        return data
    assert isinstance(data, dict), "is no mapping"
    return parse(yaml.safe_dump(_merged(_WHOLE, _placed(data))), {})


def _placed(data: Mapping[str, Any]) -> Mapping[str, Any]:
    if _keys(Config) >= set(data):
        return data
    if _keys(PoolSettings) >= set(data):
        return {"pools": [data]}
    if _keys(Scaling) >= set(data):
        return {"pools": [{"scaling": data}]}
    for name, kind in (("scale_in", ScaleIn), ("scale_out", ScaleOut)):
        if _keys(kind) >= set(data):
            return {"pools": [{"scaling": {name: data}}]}
    raise AssertionError(f"no part of the configuration has all of {sorted(data)}")


def _keys(kind: Any) -> set[str]:
    return {one.name.rstrip("_") for one in fields(kind)}


def _merged(below: Any, above: Any) -> Any:
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        return {
            **below,
            **{key: _merged(below.get(key), value) for key, value in above.items()},
        }
    if isinstance(below, list) and isinstance(above, list) and above:
        # Of a list of pools each is told beyond the whole one.
        if not isinstance(above[0], Mapping):
            return above
        return [_merged(below[0] if below else None, one) for one in above]
    return above
